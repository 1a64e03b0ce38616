import { CLOSING_STEPS } from '@tillward/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestEdge, TestStore } from '../edge.fixtures.js';
import type { FakeTerminal } from '../terminals/terminal.fixtures.js';

let store: TestStore;
let edge: TestEdge;
let terminal: FakeTerminal;

const prepare = async (settings: Record<string, string | number | boolean> = {}) => {
  await edge.readyForSales(settings);
  await edge.pay('key-0001', { amountMinor: 1_000 });
  await edge.pay('key-0002', { amountMinor: 234 });
};
const close = (terminals = ['t1', 't2']) =>
  edge.closing.start({ businessDay: '2026-05-04', by: 'policy', scheduledFor: null, commandId: null }, terminals);
const closed = () => store.clock.until(() => edge.entries('ClosingFinished').length > 0);
const blockedAt = () => edge.entries('CloseBlocked').map(({ terminal: id, payload }) => [id, payload.step, payload.code]);

beforeEach(() => {
  store = new TestStore();
  terminal = store.terminals.get('t1')!;
  edge = store.start();
  edge.recover();
});
afterEach(() => {
  if (!edge.dead) edge.crash();
  store.remove();
});

describe('the proven close', () => {
  it('does all steps in order and proves each with the entry that says so', async () => {
    await prepare();
    close();
    await closed();
    const proof = edge.entries('CloseProven').find((entry) => entry.terminal === 't1')!.payload;
    expect(proof.steps.map(({ step }) => step)).toEqual([...CLOSING_STEPS]);
    expect(proof.totals).toEqual({ currency: 'EUR', amountMinor: 1_234, count: 2 });
    const entries = edge.allEntries();
    for (const { step, outcome, seq } of proof.steps) {
      expect(entries[seq - 1]).toMatchObject({ kind: 'ClosingStepCompleted', terminal: 't1', payload: { step, outcome } });
    }
    expect(edge.entries('ClosingFinished')[0]!.payload).toMatchObject({ proven: ['t1', 't2'], blocked: [] });
    expect([terminal.alive, terminal.settlements]).toEqual([false, [{ amountMinor: 1_234, count: 2 }]]);
    expect(terminal.calls.filter((call) => ['settle', 'signOff', 'power off'].includes(call))).toEqual(['settle', 'signOff', 'power off']);
    expect(edge.entries('OperatorSignedOff').map((entry) => entry.payload)).toContainEqual({ operatorId: 'ana', by: 'closing' });
    expect(await edge.pay('key-0003')).toEqual({ ok: false, code: 'terminalClosed' });
    expect(edge.terminals.get('t1')!.facts).toMatchObject({ power: 'off', signedOn: false, resting: 'closed' });
  });

  it('waits for a running sale and never interrupts it', async () => {
    await prepare();
    const driver = edge.terminals.get('t1')!.driver;
    const pay = driver.pay.bind(driver);
    let finish: () => void = () => {};
    driver.pay = async (order) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return pay(order);
    };
    const sale = edge.pay('key-0003');
    await store.clock.until(() => edge.entries('PaymentStarted').length === 3);
    close(['t1']);
    const begun = store.clock.now();
    await store.clock.until(() => store.clock.now() > begun + 30_000);
    expect(terminal.calls).not.toContain('settle');
    finish();
    expect(await sale).toMatchObject({ ok: true, view: { state: 'completed' } });
    await closed();
    expect(edge.entries('SettlementCompleted')[0]!.payload.journalTotals.count).toBe(3);
  });

  it('keeps the power on when the policy says so, and says why', async () => {
    await prepare({ 'power.overnight': 'standby' });
    close(['t1']);
    await closed();
    const proof = edge.entries('CloseProven')[0]!.payload;
    expect(proof).toMatchObject({ overnight: 'standby' });
    expect(proof.steps.filter(({ outcome }) => outcome === 'skipped').map(({ step }) => step)).toEqual(['powerOff', 'verifyOff']);
    expect(terminal.outletOn).toBe(true);
  });

  it('sends stored transactions before it settles, where the terminal can store any', async () => {
    await prepare();
    terminal.stored = 2;
    close(['t1']);
    await closed();
    const sent = edge.entries('StoredTransactionsSent');
    expect(sent.map(({ payload }) => payload)).toEqual([{ by: 'policy', count: 2 }]);
    expect(sent[0]!.seq).toBeLessThan(edge.entries('SettlementStarted')[0]!.seq);
    expect(terminal.calls.filter((call) => ['sendStored', 'settle'].includes(call))).toEqual(['sendStored', 'settle']);
  });

  it.each([
    ['sends what it stored', true],
    ['is settled', false],
  ])('signs a terminal that restarted before the closing on again, or it would refuse: then it %s', async (_what, canSend) => {
    if (!canSend) terminal.operations.delete('sendStored');
    await prepare();
    terminal.signedOn = false;
    close(['t1']);
    await closed();
    expect(blockedAt()).toEqual([]);
    expect(edge.entries('TerminalSignedOn').at(-1)!.payload).toEqual({ by: 'recovery' });
    expect(terminal.settlements).toEqual([{ amountMinor: 1_234, count: 2 }]);
  });

  it('blocks a close whose terminal restarted and finds no host to sign on with', async () => {
    await prepare();
    terminal.signedOn = false;
    terminal.hostUp = false;
    close(['t1']);
    await closed();
    expect(blockedAt()).toEqual([['t1', 'sendStored', 'hostUnreachable']]);
  });

  it('skips stored transactions where there can be none, and says why', async () => {
    terminal.operations.delete('sendStored');
    await prepare();
    close(['t1']);
    await closed();
    const step = edge.entries('ClosingStepCompleted').find(({ payload }) => payload.step === 'sendStored')!.payload;
    expect(step).toMatchObject({ outcome: 'skipped', evidence: { reason: 'this terminal keeps no stored offline transactions' } });
  });

  it('goes on without switching off a terminal that can only be woken', async () => {
    await prepare();
    const power = edge.terminals.get('t1')!.power!;
    Object.assign(power, { capabilities: { kind: 'wakeOnLan', operations: new Set(['on']), cyclesOnDevice: false } });
    close(['t1']);
    await closed();
    expect([edge.entries('CloseProven').length, terminal.alive]).toEqual([1, true]);
  });

  it('proves a terminal that is off with nothing unsettled without waking it', async () => {
    edge.apply();
    await store.clock.until(() => true);
    terminal.outletOn = false;
    close(['t1']);
    await closed();
    expect(edge.entries('CloseProven')).toHaveLength(1);
    expect(terminal.calls).toEqual([]);
  });
});

