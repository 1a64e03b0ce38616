import { randomUUID } from 'node:crypto';
import type { ReconciliationRow } from '@tillward/reconciliation';
import type { TestDatabase } from '../database/database.fixtures.js';

/** A small generator of numbers from a seed (mulberry32), so that a failing case can be played again. */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** Two sides as the engine takes them. `terminal` of a row is a terminal's id here: what an acquirer calls it leads to the same one. */
export interface TwoSides {
  readonly terminal: readonly ReconciliationRow[];
  readonly acquirer: readonly ReconciliationRow[];
}

const DAYS = ['2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23'];

/** Which numbers the rows of {@link tangledSides} have; `both` means that some have one, some the other, some both, some none. */
export type TangledNumbers = 'traces' | 'references' | 'both';

/** Two sides with everything that can go wrong, often at once: few numbers and amounts, so that keys collide. */
export function tangledSides(seed: number, count: number, numbers: TangledNumbers = 'traces'): TwoSides {
  const below = seeded(seed);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)]!;
  const row = (): ReconciliationRow => ({
    acquirer: 'acq',
    merchant: 'M1',
    terminal: pick(['t1', 't2', 't3']),
    batch: String(1 + below(4)),
    trace: numbers === 'references' || below(8) === 0 ? '' : String(1 + below(40)),
    reference: numbers === 'traces' || below(6) === 0 ? '' : `R${1 + below(60)}`,
    businessDay: pick(DAYS),
    type: pick(['sale', 'sale', 'sale', 'refund']),
    amountMinor: 0,
    currency: below(12) === 0 ? 'USD' : 'EUR',
  });
  const terminal: ReconciliationRow[] = [];
  const acquirer: ReconciliationRow[] = [];
  for (let i = 0; i < count; i++) {
    const one = row();
    // Money back is negative on both sides.
    Object.assign(one, { amountMinor: pick([100, 100, 200, 300, 350]) * (one.type === 'refund' ? -1 : 1) });
    const what = below(12);
    if (what !== 1) terminal.push(one);
    if (what === 2) terminal.push(one);
    if (what !== 3) acquirer.push({ ...one, feeMinor: -below(3) });
    if (what === 4) acquirer.push({ ...one, feeMinor: 0 });
    if (what === 5) Object.assign(acquirer.at(-1)!, { amountMinor: one.amountMinor + pick([-50, 50]) });
    if (what === 6) Object.assign(acquirer.at(-1)!, { currency: one.currency === 'EUR' ? 'USD' : 'EUR' });
    if (what === 7) Object.assign(acquirer.at(-1)!, { businessDay: pick(DAYS) });
    if (what === 8) Object.assign(acquirer.at(-1)!, { batch: String(below(10)), trace: one.trace });
    // One side knows only one of the numbers, or another one of a kind.
    if (what === 9 && numbers === 'both') Object.assign(acquirer.at(-1) ?? {}, { [pick(['trace', 'reference'])]: pick(['', '7']) });
  }
  return { terminal, acquirer: shuffled(acquirer, below) };
}

function shuffled<T>(list: readonly T[], below: (n: number) => number): T[] {
  const mixed = [...list];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = below(i + 1);
    [mixed[i], mixed[j]] = [mixed[j]!, mixed[i]!];
  }
  return mixed;
}

/** What a database holds of {@link TwoSides}: ids in the order of the rows. */
export interface StoredSides {
  readonly payments: readonly string[];
  readonly fileId: string;
}

/** A store with terminals t1 to t3, the acquirer `acq` and its numbers of them. */
export async function prepareStore(database: TestDatabase, store: string): Promise<void> {
  await database.query("INSERT INTO chain VALUES ('c', 'Chain') ON CONFLICT DO NOTHING");
  await database.query(
    "INSERT INTO store (store_id, chain_id, position, name, city, time_zone, currency) VALUES ($1, 'c', 0, $1, 'Berlin', 'Europe/Berlin', 'EUR')",
    [store],
  );
  await database.query('INSERT INTO gateway VALUES ($1, $2, NULL)', [store, `g-${store}`]);
  await database.query(`INSERT INTO acquirer VALUES ('acq', 'Acquirer', NULL, NULL, now(), now()) ON CONFLICT DO NOTHING`);
  for (const terminal of ['t1', 't2', 't3']) {
    await database.query(
      `INSERT INTO terminal (store_id, terminal_id, gateway_id, position, name, brand, model, driver, currency, connection)
       VALUES ($1, $2, $3, 0, $2, 'Brand', 'Model', 'zvt', 'EUR', '{}')`,
      [store, terminal, `g-${store}`],
    );
    await database.query(`INSERT INTO acquirer_terminal VALUES ($1, 'acq', 'M1', $2, $3, now())`, [
      store,
      `${store}-${terminal}`,
      terminal,
    ]);
  }
}

