import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { SimulatorControl } from '../demo/index.js';
import { ledgerSales } from './ledger.js';

const LOOK_EVERY_MS = 300;
/** So many unchanged looks in a row count as quiet: longer than the slowest pause between a booking and its entry in core. */
const SAME_LOOKS = 8;

/**
 * Pauses the tills and waits until nothing moves any more: no sale under way or in doubt in core, every gateway's newest entry committed, the ledgers
 * and the journal unchanged. Throws when that takes longer than the time given.
 */
export async function untilQuiet(system: { simulatorUrl: string; ledgerDir: string }, database: pg.Pool, withinMs: number): Promise<void> {
  await new SimulatorControl(system.simulatorUrl).pauseTills();
  const deadline = performance.now() + withinMs;
  let last = '';
  let same = 0;
  for (;;) {
    const { rows } = await database.query<{ open: number; behind: number; entries: number }>(
      `select (select count(*)::int from card_transaction where state in ('started', 'inDoubt')) open,
              (select count(*)::int from gateway_presence p join gateway_cursor c using (store_id, gateway_id) where c.seq < p.journal_head) behind,
              (select coalesce(sum(seq), 0)::int from gateway_cursor) entries`,
    );
    const { open, behind, entries } = rows[0]!;
    const look = `${entries} ${(await ledgerSales(system.ledgerDir)).length}`;
    same = open === 0 && behind === 0 && look === last ? same + 1 : 0;
    last = look;
    if (same >= SAME_LOOKS) return;
    if (performance.now() > deadline)
      throw new Error(`not quiet within ${withinMs / 1000} s: ${open} sales open, ${behind} gateways behind`);
    await sleep(LOOK_EVERY_MS);
  }
}
