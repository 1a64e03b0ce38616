import { setTimeout as sleep } from 'node:timers/promises';
import { agentPartName, DEMO_STORES, isClean } from 'tillward';
import { expect, onTestFailed, test } from 'vitest';
import { startWorld, type World } from '../world.js';
import { dice } from './dice.js';

const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1_000_000));
const CLOSING_STORES = DEMO_STORES.filter((store) => store.id !== 'newyork');
/** Every settlement of the night takes this long, so that the closing has a middle to be hit in. */
const SETTLEMENT_MS = 2_500;
const SETTLEMENT = { zvt: { command: 'endOfDay', step: 'afterAck' }, nexo: { command: 'settlement', step: 'afterAccept' } } as const;

test('core, agents, broker and PostgreSQL are killed in the middle of the closing; nothing is lost, nothing is booked twice', async () => {
  process.stdout.write(`chaos: SEED=${SEED}\n`);
  const roll = dice(SEED);
  await using world = await startWorld({
    name: `chaos-${SEED}`,
    seed: SEED,
    closeAfterS: { shanghai: 18, berlin: 18 },
    night: { hostDownAtS: 3_000, hostUpAtS: 3_001, cutOffAtS: 8 },
  });
  onTestFailed(() => world.keepLogs());
  await slowSettlements(world);

  await world.until('both closings to begin', async () => (await world.sql('select 1 from closing')).length === 2, 60_000);
  await killAll(world, ['core', 'broker', 'postgres', ...CLOSING_STORES.map((store) => agentPartName(store.id))], roll);

  await world.until(
    'every terminal of both stores to be proven closed',
    async () => {
      const rows = await world.sql(`select distinct store_id, terminal_id from close_proof where store_id in ('shanghai', 'berlin')`);
      return rows.length === 6;
    },
    120_000,
  );
  await world.quiet(60_000);
  const differences = await world.differences();
  expect(differences, `SEED=${SEED} ${JSON.stringify(differences)}`).toSatisfy(isClean);
  expect(differences.terminalLedger).toBeGreaterThan(10);
  const open = await world.sql(`select store_id, terminal_id, payment_id from card_transaction where state in ('started', 'inDoubt')`);
  expect(open, 'sales in doubt that were never resolved').toEqual([]);
  const unsettled = await world.sql(`select store_id, terminal_id, state from batch where state in ('settling', 'inDoubt')`);
  expect(unsettled, 'settlements in doubt that were never resolved').toEqual([]);
  expect(await restartsInsideClosings(world), 'agents that were hit inside their closing').toEqual(['berlin', 'shanghai']);
}, 240_000);

async function slowSettlements(world: World): Promise<void> {
  for (const store of CLOSING_STORES) {
    for (const { id, driver } of store.terminals) {
      const where = driver === 'nexo' ? SETTLEMENT.nexo : SETTLEMENT.zvt;
      await world.control.inject(store.id, id, { fault: 'delayAtStep', ...where, ms: SETTLEMENT_MS });
    }
  }
}

/** Each part dies at a moment of its own while the settlements run, and comes back by itself. */
async function killAll(world: World, parts: readonly string[], roll: (below: number) => number): Promise<void> {
  const moments = parts.map((part) => ({ part, atMs: roll(SETTLEMENT_MS - 800) }));
  process.stdout.write(`chaos: ${moments.map(({ part, atMs }) => `${part} at ${atMs} ms`).join(', ')}\n`);
  await Promise.all(
    moments.map(async ({ part, atMs }) => {
      await sleep(atMs);
      await world.kill(part);
    }),
  );
}

/** Stores whose agent started again after its closing had begun and before its last proof. */
async function restartsInsideClosings(world: World): Promise<string[]> {
  const rows = await world.sql<{ store_id: string }>(
    `select distinct s.store_id from journal_entry s
      where s.kind = 'AgentStarted'
        and exists (select 1 from journal_entry c where c.store_id = s.store_id and c.kind = 'ClosingStarted' and c.seq < s.seq)
        and exists (select 1 from journal_entry p where p.store_id = s.store_id and p.kind = 'CloseProven' and p.seq > s.seq)
      order by 1`,
  );
  return rows.map((row) => row.store_id);
}
