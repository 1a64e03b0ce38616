import { EVENT_TYPE } from '@tillward/contracts';
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
});
afterEach(() => {
  if (!edge.dead) edge.crash();
  store.remove();
});

const settle = () => {
  const actor = edge.terminals.get('t1')!;
  return actor.run('settling', () => edge.settlement.settle(actor, 'policy'));
};
const close = async () => {
  const before = edge.entries('ClosingFinished').length;
  edge.closing.start({ businessDay: '2026-05-04', by: 'policy', scheduledFor: null, commandId: null }, ['t1']);
  await store.clock.until(() => edge.entries('ClosingFinished').length > before);
};
const accept = async (settlementId: string, terminalId = 't1') => {
  const command = store.core.command(terminalId, 'acceptUnbalanced', store.clock.now(), { parameters: { settlementId } });
  edge.commands.receive(store.core.event(EVENT_TYPE.command, command));
  await store.clock.until(() => /succeeded|failed/.test(edge.commands.find(command.id)?.state ?? ''));
  const { commandId, state, code } = edge.commands.find(command.id)!;
  return { commandId, state, code };
};
const lastUnbalanced = () => edge.entries('SettlementUnbalanced').at(-1)!.payload.settlementId;
const blockedAt = () => edge.entries('CloseBlocked').map(({ payload }) => payload.code);

describe('accepting that totals differ', () => {
  it('lifts the block of later closes, is journaled with the command it follows from, and moves no money', async () => {
    terminal.foreignMinor = 5;
    await close();
    expect(blockedAt()).toEqual(['totalsUnequal']);
    const calls = terminal.calls.length;
    const { commandId, state } = await accept(lastUnbalanced());
    expect(state).toBe('succeeded');
    expect(terminal.calls).toHaveLength(calls);
    expect(edge.entries('UnbalancedAccepted').map(({ payload }) => payload)).toEqual([
      { settlementId: lastUnbalanced(), batchNo: 1, businessDay: '2026-05-04', commandId },
    ]);
    await close();
    expect(blockedAt()).toEqual(['totalsUnequal']);
    const compared = edge.entries('ClosingStepCompleted').find(({ payload }) => payload.step === 'compareTotals')!.payload;
    expect(compared.evidence).toMatchObject({ journalMinor: 1_000, terminalMinor: 1_005, reason: 'two people accepted the difference' });
    expect(edge.entries('CloseProven')).toHaveLength(1);
    expect(terminal.settlements).toHaveLength(1);
  });

  it('is written once, also over a restart', async () => {
    terminal.foreignMinor = 5;
    await settle();
    await accept(lastUnbalanced());
    edge.crash();
    edge = store.start();
    edge.recover();
    expect(await accept(lastUnbalanced())).toMatchObject({ state: 'succeeded' });
    expect(edge.entries('UnbalancedAccepted')).toHaveLength(1);
  });

  it('of an older batch does not lift the block of a newer one', async () => {
    terminal.foreignMinor = 5;
    await settle();
    const older = lastUnbalanced();
    await edge.pay('key-0002', { amountMinor: 300 });
    terminal.foreignMinor = 7;
    await settle();
    expect(lastUnbalanced()).not.toBe(older);
    await accept(older);
    await close();
    expect(blockedAt()).toEqual(['totalsUnequal']);
    await accept(lastUnbalanced());
    await close();
    expect(edge.entries('CloseProven')).toHaveLength(1);
  });

  it.each([
    ['a settlement that balanced', async () => void (await settle()), () => edge.entries('SettlementCompleted')[0]!.payload.settlementId],
    ['one there never was', async () => {}, () => '22222222-2222-4222-8222-222222222222'],
    ['none at all', async () => {}, () => ''],
  ])('of %s is refused', async (_name, before, id) => {
    await before();
    expect(await accept(id())).toMatchObject({ state: 'failed', code: 'notUnbalanced' });
    expect(edge.entries('UnbalancedAccepted')).toEqual([]);
  });

  it('of another terminal’s settlement is refused', async () => {
    terminal.foreignMinor = 5;
    await settle();
    expect(await accept(lastUnbalanced(), 't2')).toMatchObject({ state: 'failed', code: 'notUnbalanced' });
  });
});
