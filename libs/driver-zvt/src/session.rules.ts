import type { Frame, FrameErrorCode } from './frame.js';
import {
  ACKNOWLEDGEMENT,
  type Completion,
  type CompletionShape,
  decodeMessage,
  NOT_SUPPORTED,
  type ReceiptCopy,
  type StatusInformation,
} from './message.js';
import type { CharacterSet } from './text.js';

/** T3: from our command to its 80 or 84. T4: from then to the completion, started again by 04 FF and 04 0F. */
export type Timer = 'T3' | 'T4';

/** One command to be carried through: its bytes, and what ends it. */
export interface Exchange {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** True for 06 02 (and other commands without completion): the 80 00 00 is the end. */
  readonly endsWhenAcknowledged: boolean;
  readonly completionShape: CompletionShape;
  readonly characterSet: CharacterSet;
}

/** What was heard while an exchange ran. `status` is the last 04 0F. `receipts` is bounded. */
export interface Heard {
  readonly status: StatusInformation | null;
  readonly receipts: readonly { readonly copy: ReceiptCopy; readonly line: string }[];
}

/** Why an exchange never came to an end. For a money command every one of them means in doubt. */
export type LossReason = 'noAnswerInT3' | 'noCompletionInT4' | 'linkLost' | 'streamBroken';

/** How an exchange ended. */
export type ExchangeEnd =
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'completed'; readonly completion: Completion; readonly heard: Heard }
  | { readonly kind: 'aborted'; readonly resultCode: number | null; readonly noReceipt: boolean; readonly heard: Heard }
  | { readonly kind: 'refused'; readonly code: number }
  | { readonly kind: 'lost'; readonly reason: LossReason; readonly detail: string; readonly heard: Heard };

/**
 * States of a link. `idle`: a command may start. `awaitingAnswer`: the command's bytes are out, nobody has taken it yet. `running`: the
 * terminal is master. `closed`: terminal state; a new link has a new session.
 */
export type SessionState =
  | { readonly phase: 'idle' }
  | { readonly phase: 'awaitingAnswer'; readonly exchange: Exchange; readonly heard: Heard }
  | { readonly phase: 'running'; readonly exchange: Exchange; readonly heard: Heard }
  | { readonly phase: 'closed' };

export type SessionEvent =
  | { readonly type: 'start'; readonly exchange: Exchange }
  | { readonly type: 'frame'; readonly frame: Frame }
  | { readonly type: 'expired'; readonly timer: Timer }
  | { readonly type: 'streamBroken'; readonly code: FrameErrorCode; readonly offset: number }
  | { readonly type: 'linkLost'; readonly detail: string };

export type SessionAction =
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  | { readonly type: 'startTimer'; readonly timer: Timer }
  | { readonly type: 'stopTimers' }
  | { readonly type: 'progress'; readonly code: number }
  | { readonly type: 'finish'; readonly end: ExchangeEnd }
  | { readonly type: 'closeLink' };

export interface Step {
  readonly state: SessionState;
  readonly actions: readonly SessionAction[];
}

/** A fresh link. */
export const IDLE: SessionState = { phase: 'idle' };
const CLOSED: SessionState = { phase: 'closed' };
const NOTHING_HEARD: Heard = { status: null, receipts: [] };
/** Receipt lines kept of one exchange; more than any receipt has, and a limit on what a terminal can make us hold. */
const MAX_RECEIPT_LINES = 400;
const ACK: SessionAction = { type: 'send', bytes: ACKNOWLEDGEMENT };

type Active = Extract<SessionState, { phase: 'awaitingAnswer' | 'running' }>;

/**
 * The session's law (spec 13.08 "Protocol layers"; PROTOCOLS.md): one command at a time; every frame of the terminal but 80 and 84 gets
 * 80 00 00 (84 83 00 when we don't know it); nothing is ever sent twice; when a timer expires or the stream breaks, the link is closed and
 * the exchange is lost. Starting a second command, or any on a closed link, throws: a bug of the caller.
 */
export function step(state: SessionState, event: SessionEvent): Step {
  if (event.type === 'start') return start(state, event.exchange);
  if (state.phase === 'closed') return { state, actions: [] };
  switch (event.type) {
    case 'frame':
      return state.phase === 'idle' ? unasked(state, event.frame) : onFrame(state, event.frame);
    case 'expired':
      return expired(state, event.timer);
    case 'streamBroken':
      return lose(state, 'streamBroken', `${event.code} at byte ${event.offset}`, true);
    case 'linkLost':
      return lose(state, 'linkLost', event.detail, false);
  }
}

