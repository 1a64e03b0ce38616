import type { Frame, FrameErrorCode } from './frame.js';
import {
  type Abort,
  ACKNOWLEDGEMENT,
  type Completion,
  type CompletionShape,
  decodeMessage,
  excessOf,
  NOT_SUPPORTED,
  PRINTER_NOT_READY,
  type StatusInformation,
} from './message.js';
import type { ReceiptCopy } from './receipt.js';
import type { CharacterSet } from './text.js';

/**
 * T3: from our command to its 80 or 84. T4: from then to the completion, started again by 04 FF and 04 0F. `abort`: from our 06 B0 in the
 * middle of a command to its 80 or 84. `limit`: the longest that one command may take, however often T4 was started again.
 */
export type Timer = 'T3' | 'T4' | 'abort' | 'limit';

/** One command to be carried through: its bytes, and what ends it. */
export interface Exchange {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** True for 06 02, 06 E0, 06 85 and 06 B0, which no completion follows: the 80 00 00 is the end. */
  readonly endsWhenAcknowledged: boolean;
  readonly completionShape: CompletionShape;
  readonly characterSet: CharacterSet;
  /** Whether receipts can be printed; else the terminal is told so (84 CC 00). */
  readonly canPrint: boolean;
  /** Seconds that T3 is longer than usual: how long 06 E0 shows its text (spec 13.08, chapter 2.26). */
  readonly extraT3Seconds?: number;
}

/** What was heard while an exchange ran. `status` is the last 04 0F. `receipts` is bounded. */
export interface Heard {
  readonly status: StatusInformation | null;
  readonly receipts: readonly { readonly copy: ReceiptCopy; readonly line: string }[];
}

/** Why an exchange never came to an end. For a money command every one of them means in doubt. */
export type LossReason = 'noAnswerInT3' | 'noCompletionInT4' | 'linkLost' | 'streamBroken';

/**
 * What makes us give a link up besides broken frames: `tooManyFrames`, `tooManyBytes` and `tooManyStatuses` (04 FF) in one command, `tooLongCommand` for one
 * that won't end, `tooManyUnasked` frames while nothing was asked, `tooDeep` and `tooMany` TLV, `unfinishedFrame` when the rest of one never came.
 */
export type CutOffCode =
  | 'tooManyFrames'
  | 'tooManyBytes'
  | 'tooManyStatuses'
  | 'tooLongCommand'
  | 'tooManyUnasked'
  | 'tooDeep'
  | 'tooMany'
  | 'unfinishedFrame';

/** How an exchange ended. `taken` of a lost one: the terminal had sent its 80. */
export type ExchangeEnd =
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'completed'; readonly completion: Completion; readonly heard: Heard }
  | ({ readonly kind: 'aborted'; readonly heard: Heard } & Omit<Abort, 'kind'>)
  | { readonly kind: 'refused'; readonly code: number }
  | { readonly kind: 'lost'; readonly reason: LossReason; readonly detail: string; readonly taken: boolean; readonly heard: Heard };

/** How our 06 B0 in the middle of a command was answered: taken, refused with a code, not at all, or the command had ended before. */
export type AbortAnswer = { readonly kind: 'taken' | 'ended' | 'noAnswer' } | { readonly kind: 'refused'; readonly code: number };

/** What an exchange has used up of the limits, and how far an abort has come. */
interface Course {
  readonly frames: number;
  readonly bytes: number;
  readonly statuses: number;
  readonly abort: 'none' | 'wanted' | 'sent';
}

/**
 * States of a link. `idle`: a command may start. `awaitingAnswer`: the command's bytes are out, nobody has taken it yet. `running`: the
 * terminal is master. `closed`: terminal state; a new link has a new session.
 */
export type SessionState =
  | { readonly phase: 'idle'; readonly unasked: number }
  | { readonly phase: 'awaitingAnswer'; readonly exchange: Exchange; readonly heard: Heard; readonly course: Course }
  | { readonly phase: 'running'; readonly exchange: Exchange; readonly heard: Heard; readonly course: Course }
  | { readonly phase: 'closed' };

