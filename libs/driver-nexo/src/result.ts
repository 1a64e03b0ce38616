import { maskCardNumbers } from '@tillward/driver';
import { MessageError } from './message-error.js';
import type { Reader } from './reader.js';

/** Why a terminal did not do what was asked (nexo ErrorCondition). A word beyond these is kept as the terminal wrote it. */
export const ERROR_CONDITIONS = [
  'Aborted',
  'Busy',
  'Cancel',
  'DeviceOut',
  'InProgress',
  'InsertedCard',
  'InvalidCard',
  'LoggedOut',
  'MessageFormat',
  'NotAllowed',
  'NotFound',
  'PaymentRestriction',
  'Refusal',
  'UnavailableDevice',
  'UnavailableService',
  'UnreachableHost',
  'WrongPIN',
] as const;
export type ErrorCondition = (typeof ERROR_CONDITIONS)[number];

/** What a terminal says of a request: done, done in part, or not and why. */
export interface NexoResult {
  readonly result: 'Success' | 'Partial' | 'Failure';
  /** Of a failure: its condition, empty when it named none. Words this driver doesn't know stay as they are, at most 32 characters. */
  readonly condition: string;
  /** What it added for people, masked; empty when nothing readable. */
  readonly text: string;
}

const MAX_TEXT = 160;
const MAX_CONDITION = 32;
/** Fields of AdditionalResponse that are for people. The others may hold a card's first digits, its holder or its expiry: never taken over. */
const FOR_PEOPLE = ['message', 'refusalReason', 'errors', 'warnings'] as const;

/** Reads a `Response` object. */
export function readResult(reader: Reader): NexoResult {
  const result = reader.text('Result');
  if (result !== 'Success' && result !== 'Partial' && result !== 'Failure') throw new MessageError('badValue', reader.at('Result'));
  const condition = result === 'Failure' ? maskCardNumbers((reader.maybeText('ErrorCondition') ?? '').slice(0, MAX_CONDITION)) : '';
  return { result, condition, text: peopleText(reader.maybeText('AdditionalResponse')) };
}

/** The parts of an AdditionalResponse that are for people: it is form-encoded, or Base64 of JSON (then nothing is taken over). */
export function peopleText(additional: string | undefined): string {
  if (!additional?.includes('=')) return '';
  const fields = new URLSearchParams(additional);
  const said = FOR_PEOPLE.flatMap((name) => fields.get(name) ?? []);
  return maskCardNumbers(said.join('; ')).slice(0, MAX_TEXT);
}