function start(state: SessionState, exchange: Exchange): Step {
  if (state.phase !== 'idle') throw new Error(`a ZVT command can't start while the session is ${state.phase}`);
  return {
    state: { phase: 'awaitingAnswer', exchange, heard: NOTHING_HEARD },
    actions: [
      { type: 'send', bytes: exchange.bytes },
      { type: 'startTimer', timer: 'T3' },
    ],
  };
}

/** A frame nobody asked for, such as the terminal taking mastery for its own jobs: acknowledged, so that it isn't sent for ever. */
function unasked(state: SessionState, frame: Frame): Step {
  const message = decodeMessage(frame);
  if (message.kind === 'acknowledgement' || message.kind === 'refusal') return { state, actions: [] };
  return { state, actions: [message.kind === 'unknown' ? { type: 'send', bytes: NOT_SUPPORTED } : ACK] };
}

function onFrame(state: Active, frame: Frame): Step {
  const message = decodeMessage(frame, state.exchange.completionShape, state.exchange.characterSet);
  switch (message.kind) {
    case 'acknowledgement':
      return acknowledged(state);
    case 'refusal':
      // Once the command was taken, an 84 answers nothing of ours; T4 decides.
      if (state.phase === 'running') return { state, actions: [] };
      return finish({ kind: 'refused', code: message.code }, []);
    case 'statusInformation':
      return running(state, { ...state.heard, status: message }, [ACK, { type: 'startTimer', timer: 'T4' }]);
    case 'intermediateStatus':
      return running(state, state.heard, [ACK, { type: 'startTimer', timer: 'T4' }, { type: 'progress', code: message.code }]);
    case 'receipt': {
      const lines = message.lines.map((line) => ({ copy: message.copy, line }));
      return running(state, { ...state.heard, receipts: [...state.heard.receipts, ...lines].slice(0, MAX_RECEIPT_LINES) }, [ACK]);
    }
    case 'completion':
      return finish({ kind: 'completed', completion: message, heard: state.heard }, [ACK]);
    case 'abort':
      return finish({ kind: 'aborted', resultCode: message.resultCode, noReceipt: message.noReceipt, heard: state.heard }, [ACK]);
    case 'unknown':
      return running(state, state.heard, [{ type: 'send', bytes: NOT_SUPPORTED }]);
  }
}

function acknowledged(state: Active): Step {
  if (state.phase === 'running') return { state, actions: [] };
  if (state.exchange.endsWhenAcknowledged) return finish({ kind: 'acknowledged' }, []);
  return { state: { ...state, phase: 'running' }, actions: [{ type: 'startTimer', timer: 'T4' }] };
}

/** The terminal is speaking: it has taken the command, also when its 80 00 00 never came. */
function running(state: Active, heard: Heard, actions: SessionAction[]): Step {
  const restarts = actions.some((action) => action.type === 'startTimer');
  if (state.phase === 'awaitingAnswer' && !restarts) actions.push({ type: 'startTimer', timer: 'T4' });
  return { state: { phase: 'running', exchange: state.exchange, heard }, actions };
}

function finish(end: ExchangeEnd, before: SessionAction[]): Step {
  return { state: IDLE, actions: [...before, { type: 'stopTimers' }, { type: 'finish', end }] };
}

function expired(state: SessionState, timer: Timer): Step {
  const waited: Timer | null = state.phase === 'awaitingAnswer' ? 'T3' : state.phase === 'running' ? 'T4' : null;
  // A timer that fired while its stop was under way says nothing.
  if (timer !== waited) return { state, actions: [] };
  return timer === 'T3'
    ? lose(state, 'noAnswerInT3', 'the terminal did not answer', true)
    : lose(state, 'noCompletionInT4', 'the terminal did not complete', true);
}

function lose(state: SessionState, reason: LossReason, detail: string, closeLink: boolean): Step {
  const actions: SessionAction[] = [{ type: 'stopTimers' }];
  if (closeLink) actions.push({ type: 'closeLink' });
  if (state.phase === 'awaitingAnswer' || state.phase === 'running') {
    actions.push({ type: 'finish', end: { kind: 'lost', reason, detail, heard: state.heard } });
  }
  return { state: CLOSED, actions };
}