/** Writes both sides as journal and import would have left them. */
export async function storeSides(database: TestDatabase, store: string, { terminal, acquirer }: TwoSides): Promise<StoredSides> {
  const payments = terminal.map(() => randomUUID());
  const of = <T>(rows: readonly ReconciliationRow[], get: (row: ReconciliationRow) => T) => rows.map(get);
  await database.query(
    `INSERT INTO card_transaction (store_id, payment_id, gateway_id, terminal_id, batch_no, business_day, state, amount_minor, currency, trace_no, provider_reference, kind, started_at)
     SELECT $1, n.id, 'g', n.terminal, n.batch, n.day, 'completed', abs(n.amount), n.currency, nullif(n.trace, '')::int, 'P0.' || nullif(n.reference, ''), n.kind,
            timestamptz '2026-11-20' + n.place * interval '1 s'
       FROM unnest($2::uuid[], $3::text[], $4::int[], $5::date[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[]) WITH ORDINALITY
            AS n (id, terminal, batch, day, amount, currency, trace, reference, kind, place)`,
    [
      store,
      payments,
      of(terminal, (r) => r.terminal),
      of(terminal, (r) => Number(r.batch)),
      of(terminal, (r) => r.businessDay),
      of(terminal, (r) => r.amountMinor),
      of(terminal, (r) => r.currency),
      of(terminal, (r) => r.trace ?? ''),
      of(terminal, (r) => r.reference ?? ''),
      of(terminal, (r) => r.type),
    ],
  );
  await database.query(
    `INSERT INTO batch (store_id, terminal_id, batch_no, gateway_id, business_day, state, currency, journal_minor, journal_count, opened_at, settled_at)
     SELECT store_id, terminal_id, batch_no, 'g', min(business_day), 'settled', min(currency), sum(CASE kind WHEN 'sale' THEN amount_minor ELSE -amount_minor END), count(*), now(), now()
       FROM card_transaction WHERE store_id = $1 GROUP BY 1, 2, 3`,
    [store],
  );
  const fileId = randomUUID();
  await database.query(
    `INSERT INTO statement_file (file_id, kind, acquirer_id, name, digest, bytes, stored_as, state, channel, arrived_by, arrived_from, arrived_at, merchant, subject, period_from, period_to)
     VALUES ($1::uuid, 'acquirer', 'acq', 'f', $2, 1, 'x', 'imported', 'upload', 't', 't', now(), 'M1', $2, '2026-11-20', '2026-11-23')`,
    [fileId, fileId],
  );
  await database.query(
    `INSERT INTO statement_row (store_id, file_id, row_no, acquirer_id, terminal_id, line, type, source_type, business_day, merchant_no, terminal_no, batch_no, trace_no, reference,
                                merchant_reference, authorisation, currency, gross_minor, fee_minor, net_minor, fee_remainder, payout)
     SELECT $1, $2, n.place, 'acq', n.terminal, n.place + 1, n.type, n.type, n.day, 'M1', n.terminal, n.batch, n.trace, n.reference, '', '', n.currency, n.amount, n.fee, n.amount + n.fee, 0, ''
       FROM unnest($3::text[], $4::text[], $5::date[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[], $11::bigint[]) WITH ORDINALITY
            AS n (terminal, batch, day, amount, currency, trace, reference, type, fee, place)`,
    [
      store,
      fileId,
      of(acquirer, (r) => r.terminal),
      of(acquirer, (r) => r.batch),
      of(acquirer, (r) => r.businessDay),
      of(acquirer, (r) => r.amountMinor),
      of(acquirer, (r) => r.currency),
      of(acquirer, (r) => r.trace ?? ''),
      of(acquirer, (r) => r.reference ?? ''),
      of(acquirer, (r) => r.type),
      of(acquirer, (r) => r.feeMinor ?? 0),
    ],
  );
  return { payments, fileId };
}