export type SessionEvent =
  | { readonly type: 'start'; readonly exchange: Exchange }
  | { readonly type: 'frame'; readonly frame: Frame }
  /** The running command is to be given up (06 B0). */
  | { readonly type: 'abort' }
  | { readonly type: 'expired'; readonly timer: Timer }
  /** Half a frame came, and its rest did not in T3 (application protocol, chapter 5.2.5, case b). */
  | { readonly type: 'frameUnfinished' }
  | { readonly type: 'streamBroken'; readonly code: FrameErrorCode; readonly offset: number }
  | { readonly type: 'linkLost'; readonly detail: string };

export type SessionAction =
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  /** `minutes`: T4 as the terminal set it; `extraSeconds`: on top of T3. */
  | { readonly type: 'startTimer'; readonly timer: Timer; readonly minutes?: number; readonly extraSeconds?: number }
  | { readonly type: 'stopTimers' }
  | { readonly type: 'progress'; readonly code: number }
  | { readonly type: 'abortAnswered'; readonly answer: AbortAnswer }
  | { readonly type: 'finish'; readonly end: ExchangeEnd }
  /** To be journaled: the link is given up for what the terminal sent. `offset` null: where the stream is now. */
  | { readonly type: 'cutOff'; readonly code: CutOffCode | FrameErrorCode; readonly offset: number | null }
  | { readonly type: 'closeLink' };

export interface Step {
  readonly state: SessionState;
  readonly actions: readonly SessionAction[];
}

/** What one terminal may make us do. Real terminals stay far below: a receipt has some hundred lines, 04 FF comes every few seconds. */
export const LIMITS = {
  framesPerCommand: 3_000,
  /** Of all frames of one command: ten times what the longest receipts take. */
  bytesPerCommand: 1_048_576,
  statusesPerCommand: 1_000,
  unaskedFrames: 200,
  /** Receipt lines kept of one exchange; more than any receipt has. */
  receiptLines: 400,
} as const;

/** A fresh link. */
export const IDLE: SessionState = { phase: 'idle', unasked: 0 };
const CLOSED: SessionState = { phase: 'closed' };
const NOTHING_HEARD: Heard = { status: null, receipts: [] };
const BEGINNING: Course = { frames: 0, bytes: 0, statuses: 0, abort: 'none' };
const ACK: SessionAction = { type: 'send', bytes: ACKNOWLEDGEMENT };
/** 06 B0 without parameters. */
const ABORT = Uint8Array.of(0x06, 0xb0, 0x00);

type Active = Extract<SessionState, { phase: 'awaitingAnswer' | 'running' }>;

/**
 * The session's law (spec 13.08 "Protocol layers"; PROTOCOLS.md): one command at a time; every frame of the terminal but 80 and 84 gets
 * 80 00 00 (84 83 00 when we don't know it, 84 CC 00 when we can't print it); nothing is ever sent twice; when a timer expires, the stream
 * breaks or a limit is passed, the link is closed and the exchange is lost. Starting a second command, or any on a closed link, throws: a bug
 * of the caller.
 */
export function step(state: SessionState, event: SessionEvent): Step {
  if (event.type === 'start') return start(state, event.exchange);
  if (state.phase === 'closed') return { state, actions: [] };
  switch (event.type) {
    case 'frame':
      return state.phase === 'idle' ? unasked(state.unasked + 1, event.frame) : onFrame(state, event.frame);
    case 'abort':
      return abort(state);
    case 'expired':
      return expired(state, event.timer);
    case 'frameUnfinished':
      return cutOff(state, 'unfinishedFrame');
    case 'streamBroken':
      return cutOff(state, event.code, event.offset);
    case 'linkLost':
      return lose(state, 'linkLost', event.detail, []);
  }
}

function start(state: SessionState, exchange: Exchange): Step {
  if (state.phase !== 'idle') throw new Error(`a ZVT command can't start while the session is ${state.phase}`);
  const { extraT3Seconds } = exchange;
  return {
    state: { phase: 'awaitingAnswer', exchange, heard: NOTHING_HEARD, course: BEGINNING },
    actions: [
      { type: 'send', bytes: exchange.bytes },
      { type: 'startTimer', timer: 'T3', ...(extraT3Seconds === undefined ? {} : { extraSeconds: extraT3Seconds }) },
      { type: 'startTimer', timer: 'limit' },
    ],
  };
}

