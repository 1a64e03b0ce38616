import { describe, expect, it } from 'vitest';
import type { Frame } from './frame.js';
import {
  type Exchange,
  IDLE,
  LIMITS,
  type SessionAction,
  type SessionEvent,
  type SessionState,
  step,
  type Timer,
} from './session.rules.js';
import { encodeIntermediateStatus } from './terminal-message.js';
import { writeTlv } from './tlv.js';

const sale: Exchange = {
  name: 'authorisation',
  bytes: Uint8Array.of(0x06, 0x01, 0x00),
  endsWhenAcknowledged: false,
  completionShape: 'bitmaps',
  characterSet: 'cp437',
  canPrint: true,
};
const logOff: Exchange = { ...sale, name: 'logOff', bytes: Uint8Array.of(0x06, 0x02, 0x00), endsWhenAcknowledged: true };

const frame = (hex: string): SessionEvent => {
  const bytes = Buffer.from(hex, 'hex');
  const received: Frame = { control: bytes.readUInt16BE(0), data: bytes.subarray(2) };
  return { type: 'frame', frame: received };
};
const expired = (timer: Timer): SessionEvent => ({ type: 'expired', timer });
const BROKEN: SessionEvent = { type: 'streamBroken', code: 'unknownClass', offset: 9 };
const HALF: SessionEvent = { type: 'frameUnfinished' };
const ABORT: SessionEvent = { type: 'abort' };
/** A container in a container, ten levels down. */
const DEEP = ((): SessionEvent => {
  let content: Uint8Array = Uint8Array.of(0x07, 0x01, 0x41);
  for (let level = 0; level < 10; level++) content = writeTlv(0x25, content);
  return { type: 'frame', frame: { control: 0x06d3, data: writeTlv(0x06, content) } };
})();
const CUT: SessionEvent = { type: 'linkLost', detail: 'gone' };

/** An action in one word: `>hex` bytes sent, `+T3` timer started, `-` timers stopped, `!code` cut off, `x` link closed, `?` abort answered, `=end`. */
const word = (action: SessionAction): string => {
  switch (action.type) {
    case 'send':
      return `>${Buffer.from(action.bytes).toString('hex')}`;
    case 'startTimer':
      return `+${action.timer}${action.minutes === undefined ? '' : ` ${action.minutes} min`}${action.extraSeconds === undefined ? '' : ` ${action.extraSeconds} s`}`;
    case 'stopTimers':
      return '-';
    case 'cutOff':
      return `!${action.code}`;
    case 'abortAnswered':
      return `?${action.answer.kind}`;
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
    ['a command starts', IDLE, started, 'awaitingAnswer', ['>060100', '+T3', '+limit']],
    ['80 takes the command', awaiting, ACK, 'running', ['+T4']],
    ['84 refuses it', awaiting, frame('849c'), 'idle', ['-', '=refused']],
    ['T3 runs out', awaiting, expired('T3'), 'closed', ['-', 'x', '=lost noAnswerInT3']],
    ['a late T4 says nothing while waiting', awaiting, expired('T4'), 'awaitingAnswer', []],
    ['before its 80 a status is an older command’s', awaiting, frame('04ff0a'), 'awaitingAnswer', ['>800000']],
    ['before its 80 a completion is an older command’s', awaiting, frame('060f'), 'awaitingAnswer', ['>800000']],
    ['before its 80 an unknown frame gets 84 83', awaiting, frame('040d01'), 'awaitingAnswer', ['>848300']],
    ['half a frame before the 80', awaiting, HALF, 'closed', ['-', '!unfinishedFrame', 'x', '=lost streamBroken']],
    ['the link goes before the 80', awaiting, CUT, 'closed', ['-', '=lost linkLost']],
    ['04 FF starts T4 again', running, frame('04ff17'), 'running', ['>800000', '+T4', 'progress 23']],
    ['04 FF sets T4 in minutes', running, frame('04ff1705'), 'running', ['>800000', '+T4 5 min', 'progress 23']],
    ['04 01 is acknowledged', running, frame('0401aa2611210c203000'), 'running', ['>800000']],
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
    ['the command will not end', running, expired('limit'), 'closed', ['-', '!tooLongCommand', 'x', '=lost streamBroken']],
    ['half a frame', running, HALF, 'closed', ['-', '!unfinishedFrame', 'x', '=lost streamBroken']],
    ['the stream breaks', running, BROKEN, 'closed', ['-', '!unknownClass', 'x', '=lost streamBroken']],
    ['TLV nested without end', running, DEEP, 'closed', ['-', '!tooDeep', 'x', '=lost streamBroken']],
    ['the link goes', running, CUT, 'closed', ['-', '=lost linkLost']],
    ['idle: what nobody asked for is acknowledged', IDLE, frame('040f2700'), 'idle', ['>800000']],
    ['idle: a stray 80 is not', IDLE, ACK, 'idle', []],
    ['idle: an unknown frame gets 84 83', IDLE, frame('040d01'), 'idle', ['>848300']],
    ['idle: the host’s clock is acknowledged', IDLE, frame('0401aa2611210c203000'), 'idle', ['>800000']],
    ['idle: TLV nested without end', IDLE, DEEP, 'closed', ['-', '!tooDeep', 'x']],
    ['idle: the link goes', IDLE, CUT, 'closed', ['-']],
    ['idle: the stream breaks', IDLE, BROKEN, 'closed', ['-', '!unknownClass', 'x']],
    ['idle: a late limit says nothing', IDLE, expired('limit'), 'idle', []],
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

  it('gives 06 E0 as much longer as it shows its text', () => {
    const display: Exchange = { ...logOff, name: 'displayText', extraT3Seconds: 9 };
    expect(run([{ type: 'start', exchange: display }]).last).toContain('+T3 9 s');
  });

  it('tells the terminal when it can not print, and goes on', () => {
    const blind: Exchange = { ...sale, canPrint: false };
    const { last, state } = run([{ type: 'start', exchange: blind }, ACK, frame('06d10041')]);
    expect(last).toEqual(['>84cc00']);
    expect(state.phase).toBe('running');
  });

  it('takes a completion said twice for what it is', () => {
    const done = run([started, ACK, frame('040f27000b000017'), frame('060f'), started, frame('040f27000b000017'), frame('060f')]);
    expect(done.state.phase).toBe('awaitingAnswer');
    expect(done.words.flat().filter((action) => action.startsWith('='))).toEqual(['=completed']);
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
    const events = [
      ACK,
      frame('849c'),
      frame('040f2700'),
      frame('06d10041'),
      frame('0401'),
      expired('T3'),
      expired('T4'),
      BROKEN,
      CUT,
      ABORT,
      HALF,
    ];
    for (const first of events) {
      for (const second of events) {
        const sent = run([started, first, second]).words.flat();
        expect(sent.filter((action) => action === '>060100')).toHaveLength(1);
      }
    }
  });
});

