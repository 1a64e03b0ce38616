/** What a printer is good for, the worst that is known first in line: an open cover also looks like missing paper, and puts the printer offline. */
export type PrinterState = 'ready' | 'paperLow' | 'paperOut' | 'coverOpen' | 'error' | 'offline' | 'unreachable';

/**
 * What kind of error stops it. `autocutter`: the cutter is jammed. `unrecoverable`: it must be switched off and on, or repaired.
 * `autoRecoverable`: it goes on by itself, for instance when its head has cooled. `recoverable`: it goes on after somebody helped.
 */
export type PrinterError = 'autocutter' | 'unrecoverable' | 'autoRecoverable' | 'recoverable';

/** How much paper there is. `unknown`: it did not say. */
export type PaperState = 'ok' | 'low' | 'out' | 'unknown';

/**
 * What is known of a printer. `ready` and `paperLow` are said only when it answered all four questions. `unreachable`: it did not answer, or not
 * enough to know that it is ready; it may as well be busy with another client.
 */
export interface PrinterStatus {
  readonly state: PrinterState;
  /** Set when `state` is `error`. */
  readonly error: PrinterError | null;
  readonly paper: PaperState;
  readonly cover: 'closed' | 'open' | 'unknown';
  /** For people. */
  readonly detail: string;
}

/** The questions DLE EOT n can ask, in the order they are asked: printer, offline cause, error cause, roll paper sensor. */
export const STATUS_QUESTIONS = [1, 2, 3, 4] as const;
export type StatusQuestion = (typeof STATUS_QUESTIONS)[number];

/** Answers by question; absent where none came. Each is one byte of the form {@link isStatusByte} knows. */
export type StatusAnswers = { readonly [Question in StatusQuestion]?: number };

/** Bits of DLE EOT answers (Epson ESC/POS command reference, DLE EOT). */
const BIT = {
  offline: 0x08,
  coverOpen: 0x04,
  stoppedByPaperEnd: 0x20,
  errorOccurred: 0x40,
  recoverable: 0x04,
  autocutter: 0x08,
  unrecoverable: 0x20,
  autoRecoverable: 0x40,
  paperNearEnd: 0x0c,
  paperEnd: 0x60,
} as const;

/** Bits 0, 1, 4 and 7 are the same in every answer: 0, 1, 1 and 0. */
const FIXED_BITS = 0x93;
const FIXED_VALUE = 0x12;
/** Automatic status: four bytes, the first with bits 0, 1 and 7 clear and bit 4 set, the others with bits 4 and 7 clear. */
const AUTOMATIC_VALUE = 0x10;
const AUTOMATIC_BYTES = 4;
const AUTOMATIC_REST_BITS = 0x90;

/** Whether a byte has the form of an answer to DLE EOT. */
export function isStatusByte(byte: number): boolean {
  return (byte & FIXED_BITS) === FIXED_VALUE;
}

/**
 * The answer among the bytes that came since a question was asked: the first byte of its form that is not part of an automatic status, which printers
 * send by themselves. Null while there is none; ask again with more bytes.
 */
export function answerAmong(bytes: Uint8Array): number | null {
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at]!;
    if (isStatusByte(byte)) return byte;
    at += automaticStatusAt(bytes, at) ? AUTOMATIC_BYTES : 1;
  }
  return null;
}

function automaticStatusAt(bytes: Uint8Array, at: number): boolean {
  if ((bytes[at]! & FIXED_BITS) !== AUTOMATIC_VALUE || at + AUTOMATIC_BYTES > bytes.length) return false;
  for (let i = at + 1; i < at + AUTOMATIC_BYTES; i++) {
    if ((bytes[i]! & AUTOMATIC_REST_BITS) !== 0) return false;
  }
  return true;
}

/** What four answers, or those of them that came, say together. */
export function printerStatus(answers: StatusAnswers): PrinterStatus {
  const known = STATUS_QUESTIONS.filter((question) => answers[question] !== undefined).length;
  const paper = paperOf(answers);
  const cover = answers[2] === undefined ? 'unknown' : answers[2] & BIT.coverOpen ? 'open' : 'closed';
  const error = errorOf(answers);
  const say = (state: PrinterState, detail: string): PrinterStatus => ({
    state,
    error: state === 'error' ? error : null,
    paper,
    cover,
    detail,
  });
  if (error) return say('error', ERROR_WORDS[error]);
  if (cover === 'open') return say('coverOpen', 'the cover is open');
  if (paper === 'out') return say('paperOut', 'there is no paper');
  if (answers[1] !== undefined && answers[1] & BIT.offline) return say('offline', 'the printer is offline');
  if (known < STATUS_QUESTIONS.length) return say('unreachable', `the printer answered ${known} of ${STATUS_QUESTIONS.length} questions`);
  return paper === 'low' ? say('paperLow', 'the paper is nearly used up') : say('ready', 'the printer is ready');
}

/** A printer that answered nothing. */
export function unreachablePrinter(detail: string): PrinterStatus {
  return { state: 'unreachable', error: null, paper: 'unknown', cover: 'unknown', detail };
}

const ERROR_WORDS: Readonly<Record<PrinterError, string>> = {
  autocutter: 'the cutter is jammed',
  unrecoverable: 'the printer has an error that only a restart or a repair can cure',
  autoRecoverable: 'the printer pauses until it has recovered',
  recoverable: 'the printer has an error that somebody must clear',
};

function paperOf(answers: StatusAnswers): PaperState {
  const sensor = answers[4];
  const stopped = answers[2] !== undefined && (answers[2] & BIT.stoppedByPaperEnd) !== 0;
  // Either bit of a pair is enough: the reference sets both, cheap printers one.
  if (stopped || (sensor !== undefined && sensor & BIT.paperEnd)) return 'out';
  if (sensor === undefined) return 'unknown';
  return sensor & BIT.paperNearEnd ? 'low' : 'ok';
}

function errorOf(answers: StatusAnswers): PrinterError | null {
  const cause = answers[3] ?? 0;
  if (cause & BIT.unrecoverable) return 'unrecoverable';
  if (cause & BIT.autocutter) return 'autocutter';
  if (cause & BIT.autoRecoverable) return 'autoRecoverable';
  if (cause & BIT.recoverable) return 'recoverable';
  return answers[2] !== undefined && answers[2] & BIT.errorOccurred ? 'recoverable' : null;
}