describe('a close that can’t be proven', () => {
  it.each<[string, string, string, () => void, Record<string, string | number | boolean>]>([
    [
      'the host is down',
      'settle',
      'hostUnreachable',
      () => {
        terminal.operations.delete('sendStored');
        terminal.hostUp = false;
      },
      {},
    ],
    ['totals differ', 'compareTotals', 'totalsUnequal', () => Object.assign(terminal, { foreignMinor: 5 }), {}],
    ['the switch is gone', 'powerOff', 'powerSwitchUnreachable', () => Object.assign(terminal, { outletReachable: false }), {}],
    ['the terminal runs on', 'verifyOff', 'stillOn', () => Object.assign(terminal, { stuckOn: true }), {}],
    ['what is stored can’t be sent', 'sendStored', 'hostUnreachable', () => Object.assign(terminal, { hostUp: false }), {}],
    ['people settle', 'settle', 'manualSettlementRequired', () => {}, { 'settlement.automatic': false }],
    [
      'core is silent',
      'backUpJournal',
      'coreUnreachable',
      () => Object.assign(edge, { acknowledging: false }),
      { 'closing.withoutCore': 'block' },
    ],
  ])('because %s stops at %s and leaves the terminal safe; others go on', async (_name, step, code, fault, settings) => {
    await prepare(settings);
    fault();
    const silent = code === 'coreUnreachable';
    close();
    await closed();
    expect(blockedAt()).toContainEqual(['t1', step, code]);
    expect(edge.terminals.get('t1')!.activity).toBe('blocked');
    expect(await edge.pay('key-0009')).toEqual({ ok: false, code: 'terminalBlocked' });
    if (step !== 'verifyOff') expect(terminal.outletOn).toBe(true);
    expect(edge.entries('ClosingFinished')[0]!.payload).toMatchObject(
      silent ? { proven: [], blocked: ['t1', 't2'] } : { proven: ['t2'], blocked: ['t1'] },
    );
  });

  it('is proven all the same while core can’t be reached, and says that the backup follows', async () => {
    await prepare();
    edge.acknowledging = false;
    close(['t1']);
    await closed();
    const backUp = edge.entries('ClosingStepCompleted').find(({ payload }) => payload.step === 'backUpJournal')!.payload;
    expect(backUp).toMatchObject({ outcome: 'skipped', evidence: { terminal: 't1', reason: expect.stringContaining('delivered later') } });
    expect(edge.entries('CloseProven')).toHaveLength(1);
    expect(terminal.outletOn).toBe(false);
  });

  it('because a sale does not end stops at waitIdle', async () => {
    await prepare();
    terminal.nextSale = 'hang';
    void edge.pay('key-0003');
    await store.clock.until(() => edge.entries('PaymentStarted').length === 3);
    close(['t1']);
    await closed();
    expect(blockedAt()).toEqual([['t1', 'waitIdle', 'terminalBusy']]);
  });

  it('because a payment stays in doubt stops at resolveInDoubt', async () => {
    await prepare();
    terminal.nextSale = 'lostAfterBooking';
    await edge.pay('key-0003');
    terminal.outletOn = false;
    close(['t1']);
    await closed();
    expect(blockedAt()).toEqual([['t1', 'resolveInDoubt', 'paymentInDoubt']]);
  });

  it('retries a refused settlement as often as the policy says', async () => {
    await prepare({ 'settlement.attempts': 3 });
    terminal.operations.delete('sendStored');
    terminal.hostUp = false;
    close(['t1']);
    await closed();
    expect(edge.entries('SettlementFailed')).toHaveLength(3);
  });

  it('succeeds later, when what blocked it is gone', async () => {
    await prepare();
    terminal.hostUp = false;
    close(['t1']);
    await closed();
    terminal.hostUp = true;
    close(['t1']);
    await store.clock.until(() => edge.entries('CloseProven').length > 0);
    expect(terminal.settlements).toEqual([{ amountMinor: 1_234, count: 2 }]);
  });
});