describe('a hostile terminal', () => {
  it('is cut off when its intermediate statuses do not end', () => {
    const status: SessionEvent = { type: 'frame', frame: { control: 0x04ff, data: encodeIntermediateStatus(0x17).subarray(3) } };
    const flood = Array.from({ length: LIMITS.statusesPerCommand }, () => status);
    const full = run([started, ACK, ...flood]);
    expect(full.state.phase).toBe('running');
    expect(run([status], full.state).last).toEqual(['-', '!tooManyStatuses', 'x', '=lost streamBroken']);
  });

  it.each([
    ['receipts', frame('06d10041')],
    ['acknowledgements', ACK],
    ['unknown frames', frame('040d01')],
  ])('is cut off when its %s do not end', (_name, said) => {
    const full = run([started, ACK, ...Array.from({ length: LIMITS.framesPerCommand - 1 }, () => said)]);
    expect(full.state.phase).toBe('running');
    expect(run([said], full.state).last).toEqual(['-', '!tooManyFrames', 'x', '=lost streamBroken']);
  });

  it('is cut off when it talks without being asked', () => {
    const full = run(Array.from({ length: LIMITS.unaskedFrames }, () => frame('04ff17')));
    expect(full.state.phase).toBe('idle');
    expect(run([frame('04ff17')], full.state).last).toEqual(['-', '!tooManyUnasked', 'x']);
  });
});

describe('an abort', () => {
  it('goes out in the middle, and its 80 answers it', () => {
    const asked = run([started, ACK, ABORT]);
    expect(asked.last).toEqual(['>06b000', '+abort']);
    expect(run([frame('04ff17'), ACK, frame('061e6c')], asked.state).words).toEqual([
      ['>800000', '+T4', 'progress 23'],
      ['?taken'],
      ['>800000', '-', '=aborted'],
    ]);
  });

  it('waits for the command to be taken', () => {
    expect(run([started, ABORT, ACK]).words.slice(1)).toEqual([[], ['+T4', '>06b000', '+abort']]);
    expect(run([started, ABORT, frame('849c')]).last).toEqual(['-', '?ended', '=refused']);
  });

  it.each<[string, SessionEvent, string[]]>([
    ['refused', frame('8483'), ['?refused']],
    ['not answered', expired('abort'), ['?noAnswer']],
    ['too late', frame('060f'), ['>800000', '-', '?ended', '=completed']],
    ['cut', CUT, ['-', '?noAnswer', '=lost linkLost']],
  ])('is %s, and the command has an end of its own', (_name, event, actions) => {
    expect(run([started, ACK, ABORT, event]).last).toEqual(actions);
  });

  it('is sent once, and never without a command', () => {
    expect(run([started, ACK, ABORT, ABORT]).last).toEqual([]);
    expect(run([ABORT]).last).toEqual(['?ended']);
  });
});
