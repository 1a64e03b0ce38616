export { type LinkOptions, type MessageHandler, MqttLink } from './link.mqtt.js';
export { LivePublisher, type LiveSource } from './live.publisher.js';
export { NO_REJECTIONS, type RejectionCount, recordRejection } from './rejections.rules.js';
export { type CoreKey, type Opened, openSigned, type SignedRefusal } from './signed.rules.js';
