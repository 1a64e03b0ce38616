import { z } from 'zod';
import { plainText } from './identifiers.js';

/** Event types on the wire. The version is part of the type: a breaking change is a new type. */
export const EVENT_TYPE = {
  journalBatch: 'app.tillward.journal.batch.v1',
  journalAck: 'app.tillward.journal.ack.v1',
  journalResend: 'app.tillward.journal.resend.v1',
  desired: 'app.tillward.desired.v1',
  command: 'app.tillward.command.v1',
  presence: 'app.tillward.presence.v1',
  live: 'app.tillward.live.v1',
} as const;

export type EventType = (typeof EVENT_TYPE)[keyof typeof EVENT_TYPE];

/**
 * CloudEvents 1.0 in structured JSON mode (CloudEvents spec 1.0.2, JSON event format).
 * `source` is `/stores/<store>/gateways/<gateway>` or `/core`.
 */
export function cloudEvent<T extends EventType, D extends z.ZodType>(type: T, data: D) {
  return z.strictObject({
    specversion: z.literal('1.0'),
    id: plainText(128).min(1),
    source: plainText(160).min(1),
    type: z.literal(type),
    time: z.iso.datetime(),
    datacontenttype: z.literal('application/json'),
    data,
  });
}

/** The `source` of a gateway's events. */
export function gatewaySource(store: string, gateway: string): string {
  return `/stores/${store}/gateways/${gateway}`;
}

export const CORE_SOURCE = '/core';