/** A frame nobody asked for, such as the terminal taking mastery for its own jobs: acknowledged, so that it isn't sent for ever. */
function unasked(count: number, frame: Frame): Step {
  const state: SessionState = { phase: 'idle', unasked: count };
  if (count > LIMITS.unaskedFrames) return cutOff(state, 'tooManyUnasked');
  const excess = excessOf(frame);
  if (excess) return cutOff(state, excess.code as CutOffCode);
  return { state, actions: leftover(frame) };
}

/** What to say to a frame that isn't part of a command of ours. */
function leftover(frame: Frame): SessionAction[] {
  const message = decodeMessage(frame);
  if (message.kind === 'acknowledgement' || message.kind === 'refusal') return [];
  return [message.kind === 'unknown' ? { type: 'send', bytes: NOT_SUPPORTED } : ACK];
}

function onFrame(before: Active, frame: Frame): Step {
  const state: Active = {
    ...before,
    course: { ...before.course, frames: before.course.frames + 1, bytes: before.course.bytes + frame.data.length },
  };
  if (state.course.frames > LIMITS.framesPerCommand) return cutOff(state, 'tooManyFrames');
  if (state.course.bytes > LIMITS.bytesPerCommand) return cutOff(state, 'tooManyBytes');
  const excess = excessOf(frame);
  if (excess) return cutOff(state, excess.code as CutOffCode);
  const message = decodeMessage(frame, state.exchange.completionShape, state.exchange.characterSet);
  if (message.kind === 'acknowledgement') return acknowledged(state);
  if (message.kind === 'refusal') return refused(state, message.code);
  // Before its 80 the terminal speaks of an older command, for instance when it says a completion twice: taken for ours it would be a sale
  // booked with another one's numbers.
  if (state.phase === 'awaitingAnswer') return { state, actions: leftover(frame) };
  switch (message.kind) {
    case 'statusInformation':
      return { state: { ...state, heard: { ...state.heard, status: message } }, actions: [ACK, { type: 'startTimer', timer: 'T4' }] };
    case 'intermediateStatus':
      return intermediateStatus(state, message.code, message.timeoutMinutes);
    case 'receipt': {
      if (!state.exchange.canPrint) return { state, actions: [{ type: 'send', bytes: PRINTER_NOT_READY }] };
      const lines = message.lines.map((line) => ({ copy: message.copy, line }));
      const receipts = [...state.heard.receipts, ...lines].slice(0, LIMITS.receiptLines);
      return { state: { ...state, heard: { ...state.heard, receipts } }, actions: [ACK] };
    }
    case 'setDateAndTime':
      // The host's clock: ours is the operating system's business.
      return { state, actions: [ACK] };
    case 'completion':
      return finish(state, { kind: 'completed', completion: message, heard: state.heard }, [ACK]);
    case 'abort':
      return finish(state, { ...message, kind: 'aborted', heard: state.heard }, [ACK]);
    case 'unknown':
      return { state, actions: [{ type: 'send', bytes: NOT_SUPPORTED }] };
  }
}

/** An 80: to our command, or to the 06 B0 we sent while it ran. */
function acknowledged(state: Active): Step {
  if (state.phase === 'running') return abortAnswered(state, { kind: 'taken' });
  if (state.exchange.endsWhenAcknowledged) return finish(state, { kind: 'acknowledged' }, []);
  const running: Active = { ...state, phase: 'running' };
  const actions: SessionAction[] = [{ type: 'startTimer', timer: 'T4' }];
  if (state.course.abort !== 'wanted') return { state: running, actions };
  return { state: { ...running, course: { ...state.course, abort: 'sent' } }, actions: [...actions, ...SEND_ABORT] };
}

