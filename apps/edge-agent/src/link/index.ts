export { type LinkOptions, type MessageHandler, MqttLink } from './link.mqtt.js';
export type { LinkIdentity } from './link.tls.js';
export { LivePublisher, type LiveSource } from './live.publisher.js';
export { NO_REJECTIONS, type RejectionCount, recordRejection } from './rejections.rules.js';
export {
  type CoreKey,
  type CoreKeys,
  type Opened,
  openBody,
  openSigned,
  type SignedRefusal,
  signedPart,
  type TrustedCore,
} from './signed.rules.js';
