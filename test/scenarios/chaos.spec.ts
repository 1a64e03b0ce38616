import { setTimeout as sleep } from 'node:timers/promises';
import { agentPartName, isClean } from 'tillward';
import { expect, onTestFailed, test } from 'vitest';
import { startWorld } from '../world.js';
import { dice, shuffled } from './dice.js';

const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1_000_000));

test('core, agent and broker are killed in the middle of the closing; nothing is lost, nothing is booked twice', async () => {
  process.stdout.write(`chaos: SEED=${SEED}\n`);
  const roll = dice(SEED);
  await using world = await startWorld({
    name: `chaos-${SEED}`,
    seed: SEED,
    closeAfterS: { shanghai: 15, berlin: 20 },
    night: { hostDownAtS: 3_000, hostUpAtS: 3_001, cutOffAtS: 8 },
  });
  onTestFailed(() => world.keepLogs());

  await world.until(
    'the closing of Shanghai to begin',
    async () => (await world.sql(`select 1 from closing where store_id = 'shanghai'`)).length > 0,
    60_000,
  );
  const killed: string[] = [];
  const returns: Promise<void>[] = [];
  for (const part of shuffled(['core', agentPartName('shanghai'), 'broker', agentPartName('berlin')], roll)) {
    await sleep(roll(1_500));
    killed.push(part);
    returns.push(world.kill(part));
  }
  await Promise.all(returns);
  process.stdout.write(`chaos: killed ${killed.join(', ')}\n`);

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
  expect(open, 'in doubt and never resolved').toEqual([]);
  const unfinished = await world.sql('select store_id from closing where finished_at is null');
  expect(unfinished, 'closings that never finished').toEqual([]);
}, 240_000);