describe('a batch that ended unbalanced', () => {
  const closeAgain = async (businessDay = '2026-05-04') => {
    const before = edge.entries('ClosingFinished').length;
    edge.closing.start({ businessDay, by: 'command', scheduledFor: null, commandId: null }, ['t1']);
    await store.clock.until(() => edge.entries('ClosingFinished').length > before);
  };
  const UNEQUAL = ['t1', 'compareTotals', 'totalsUnequal'];

  it('is never proven by closing again, not the next day either, and the terminal stays on', async () => {
    await prepare();
    terminal.foreignMinor = 5;
    await closeAgain();
    await closeAgain();
    await closeAgain('2026-05-05');
    expect(blockedAt()).toEqual([UNEQUAL, UNEQUAL, UNEQUAL]);
    expect(edge.entries('CloseBlocked')[1]!.payload.evidence).toMatchObject({ journalMinor: 1_234, terminalMinor: 1_239 });
    expect(edge.entries('CloseProven')).toEqual([]);
    expect([terminal.alive, edge.entries('TerminalSignedOff'), terminal.settlements.length]).toEqual([true, [], 1]);
  });

  it('is not proven by switching the terminal off', async () => {
    await prepare();
    terminal.foreignMinor = 5;
    await closeAgain();
    terminal.outletOn = false;
    await closeAgain();
    expect(blockedAt()).toEqual([UNEQUAL, UNEQUAL]);
  });

  it('stands although an empty batch balances after it, until one with money in it does', async () => {
    await prepare();
    terminal.foreignMinor = 5;
    const settleNow = () => edge.terminals.get('t1')!.run('settling', () => edge.settlement.settle(edge.terminals.get('t1')!, 'command'));
    expect(await settleNow()).toMatchObject({ kind: 'unbalanced' });
    terminal.nextSale = 'refused';
    await edge.pay('key-0003');
    await closeAgain();
    expect(edge.entries('SettlementCompleted').map(({ payload }) => payload.journalTotals.count)).toEqual([0]);
    expect(blockedAt()).toEqual([UNEQUAL]);
    const actor = edge.terminals.get('t1')!;
    actor.commit({ resting: 'idle', heldUntil: null }, () => {});
    edge.operators.signOn('t1', 'ana');
    await edge.pay('key-0004', { amountMinor: 700 });
    await closeAgain();
    expect(edge.entries('CloseProven').map(({ payload }) => payload.totals?.amountMinor)).toEqual([700]);
  });
});

describe('a batch settled before the closing', () => {
  it.each([true, false])('is what the proof speaks of (settlement.automatic %s)', async (automatic) => {
    await prepare({ 'settlement.automatic': automatic });
    const actor = edge.terminals.get('t1')!;
    await actor.run('settling', () => edge.settlement.settle(actor, 'command'));
    close(['t1']);
    await closed();
    expect(edge.entries('CloseProven')[0]!.payload.totals).toEqual({ currency: 'EUR', amountMinor: 1_234, count: 2 });
    const step = (name: string) => edge.entries('ClosingStepCompleted').find(({ payload }) => payload.step === name)!.payload;
    const evidence = { amountMinor: 1_234, count: 2, reason: 'settled before the closing' };
    expect(step('settle')).toMatchObject({ outcome: 'done', evidence });
    expect(step('compareTotals').evidence).toMatchObject({ journalMinor: 1_234, terminalMinor: 1_234, hostMinor: 1_234 });
    expect(terminal.settlements).toHaveLength(1);
  });
});