/** An 84. Once the command was taken it answers nothing but a 06 B0 of ours; T4 decides. */
function refused(state: Active, code: number): Step {
  if (state.phase === 'running') return abortAnswered(state, { kind: 'refused', code });
  return finish(state, { kind: 'refused', code }, []);
}

function intermediateStatus(before: Active, code: number, minutes: number | null): Step {
  const statuses = before.course.statuses + 1;
  const state: Active = { ...before, course: { ...before.course, statuses } };
  if (statuses > LIMITS.statusesPerCommand) return cutOff(state, 'tooManyStatuses');
  const timer: SessionAction = { type: 'startTimer', timer: 'T4', ...(minutes === null ? {} : { minutes }) };
  return { state, actions: [ACK, timer, { type: 'progress', code }] };
}

const SEND_ABORT: readonly SessionAction[] = [
  { type: 'send', bytes: ABORT },
  { type: 'startTimer', timer: 'abort' },
];

/** 06 B0 in the middle of a command. Before the terminal has taken the command it waits, since one 80 could not be told from the other. */
function abort(state: SessionState): Step {
  if (state.phase !== 'running' && state.phase !== 'awaitingAnswer') {
    return { state, actions: [{ type: 'abortAnswered', answer: { kind: 'ended' } }] };
  }
  if (state.course.abort !== 'none') return { state, actions: [] };
  const sent = state.phase === 'running';
  return { state: { ...state, course: { ...state.course, abort: sent ? 'sent' : 'wanted' } }, actions: sent ? SEND_ABORT : [] };
}

function abortAnswered(state: Active, answer: AbortAnswer): Step {
  if (state.course.abort !== 'sent') return { state, actions: [] };
  return { state: { ...state, course: { ...state.course, abort: 'none' } }, actions: [{ type: 'abortAnswered', answer }] };
}

function finish(state: Active, end: ExchangeEnd, before: SessionAction[]): Step {
  return { state: IDLE, actions: [...before, { type: 'stopTimers' }, ...abortLeft(state, { kind: 'ended' }), { type: 'finish', end }] };
}

/** Whoever waits for the answer to a 06 B0 gets one, whatever became of the command. */
function abortLeft(state: SessionState, answer: AbortAnswer): SessionAction[] {
  const waits = (state.phase === 'running' || state.phase === 'awaitingAnswer') && state.course.abort !== 'none';
  return waits ? [{ type: 'abortAnswered', answer }] : [];
}

function expired(state: SessionState, timer: Timer): Step {
  if (timer === 'abort') return state.phase === 'running' ? abortAnswered(state, { kind: 'noAnswer' }) : { state, actions: [] };
  const active = state.phase === 'awaitingAnswer' || state.phase === 'running';
  if (timer === 'limit') return active ? cutOff(state, 'tooLongCommand') : { state, actions: [] };
  const waited: Timer | null = state.phase === 'awaitingAnswer' ? 'T3' : state.phase === 'running' ? 'T4' : null;
  // A timer that fired while its stop was under way says nothing.
  if (timer !== waited) return { state, actions: [] };
  return timer === 'T3'
    ? lose(state, 'noAnswerInT3', 'the terminal did not answer', [{ type: 'closeLink' }])
    : lose(state, 'noCompletionInT4', 'the terminal did not complete', [{ type: 'closeLink' }]);
}

function cutOff(state: SessionState, code: CutOffCode | FrameErrorCode, offset: number | null = null): Step {
  const detail = offset === null ? code : `${code} at byte ${offset}`;
  return lose(state, 'streamBroken', detail, [{ type: 'cutOff', code, offset }, { type: 'closeLink' }]);
}

function lose(state: SessionState, reason: LossReason, detail: string, closing: SessionAction[]): Step {
  const actions: SessionAction[] = [{ type: 'stopTimers' }, ...closing, ...abortLeft(state, { kind: 'noAnswer' })];
  if (state.phase === 'awaitingAnswer' || state.phase === 'running') {
    actions.push({ type: 'finish', end: { kind: 'lost', reason, detail, taken: state.phase === 'running', heard: state.heard } });
  }
  return { state: CLOSED, actions };
}
