import { randomBytes } from 'node:crypto';
import { type DerivedKeys, type MessageHeader, type NexoKey, NONCE_BYTES, seal } from '@tillward/driver-nexo';
import type { AnswerFault } from './faults.js';
import type { Json } from './nexo-message.js';

/** What an answer is made of. */
export interface SealedAnswer {
  readonly header: MessageHeader;
  readonly body: Json;
  readonly key: NexoKey;
  readonly keys: DerivedKeys;
}

/** The text of an encrypted answer, with its HMAC, its header in clear or the message it belongs to spoiled where that is asked for. */
export function answerText(answer: SealedAnswer, fault: AnswerFault['fault'] | undefined): string {
  const { body, key, keys } = answer;
  const header = fault === 'replayedAnswer' ? { ...answer.header, ServiceID: 'REPLAYED' } : answer.header;
  const plaintext = JSON.stringify({ SaleToPOIResponse: { MessageHeader: header, ...body } });
  const sealed = seal(header, plaintext, key, keys, randomBytes(NONCE_BYTES));
  const outer = fault === 'otherHeaderAnswer' ? { ...header, SaleID: `${header.SaleID ?? ''}X` } : sealed.MessageHeader;
  const trailer = { ...sealed.SecurityTrailer, ...(fault === 'badHmacAnswer' ? { Hmac: Buffer.alloc(32).toString('base64') } : {}) };
  return JSON.stringify({ SaleToPOIResponse: { MessageHeader: outer, NexoBlob: sealed.NexoBlob, SecurityTrailer: trailer } });
}
