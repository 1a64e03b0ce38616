import { createPrivateKey, type KeyObject, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CHANNEL_DELIVERY, CORE_SOURCE, type DownChannel, EVENT_TYPE, type SignedBody, signedBytes, topicOf } from '@tillward/contracts';
import { signText } from '@tillward/journal';
import { ConfigError } from '../config.js';
import { reasonOf } from '../logging.js';
import { readRotations } from './key-rotation.js';
import type { MqttLink } from './mqtt.link.js';

/** The key core signs with; gateways know its public half by `keyId`. */
export interface SigningKey {
  readonly keyId: string;
  readonly privateKey: KeyObject;
  /** The changes of key that led to this one, oldest first; sent with every policy, so that a gateway that slept through them can follow. */
  readonly rotations?: readonly SignedBody[];
}

/** Reads core's signing key. Throws {@link ConfigError} when a file is not an Ed25519 private key, or not the changes of key that led to it. */
export function readSigningKey(file: string, keyId: string, rotationsFile?: string): SigningKey {
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(readFileSync(file));
  } catch (error) {
    throw new ConfigError(`TILLWARD_SIGNING_KEY_FILE: expected an Ed25519 private key (PKCS8 PEM): ${reasonOf(error)}`);
  }
  if (privateKey.asymmetricKeyType !== 'ed25519') {
    throw new ConfigError(`TILLWARD_SIGNING_KEY_FILE: expected an Ed25519 key, found ${privateKey.asymmetricKeyType ?? 'a secret'}`);
  }
  return rotationsFile === undefined
    ? { keyId, privateKey }
    : { keyId, privateKey, rotations: readRotations(rotationsFile, { keyId, privateKey }) };
}

const TYPE_OF: Readonly<Record<DownChannel, string>> = {
  'journal/ack': EVENT_TYPE.journalAck,
  'journal/resend': EVENT_TYPE.journalResend,
  desired: EVENT_TYPE.desired,
  command: EVENT_TYPE.command,
};

/** The signed CloudEvent for a body: the body's text is made once, signed and sent as that text (contracts, signed-body). */
export function signedEvent(key: SigningKey, type: string, body: unknown, now: Date): string {
  const text = JSON.stringify(body);
  return JSON.stringify({
    specversion: '1.0',
    id: randomUUID(),
    source: CORE_SOURCE,
    type,
    time: now.toISOString(),
    datacontenttype: 'application/json',
    data: {
      body: text,
      keyId: key.keyId,
      signature: signText(key.privateKey, signedBytes(type, text)),
      ...(type === EVENT_TYPE.desired && key.rotations?.length ? { rotations: key.rotations } : {}),
    },
  });
}

/** What core says to gateways, always signed. */
export class Downlink {
  constructor(
    private readonly link: Pick<MqttLink, 'publish'>,
    private readonly key: SigningKey,
    private readonly now: () => Date,
  ) {}

  /**
   * Signs and sends `body` (an object that the channel's schema accepts). Resolves when the broker has it; rejects with BrokerUnavailable, and
   * then it is unknown whether the gateway will see it.
   */
  publish(store: string, gateway: string, channel: DownChannel, body: unknown): Promise<void> {
    const event = signedEvent(this.key, TYPE_OF[channel], body, this.now());
    return this.link.publish(topicOf({ store, gateway, channel }), event, CHANNEL_DELIVERY[channel]);
  }
}
