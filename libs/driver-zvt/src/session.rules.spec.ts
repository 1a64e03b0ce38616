import { describe, expect, it } from 'vitest';
import type { Frame } from './frame.js';
import { type Exchange, IDLE, type SessionAction, type SessionEvent, type SessionState, step } from './session.rules.js';

const sale: Exchange = {
  name: 'authorisation',
  bytes: Uint8Array.of(0x06, 0x01, 0x00),
  endsWhenAcknowledged: false,
  completionShape: 'bitmaps',
  characterSet: 'cp437',
};
const logOff: Exchange = { ...sale, name: 'logOff', bytes: Uint8Array.of(0x06, 0x02, 0x00), endsWhenAcknowledged: true };

const frame = (hex: string): SessionEvent => {
  const bytes = Buffer.from(hex, 'hex');
  const received: Frame = { control: bytes.readUInt16BE(0), data: bytes.subarray(2) };
  return { type: 'frame', frame: received };
};
const expired = (timer: 'T3' | 'T4'): SessionEvent => ({ type: 'expired', timer });
const BROKEN: SessionEvent = { type: 'streamBroken', code: 'unknownClass', offset: 9 };
const CUT: SessionEvent = { type: 'linkLost', detail: 'gone' };

/** An action in one word: `>hex` bytes sent, `+T3` timer started, `-` timers stopped, `x` link closed, `=end`. */
const word = (action: SessionAction): string => {
  switch (action.type) {
    case 'send':
      return `>${Buffer.from(action.bytes).toString('hex')}`;
    case 'startTimer':
      return `+${action.timer}`;
    case 'stopTimers':
      return '-';
    case 'closeLink':
      return 'x';
    case 'progress':
      return `progress ${action.code}`;
    case 'finish':
      return `=${action.end.kind}${action.end.kind === 'lost' ? ` ${action.end.reason}` : ''}`;
  }
};
const run = (events: readonly SessionEvent[], from: SessionState = IDLE) => {
  let state = from;
  const words: string[][] = [];
  for (const event of events) {
    const next = step(state, event);
    state = next.state;
    words.push(next.actions.map(word));
  }
  return { state, last: words.at(-1), words };
};
const started: SessionEvent = { type: 'start', exchange: sale };
const ACK = frame('8000');
const awaiting = run([started]).state;
const running = run([started, ACK]).state;

describe('one step of a session', () => {
  it.each<[string, SessionState, SessionEvent, string, string[]]>([
    ['a command starts', IDLE, started, 'awaitingAnswer', ['>060100', '+T3']],
    ['80 takes the command', awaiting, ACK, 'running', ['+T4']],
    ['84 refuses it', awaiting, frame('849c'), 'idle', ['-', '=refused']],
    ['T3 runs out', awaiting, expired('T3'), 'closed', ['-', 'x', '=lost noAnswerInT3']],
    ['a late T4 says nothing while waiting', awaiting, expired('T4'), 'awaitingAnswer', []],
    ['the terminal speaks without its 80', awaiting, frame('04ff0a'), 'running', ['>800000', '+T4', 'progress 10']],
    ['a receipt line without 80', awaiting, frame('06d10041'), 'running', ['>800000', '+T4']],
    ['the link goes before the 80', awaiting, CUT, 'closed', ['-', '=lost linkLost']],
    ['04 FF starts T4 again', running, frame('04ff17'), 'running', ['>800000', '+T4', 'progress 23']],
    ['04 0F starts T4 again', running, frame('040f2700'), 'running', ['>800000', '+T4']],
    ['06 D1 is acknowledged and leaves T4 running', running, frame('06d10041'), 'running', ['>800000']],
    ['06 D3 is acknowledged and leaves T4 running', running, frame('06d30600'), 'running', ['>800000']],
    ['an unknown frame gets 84 83', running, frame('040d01'), 'running', ['>848300']],
    ['a second 80 means nothing', running, ACK, 'running', []],
    ['an 84 after the 80 means nothing', running, frame('849c'), 'running', []],
    ['06 0F completes', running, frame('060f'), 'idle', ['>800000', '-', '=completed']],
    ['06 1E aborts', running, frame('061e6c'), 'idle', ['>800000', '-', '=aborted']],
    ['T4 runs out', running, expired('T4'), 'closed', ['-', 'x', '=lost noCompletionInT4']],
    ['a late T3 says nothing', running, expired('T3'), 'running', []],
    ['the stream breaks', running, BROKEN, 'closed', ['-', 'x', '=lost streamBroken']],
    ['the link goes', running, CUT, 'closed', ['-', '=lost linkLost']],
    ['idle: what nobody asked for is acknowledged', IDLE, frame('040f2700'), 'idle', ['>800000']],
    ['idle: a stray 80 is not', IDLE, ACK, 'idle', []],
    ['idle: an unknown frame gets 84 83', IDLE, frame('0401aa'), 'idle', ['>848300']],
    ['idle: the link goes', IDLE, CUT, 'closed', ['-']],
    ['idle: the stream breaks', IDLE, BROKEN, 'closed', ['-', 'x']],
    ['closed: nothing more', { phase: 'closed' }, frame('060f'), 'closed', []],
  ])('%s', (_name, state, event, phase, actions) => {
    const next = step(state, event);
    expect(next.state.phase).toBe(phase);
    expect(next.actions.map(word)).toEqual(actions);
  });
});

describe('a session', () => {
  it('ends 06 02 with its 80: no completion follows', () => {
    expect(run([{ type: 'start', exchange: logOff }, ACK])).toMatchObject({ state: { phase: 'idle' }, last: ['-', '=acknowledged'] });
  });

  it('refuses a second command, and any on a closed link', () => {
    expect(() => step(running, started)).toThrow(/running/);
    expect(() => step({ phase: 'closed' }, started)).toThrow(/closed/);
  });

  it('hands over what was heard, receipts bounded', () => {
    const lines = Array.from({ length: 500 }, () => frame('06d10041'));
    const states = [started, ACK, frame('040f27000b000017'), ...lines];
    const { actions } = step(run(states).state, frame('060f'));
    const finish = actions.find((action) => action.type === 'finish');
    const end = finish?.type === 'finish' && finish.end.kind === 'completed' ? finish.end : undefined;
    expect(end?.heard.status).toMatchObject({ resultCode: 0, traceNo: 17 });
    expect(end?.heard.receipts).toHaveLength(400);
  });

  it('sends a command exactly once whatever happens', () => {
    const events = [ACK, frame('849c'), frame('040f2700'), frame('06d10041'), frame('0401'), expired('T3'), expired('T4'), BROKEN, CUT];
    for (const first of events) {
      for (const second of events) {
        const sent = run([started, first, second]).words.flat();
        expect(sent.filter((action) => action === '>060100')).toHaveLength(1);
      }
    }
  });
});