describe('a settlement without the host’s totals', () => {
  it('is proven by the terminal’s empty batch, and says so', async () => {
    await prepare();
    terminal.namesHostTotals = false;
    close(['t1']);
    await closed();
    const compared = edge.entries('ClosingStepCompleted').find(({ payload }) => payload.step === 'compareTotals')!.payload;
    expect(compared.evidence).toMatchObject({ hostMinor: null, reason: 'host named no totals; the terminal’s batch is empty' });
    expect(edge.entries('CloseProven')).toHaveLength(1);
  });

  it('is none while the terminal keeps its batch', async () => {
    await prepare();
    terminal.keepsBatch = true;
    close(['t1']);
    await closed();
    expect(blockedAt()).toEqual([['t1', 'settle', 'settlementRefused']]);
    expect(edge.entries('SettlementCompleted')).toEqual([]);
  });

  it.each([
    ['can’t be asked', { outletOn: false }],
    ['holds other money', { foreignMinor: 7 }],
  ])('is in doubt while the terminal %s', async (_name, afterwards) => {
    await prepare();
    const { driver } = edge.terminals.get('t1')!;
    const settle = driver.settle.bind(driver);
    terminal.namesHostTotals = false;
    driver.settle = async () => {
      const outcome = await settle();
      Object.assign(terminal, afterwards);
      return outcome;
    };
    close(['t1']);
    await closed();
    expect(blockedAt()).toEqual([['t1', 'settle', 'settlementInDoubt']]);
    expect(terminal.settlements).toHaveLength(1);
  });
});

describe('R1: a close interrupted by a crash at any commit', () => {
  it('goes on where it stopped, settles once, and is proven once', async () => {
    await prepare();
    edge.crash();
    let crashes = 0;
    for (let failAt = 1; ; failAt++) {
      let commits = 0;
      edge = store.start(() => {
        if (commits > 0 && --commits === 0) throw new Error('crash');
      });
      edge.recover();
      commits = failAt;
      if (edge.entries('ClosingStarted').length === 0) {
        try {
          close(['t1']);
        } catch (error) {
          if (!(error instanceof Error && error.message === 'crash')) throw error;
        }
      }
      await store.clock.until(() => edge.dead || edge.entries('ClosingFinished').length > 0);
      if (!edge.dead) break;
      crashes += 1;
      edge.crash();
      // Every start fails one commit later than the one before, until a whole closing fits.
      if (crashes > 60) throw new Error('the closing never ends');
    }
    expect(crashes).toBeGreaterThan(3);
    const steps = edge.entries('ClosingStepCompleted').map((entry) => entry.payload.step);
    expect(steps).toEqual([...CLOSING_STEPS]);
    expect(edge.entries('CloseProven')).toHaveLength(1);
    expect(edge.entries('ClosingFinished')[0]!.payload.proven).toEqual(['t1']);
    expect(terminal.settlements).toEqual([{ amountMinor: 1_234, count: 2 }]);
    expect(edge.entries('CloseProven')[0]!.payload.totals).toEqual({ currency: 'EUR', amountMinor: 1_234, count: 2 });
    expect(terminal.alive).toBe(false);
  });

  it.each(Array.from({ length: 22 }, (_, i) => i + 1))('one crash, at commit %i', async (failAt) => {
    await prepare();
    edge.crash();
    let commits = failAt;
    edge = store.start(() => {
      if (commits > 0 && --commits === 0) throw new Error('crash');
    });
    try {
      close(['t1']);
    } catch (error) {
      if (!(error instanceof Error && error.message === 'crash')) throw error;
    }
    await store.clock.until(() => edge.dead || edge.entries('ClosingFinished').length > 0);
    if (edge.dead) {
      edge.crash();
      edge = store.start();
      edge.recover();
      if (edge.entries('ClosingStarted').length === 0) close(['t1']);
      await closed();
    }
    expect(edge.entries('ClosingStepCompleted').map((entry) => entry.payload.step)).toEqual([...CLOSING_STEPS]);
    expect(edge.entries('CloseProven')).toHaveLength(1);
    expect(edge.entries('CloseProven')[0]!.payload.steps).toContainEqual(expect.objectContaining({ step: 'settle', outcome: 'done' }));
    expect(edge.entries('CloseProven')[0]!.payload.totals).toEqual({ currency: 'EUR', amountMinor: 1_234, count: 2 });
    expect(terminal.settlements).toEqual([{ amountMinor: 1_234, count: 2 }]);
    expect(terminal.alive).toBe(false);
  });
});
