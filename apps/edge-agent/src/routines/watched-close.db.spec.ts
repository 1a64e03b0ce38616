import { CLOSING_STEPS, EVENT_TYPE } from '@tillward/contracts';
import type { ObserverEvent } from '@tillward/observer-unionpay';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { desiredBody, type TestEdge, TestStore } from '../edge.fixtures.js';
import type { FakeTerminal } from '../terminals/terminal.fixtures.js';

let store: TestStore;
let edge: TestEdge;
let terminal: FakeTerminal;

const NUMBER = '00000042';
const apply = () => {
  const body = desiredBody((edge.policy.current?.version ?? 0) + 1);
  const watched = {
    id: 't1',
    name: 'Watched',
    driver: 'unionpay' as const,
    currency: 'CNY',
    power: body.terminals[0]!.power,
    listenPort: 9_000,
    host: '127.0.0.1',
    port: 9_001,
    terminalNumber: NUMBER,
    terminalAddresses: ['127.0.0.1'],
    tpduBytes: 5,
    headBytes: 6,
  };
  edge.policy.receive(store.core.event(EVENT_TYPE.desired, { ...body, terminals: [watched] }));
};
const begin = () => {
  edge = store.start();
  edge.recover();
  apply();
};
beforeEach(() => {
  store = new TestStore();
  terminal = store.terminals.get('t1')!;
  begin();
});
afterEach(() => {
  if (!edge.dead) edge.crash();
  store.remove();
});

const passes = (kind: ObserverEvent['kind'], more: object = {}) => {
  store.clock.jump(1_000);
  const common = { terminalId: NUMBER, merchantId: null, batchNo: 7, at: store.clock.now() };
  terminal.passes({ kind, ...common, ...more } as ObserverEvent);
};
const aDay = () => {
  passes('SignedOn');
  passes('SaleObserved', { traceNo: 1, approved: true, responseCode: '00' });
  passes('SettlementStarted', { totals: null, reversalsPending: 0 });
  passes('SettlementBalanced', { totals: null });
  passes('SignedOff');
};
const close = async () => {
  const before = edge.entries('ClosingFinished').length;
  edge.closing.start({ businessDay: '2026-05-04', by: 'policy', scheduledFor: null, commandId: null }, ['t1']);
  await store.clock.until(() => edge.entries('ClosingFinished').length > before);
};
const blocked = () => edge.entries('CloseBlocked').map(({ payload }) => [payload.step, payload.code]);

describe('a terminal that is only watched', () => {
  it('takes no sale of a till and no order, and says so', async () => {
    expect(await edge.pay('key-0001', { currency: 'CNY' })).toEqual({ ok: false, code: 'terminalOnlyWatched' });
    for (const action of ['settleTerminal', 'restartTerminal', 'powerCycleTerminal', 'abortTerminal'] as const) {
      const command = store.core.command('t1', action, store.clock.now());
      edge.commands.receive(store.core.event(EVENT_TYPE.command, command));
      await store.clock.until(() => edge.commands.find(command.id)?.state === 'failed');
      expect(edge.commands.find(command.id)!.code).toBe('terminalOnlyWatched');
    }
    expect(terminal.calls).toEqual([]);
  });

  it('tells of itself by its traffic, and keeps that over a restart', async () => {
    passes('SignedOn');
    passes('SaleWithoutSignOn', { traceNo: 2 });
    passes('EchoAnswered');
    terminal.passes({ kind: 'SignedOff', terminalId: 'another1', merchantId: null, batchNo: null, at: 1 });
    expect(edge.entries('AcquirerTrafficObserved').map(({ payload }) => payload)).toEqual([
      { event: 'signedOn', acquirerBatchNo: 7 },
      { event: 'saleWithoutSignOn', traceNo: 2, acquirerBatchNo: 7 },
    ]);
    edge.crash();
    begin();
    expect(edge.terminals.get('t1')!.facts).toMatchObject({ power: 'on', signedOn: true, watched: { acquirerBatchNo: 7 } });
  });

  it('is opened by its power alone, and not again and again', async () => {
    terminal.outletOn = false;
    edge.terminals.get('t1')!.commit({ resting: 'closed' }, () => {});
    edge.scheduler.start();
    await store.clock.until(() => edge.entries('OpeningFinished').length > 0);
    expect(terminal.outletOn).toBe(true);
    const then = store.clock.now();
    await store.clock.until(() => store.clock.now() > then + 60_000);
    expect(edge.entries('OpeningStarted')).toHaveLength(1);
    expect(edge.entries('OpeningBlocked')).toEqual([]);
  });

  it('has its power read by its switch', async () => {
    const actor = edge.terminals.get('t1')!;
    passes('SignedOn');
    terminal.outletOn = false;
    await actor.run('poll', () => actor.poll());
    expect(actor.facts).toMatchObject({ power: 'off', signedOn: false });
  });
});

describe('the close of a watched terminal', () => {
  it('is proven by a balanced settlement and a sign-off that were seen, and then switched off', async () => {
    aDay();
    await close();
    const [proof] = edge.entries('CloseProven');
    expect(proof!.payload.steps.map(({ step }) => step)).toEqual([...CLOSING_STEPS]);
    const settled = edge.entries('ClosingStepCompleted').find(({ payload }) => payload.step === 'settle')!.payload;
    expect(settled.evidence).toMatchObject({ watched: true, settlement: 'balanced', acquirerBatchNo: 7 });
    expect([terminal.outletOn, edge.terminals.get('t1')!.facts.power]).toEqual([false, 'off']);
  });

  it('waits for people to settle and sign off by hand', async () => {
    passes('SignedOn');
    const closing = close();
    const begun = store.clock.now();
    await store.clock.until(() => store.clock.now() > begun + 120_000);
    passes('SettlementBalanced', { totals: null });
    await store.clock.until(() => edge.entries('ClosingStepCompleted').some(({ payload }) => payload.step === 'backUpJournal'));
    passes('SignedOff');
    await closing;
    expect(edge.entries('CloseProven')).toHaveLength(1);
  });

  it.each<[string, () => void, [string, string]]>([
    ['nobody settled', () => passes('SignedOn'), ['settle', 'manualSettlementRequired']],
    ['nothing was seen and its outlet is off', () => Object.assign(terminal, { outletOn: false }), ['settle', 'manualSettlementRequired']],
    ['the host said that the totals differ', () => passes('SettlementUnbalanced', { totals: null }), ['compareTotals', 'totalsUnequal']],
    ['nobody signed it off', () => passes('SettlementBalanced', { totals: null }), ['signOff', 'manualSettlementRequired']],
    [
      'a sale came after the settlement',
      () => {
        aDay();
        passes('SaleObserved', { traceNo: 9, approved: true, responseCode: '00' });
      },
      ['settle', 'manualSettlementRequired'],
    ],
  ])('is blocked when %s, and the terminal keeps its power', async (_name, before, at) => {
    const { outletOn } = terminal;
    before();
    await close();
    expect(blocked()).toEqual([at]);
    if (outletOn) expect(terminal.calls).not.toContain('power off');
    expect(edge.terminals.get('t1')!.activity).toBe('blocked');
  });
});
