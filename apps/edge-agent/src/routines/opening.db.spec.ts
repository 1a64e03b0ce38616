import { OPENING_STEPS } from '@tillward/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestEdge, TestStore } from '../edge.fixtures.js';
import type { FakeTerminal } from '../terminals/terminal.fixtures.js';

let store: TestStore;
let edge: TestEdge;
let terminal: FakeTerminal;

const open = (businessDay = '2026-05-04') => edge.opening.start({ businessDay, by: 'policy', scheduledFor: null, commandId: null }, ['t1']);
const opened = (count = 1) => store.clock.until(() => edge.entries('OpeningFinished').length === count);
const steps = () => edge.entries('OpeningStepCompleted').map(({ payload }) => [payload.step, payload.outcome]);

beforeEach(() => {
  store = new TestStore();
  terminal = store.terminals.get('t1')!;
  edge = store.start();
  edge.recover();
  edge.apply();
});
afterEach(() => {
  if (!edge.dead) edge.crash();
  store.remove();
});

describe('the opening', () => {
  it('switches on, registers, signs on, and only then lets sales in', async () => {
    terminal.outletOn = false;
    open();
    await opened();
    expect(steps()).toEqual([
      ['powerOn', 'done'],
      ['register', 'done'],
      ['signOn', 'done'],
      ['catchUpSettlement', 'skipped'],
      ['ready', 'done'],
    ]);
    expect(edge.entries('TerminalPoweredOn')).toHaveLength(1);
    expect(edge.entries('TerminalSignedOn')).toHaveLength(1);
    expect(edge.terminals.get('t1')!.facts).toMatchObject({ power: 'on', signedOn: true, resting: 'idle', lastTraceKnown: true });
  });

  it('settles what yesterday left before the first sale', async () => {
    open('2026-05-04');
    await opened();
    edge.operators.signOn('t1', 'ana');
    await edge.pay('key-0001');
    store.clock.jump(24 * 3_600_000);
    open('2026-05-05');
    await opened(2);
    expect(terminal.settlements).toEqual([{ amountMinor: 1_250, count: 1 }]);
    expect(edge.entries('SettlementCompleted')[0]!.payload.businessDay).toBe('2026-05-04');
    await edge.pay('key-0002');
    expect(edge.entries('PaymentStarted').at(-1)!.payload).toMatchObject({ batchNo: 2, businessDay: '2026-05-05' });
  });

  it('leaves a settlement that people must do to people', async () => {
    open();
    await opened();
    edge.operators.signOn('t1', 'ana');
    await edge.pay('key-0001');
    edge.apply({ 'settlement.automatic': false });
    open('2026-05-05');
    await opened(2);
    expect(terminal.settlements).toEqual([]);
    expect(edge.entries('OpeningFinished')[1]!.payload.ready).toEqual(['t1']);
  });

  it.each([
    ['does not answer', { outletOn: false, outletReachable: false }, 'powerOn', 'powerSwitchUnreachable'],
    ['can’t reach its host', { hostUp: false }, 'signOn', 'hostUnreachable'],
  ] as const)('is blocked when the terminal %s', async (_name, fault, step, code) => {
    Object.assign(terminal, fault);
    open();
    await opened();
    expect(edge.entries('OpeningBlocked')[0]!.payload).toMatchObject({ step, code });
    expect(edge.terminals.get('t1')!.activity).toBe('blocked');
  });

  it('interrupted by a crash at any commit goes on where it stopped', async () => {
    terminal.outletOn = false;
    for (let failAt = 1; edge.entries('OpeningFinished').length === 0; failAt++) {
      edge.crash();
      let commits = 0;
      edge = store.start(() => {
        if (commits > 0 && --commits === 0) throw new Error('crash');
      });
      edge.recover();
      commits = failAt;
      if (edge.entries('OpeningStarted').length === 0) {
        try {
          open();
        } catch (error) {
          if (!(error instanceof Error && error.message === 'crash')) throw error;
        }
      }
      await store.clock.until(() => edge.dead || edge.entries('OpeningFinished').length > 0);
    }
    expect(steps().map(([step]) => step)).toEqual([...OPENING_STEPS]);
    expect(edge.terminals.get('t1')!.facts).toMatchObject({ signedOn: true, resting: 'idle' });
  });

  it('that catches up, interrupted by a crash at any commit, settles yesterday once before it lets sales in', async () => {
    open();
    await opened();
    edge.operators.signOn('t1', 'ana');
    await edge.pay('key-0001');
    store.clock.jump(24 * 3_600_000);
    const started = () => edge.entries('OpeningStarted').length === 2;
    for (let failAt = 1; edge.entries('OpeningFinished').length < 2; failAt++) {
      edge.crash();
      let commits = 0;
      edge = store.start(() => {
        if (commits > 0 && --commits === 0) throw new Error('crash');
      });
      edge.recover();
      commits = failAt;
      if (!started()) {
        try {
          open('2026-05-05');
        } catch (error) {
          if (!(error instanceof Error && error.message === 'crash')) throw error;
        }
      }
      await store.clock.until(() => edge.dead || edge.entries('OpeningFinished').length === 2);
      if (failAt > 60) throw new Error('the opening never ends');
    }
    expect(terminal.settlements).toEqual([{ amountMinor: 1_250, count: 1 }]);
    expect(
      steps()
        .slice(OPENING_STEPS.length)
        .map(([step]) => step),
    ).toEqual([...OPENING_STEPS]);
  });
});
