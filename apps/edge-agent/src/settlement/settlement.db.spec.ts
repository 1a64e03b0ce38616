import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestEdge, TestStore } from '../edge.fixtures.js';
import type { FakeTerminal } from '../terminals/terminal.fixtures.js';

let store: TestStore;
let edge: TestEdge;
let terminal: FakeTerminal;

beforeEach(async () => {
  store = new TestStore();
  terminal = store.terminals.get('t1')!;
  edge = store.start();
  edge.recover();
  await edge.readyForSales();
  await edge.pay('key-0001', { amountMinor: 1_000 });
  await edge.pay('key-0002', { amountMinor: 234 });
});
afterEach(() => {
  if (!edge.dead) edge.crash();
  store.remove();
});

const settle = () => {
  const actor = edge.terminals.get('t1')!;
  return actor.run('settling', () => edge.settlement.settle(actor, 'policy'));
};
const TOTALS = { currency: 'EUR', amountMinor: 1_234, count: 2 };

describe('a settlement', () => {
  it('closes the batch when journal, terminal and host agree; the next sale opens the next batch', async () => {
    expect(await settle()).toMatchObject({ kind: 'settled' });
    expect(edge.entries('SettlementStarted')[0]!.payload).toMatchObject({ batchNo: 1, journalTotals: TOTALS, terminalTotals: TOTALS });
    expect(edge.entries('SettlementCompleted')[0]!.payload).toMatchObject({ batchNo: 1, hostTotals: TOTALS });
    await edge.pay('key-0003');
    expect(edge.entries('PaymentStarted').at(-1)!.payload.batchNo).toBe(2);
    expect(await settle()).toMatchObject({ kind: 'settled' });
    expect(await settle()).toMatchObject({ kind: 'nothing' });
  });

  it('that the host refuses leaves the batch open', async () => {
    terminal.hostUp = false;
    expect(await settle()).toMatchObject({ kind: 'failed', code: 'hostUnreachable' });
    terminal.hostUp = true;
    expect(await settle()).toMatchObject({ kind: 'settled' });
    expect(edge.entries('SettlementFailed')).toHaveLength(1);
    expect(edge.entries('SettlementStarted').map((entry) => entry.payload.batchNo)).toEqual([1, 1]);
  });

  it('is not even tried while the totals can’t be read', async () => {
    terminal.outletOn = false;
    expect(await settle()).toMatchObject({ kind: 'failed', code: 'terminalUnreachable' });
    expect(terminal.calls).not.toContain('settle');
  });

  it('waits for the enquiry about a payment in doubt', async () => {
    terminal.nextSale = 'lostAfterBooking';
    await edge.pay('key-0003');
    expect(await settle()).toMatchObject({ kind: 'failed', code: 'paymentInDoubt' });
    await store.clock.until(() => edge.entries('PaymentResolved').length > 0);
    expect(await settle()).toMatchObject({ kind: 'settled', settlement: { journalTotals: { amountMinor: 2_484, count: 3 } } });
  });

  it('with money the journal doesn’t know is unbalanced', async () => {
    terminal.foreignMinor = 1;
    expect(await settle()).toMatchObject({ kind: 'unbalanced' });
    expect(edge.entries('SettlementUnbalanced')[0]!.payload).toMatchObject({
      journalTotals: TOTALS,
      terminalTotals: { amountMinor: 1_235 },
    });
  });
});

describe('a settlement cut off', () => {
  it.each([
    ['after it was done', 'lostAfterBooking', true, 1],
    ['before it was done', 'lostBeforeBooking', false, 2],
  ] as const)('%s is asked about before anything is repeated', async (_name, move, settled, commands) => {
    terminal.nextSettlement = move;
    expect(await settle()).toMatchObject({ kind: 'inDoubt' });
    expect(await edge.pay('key-0003')).toEqual({ ok: false, code: 'terminalBusy' });
    expect(await settle()).toMatchObject({ kind: 'settled' });
    expect(edge.entries('SettlementResolved')[0]!.payload.settled).toBe(settled);
    expect(terminal.calls.filter((call) => call === 'settle')).toHaveLength(commands);
    expect(terminal.settlements).toEqual([{ amountMinor: 1_234, count: 2 }]);
  });

  it('is asked about by itself, whoever started it', async () => {
    terminal.nextSettlement = 'lostAfterBooking';
    await settle();
    await store.clock.until(() => edge.entries('SettlementCompleted').length > 0);
    expect(await edge.pay('key-0003')).toMatchObject({ ok: true });
  });

  it('by a crash of the gateway is in doubt after the start and resolved by asking', async () => {
    edge.crash();
    let commits = 0;
    edge = store.start(() => {
      if (commits > 0 && --commits === 0) throw new Error('crash');
    });
    commits = 2;
    await expect(settle()).rejects.toThrow('crash');
    edge.crash();
    edge = store.start();
    edge.recover();
    expect(edge.entries('SettlementInDoubt')).toHaveLength(1);
    await store.clock.until(() => edge.entries('SettlementCompleted').length > 0);
    expect(terminal.settlements).toHaveLength(1);
  });
});
