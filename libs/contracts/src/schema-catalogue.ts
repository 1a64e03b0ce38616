import { z } from 'zod';
import { chainFile } from './chain-file.js';
import { EVENT_TYPE, type EventType } from './cloud-event.js';
import { commandBody, commandEvent } from './command.js';
import { desiredBody, desiredEvent, effectiveSetting, operatorGrant, policyOrigin } from './desired.js';
import {
  amountMinor,
  businessDay,
  cardLast4,
  currencyCode,
  ed25519PublicKey,
  ed25519Signature,
  epochMs,
  instant,
  sha256Hex,
  slug,
} from './identifiers.js';
import { journalAckBody, journalAckEvent, journalBatchEvent, journalResendBody, journalResendEvent } from './journal-batch.js';
import { liveEvent, presenceEvent } from './live.js';
import { batchTotals, bookedDetails, paymentState, receiptText, transactionKind } from './payment.js';
import { closingStep, openingStep, stepEvidence, stepFailure, stepOutcome } from './routine.js';
import { signedBody } from './signed-body.js';
import { powerConnection, snmpCredentials, terminalConnection } from './terminal-connection.js';
import { activity, deviceFacts, peripheral, peripheralState, powerState, serviceState, terminalSample } from './terminal-state.js';
import {
  handoverRequest,
  handoverView,
  healthView,
  idempotencyKey,
  operatorSession,
  operatorSignOnRequest,
  paymentList,
  paymentRequest,
  paymentView,
  receiptView,
  refundDecision,
  refundRequest,
  refundRequestState,
  refundRequestView,
  reminderKind,
  reminderView,
  reprintRequest,
  reprintView,
  reversalRequest,
  terminalList,
  terminalView,
} from './till.js';
import { tillEvent } from './till-events.js';
import { tillRefusal } from './till-refusals.js';
import type { Channel } from './topics.js';

/** A message of one MQTT channel. */
export interface MessageContract {
  /** Name in AsyncAPI and of the JSON Schema file. */
  name: string;
  channel: Channel;
  type: EventType;
  title: string;
  schema: z.ZodType;
  /** For what core signs: the shape of the JSON text in `data.body`. */
  body?: { name: string; schema: z.ZodType };
}

/** Every message on the wire, one per channel: what JSON Schema and AsyncAPI are generated from. */
export const MESSAGES: readonly MessageContract[] = [
  { name: 'presence', channel: 'presence', type: EVENT_TYPE.presence, title: 'A gateway came up or went away', schema: presenceEvent },
  { name: 'live', channel: 'live', type: EVENT_TYPE.live, title: 'Latest sample of every terminal of a store', schema: liveEvent },
  {
    name: 'journalBatch',
    channel: 'journal',
    type: EVENT_TYPE.journalBatch,
    title: 'Signed batch of journal entries',
    schema: journalBatchEvent,
  },
  {
    name: 'journalAck',
    channel: 'journal/ack',
    type: EVENT_TYPE.journalAck,
    title: 'Entries committed in core',
    schema: journalAckEvent,
    body: { name: 'journalAckBody', schema: journalAckBody },
  },
  {
    name: 'journalResend',
    channel: 'journal/resend',
    type: EVENT_TYPE.journalResend,
    title: 'Range of entries core wants again',
    schema: journalResendEvent,
    body: { name: 'journalResendBody', schema: journalResendBody },
  },
  {
    name: 'desired',
    channel: 'desired',
    type: EVENT_TYPE.desired,
    title: 'Effective policy, terminals and operators of a gateway',
    schema: desiredEvent,
    body: { name: 'desiredBody', schema: desiredBody },
  },
  {
    name: 'command',
    channel: 'command',
    type: EVENT_TYPE.command,
    title: 'One-shot action',
    schema: commandEvent,
    body: { name: 'commandBody', schema: commandBody },
  },
];

/** The shapes of the till interface by the names its documentation uses. */
export const TILL_SCHEMAS = {
  operatorSignOnRequest,
  operatorSession,
  paymentRequest,
  reversalRequest,
  refundRequest,
  paymentView,
  paymentList,
  refundRequestView,
  refundDecision,
  receiptView,
  reprintRequest,
  reprintView,
  handoverRequest,
  handoverView,
  idempotencyKey,
  terminalList,
  tillEvent,
  healthView,
  tillRefusal,
} as const;

/** Files people write, as JSON. */
export const FILE_SCHEMAS = { chainFile } as const;

/** Building blocks that keep their name wherever they are used in a generated schema. */
export const SHARED_SCHEMAS = {
  activity,
  amountMinor,
  batchTotals,
  bookedDetails,
  businessDay,
  cardLast4,
  closingStep,
  currencyCode,
  deviceFacts,
  ed25519PublicKey,
  ed25519Signature,
  effectiveSetting,
  epochMs,
  instant,
  openingStep,
  operatorGrant,
  paymentState,
  peripheral,
  peripheralState,
  policyOrigin,
  powerConnection,
  powerState,
  receiptText,
  refundRequestState,
  reminderKind,
  reminderView,
  serviceState,
  sha256Hex,
  signedBody,
  slug,
  snmpCredentials,
  stepEvidence,
  stepFailure,
  stepOutcome,
  terminalConnection,
  terminalSample,
  terminalView,
  transactionKind,
} as const;

/** A registry in which each of `schemas` has its key as id, so that zod writes references instead of repeating it. */
export function registryOf(schemas: Readonly<Record<string, z.ZodType>>): z.core.$ZodRegistry<{ id: string }> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  return registry;
}
