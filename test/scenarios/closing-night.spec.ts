import { DEMO_STORES, isClean, UNLUCKY } from 'tillward';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../world.js';

const SEED = Number(process.env['SEED'] ?? 20_261_121);
const CLOSE_AFTER_S = { shanghai: 25, berlin: 40 };

/** The steps of a proven close in their order (DOMAIN.md section 1). */
const CLOSING_STEPS = [
  'stopSales',
  'waitIdle',
  'resolveInDoubt',
  'sendStored',
  'settle',
  'compareTotals',
  'backUpJournal',
  'signOff',
  'powerOff',
  'verifyOff',
];

let world: World;
beforeAll(async () => {
  world = await startWorld({
    name: 'closing-night',
    seed: SEED,
    closeAfterS: CLOSE_AFTER_S,
    night: { hostDownAtS: 25, cutOffAtS: 20, hostUpAtS: 3_000 },
  });
}, 120_000);
afterAll(async () => world?.[Symbol.asyncDispose](), 30_000);
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await world.keepLogs();
});

interface Proof {
  terminal_id: string;
  overnight: string;
  steps: { step: string; outcome: string; seq: number }[];
}

const terminalsOf = (store: string) => DEMO_STORES.find((s) => s.id === store)!.terminals.map((t) => t.id);
const proofsOf = (store: string) =>
  world.sql<Proof>('select terminal_id, overnight, steps from close_proof where store_id = $1 order by terminal_id', [store]);

test('every terminal of the chain sells before the first store closes, and every gateway has applied the policy', async () => {
  await world.until(
    'a sale at each of the eight terminals',
    async () => {
      const rows = await world.sql(`select distinct store_id, terminal_id from card_transaction where state = 'completed'`);
      return rows.length === 8;
    },
    25_000,
  );
  const applied = await world.sql<{ applied: number }>(
    'select count(*)::int applied from policy_application join policy_head using (version) where refused = $1',
    ['[]'],
  );
  expect(applied).toEqual([{ applied: 3 }]);
}, 40_000);

test('Shanghai closes with a complete proof for each terminal, and its terminals are off', async () => {
  const proofs = await world.until('three proofs', async () => (await proofsOf('shanghai')).length === 3 && proofsOf('shanghai'), 60_000);
  expect(proofs.map((p) => p.terminal_id)).toEqual(terminalsOf('shanghai'));
  for (const proof of proofs) {
    expect(proof.overnight).toBe('off');
    expect(proof.steps.map((s) => s.step)).toEqual(CLOSING_STEPS);
    const seqs = proof.steps.map((s) => s.seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  }
  await world.until(
    'the terminals to be off',
    async () => (await world.sql(`select 1 from terminal_state where store_id = 'shanghai' and power = 'off'`)).length === 3,
    10_000,
  );
  const unsettled = await world.sql(`select 1 from batch where store_id = 'shanghai' and state <> 'settled' and journal_count > 0`);
  expect(unsettled).toEqual([]);
}, 75_000);

test('Berlin closes all but the terminal whose host is down; that one stays on and an incident is open', async () => {
  await world.until('two proofs in Berlin', async () => (await proofsOf('berlin')).length === 2, 60_000);
  const [incident] = await world.until(
    'the incident',
    async () => {
      const rows = await world.sql(`select kind, terminal_id, state, cause from incident where store_id = 'berlin'`);
      return rows.length > 0 && rows;
    },
    30_000,
  );
  expect(incident).toEqual({ kind: 'settlementMissed', terminal_id: UNLUCKY.hostDown, state: 'open', cause: 'hostUnreachable' });
  expect((await proofsOf('berlin')).map((p) => p.terminal_id)).toEqual(terminalsOf('berlin').filter((id) => id !== UNLUCKY.hostDown));
  const [state] = await world.sql('select power from terminal_state where store_id = $1 and terminal_id = $2', [
    UNLUCKY.store,
    UNLUCKY.hostDown,
  ]);
  expect(state).toEqual({ power: 'on' });
}, 100_000);

test('the sale that was cut off became in doubt, was resolved by asking and booked once', async () => {
  const doubted = await world.sql<{ state: string; trace_no: number | null }>(
    'select state, trace_no from card_transaction where was_in_doubt and store_id = $1 and terminal_id = $2',
    [UNLUCKY.store, UNLUCKY.cutOff],
  );
  expect(doubted).toEqual([{ state: 'completed', trace_no: expect.any(Number) }]);
  const booked = (await world.ledger()).filter((s) => s.terminal === UNLUCKY.cutOff && s.traceNo === doubted[0]!.trace_no);
  expect(booked).toHaveLength(1);
});

test('New York, which inherits the chain’s hours, goes on selling', async () => {
  const before = (await world.ledger()).filter((s) => s.store === 'newyork').length;
  await world.until('another sale', async () => (await world.ledger()).filter((s) => s.store === 'newyork').length > before, 15_000);
}, 20_000);

test('at the end core has exactly what the terminals booked', async () => {
  await world.quiet(30_000);
  const differences = await world.differences();
  expect(differences, JSON.stringify(differences)).toSatisfy(isClean);
  expect(differences.terminalLedger).toBeGreaterThan(30);
}, 45_000);
