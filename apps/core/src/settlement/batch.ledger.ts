import type { BatchTotals } from '@tillward/contracts';
import type { FoldDatabase } from '../ingest/index.js';

import { type BatchEvent, type BatchState, type Handling, nextBatch, nextHandling } from './settlement.rules.js';

/** Which batch an entry or payment belongs to. */
interface BatchOf {
  readonly store: string;
  readonly gateway: string;
  readonly terminal: string | null;
}

interface Delta {
  store: string;
  gateway: string;
  terminal: string;
  batchNo: number;
  businessDay: string;
  currency: string | null;
  minor: number;
  count: number;
  openedAtMs: number;
}

interface Facts {
  currency?: string;
  settlementId?: string;
  terminal?: BatchTotals | null;
  host?: BatchTotals | null;
  failureCode?: string;
}

interface Step {
  event: BatchEvent;
  facts: Facts;
  atMs: number;
}

interface BatchRow {
  store_id: string;
  terminal_id: string;
  batch_no: number;
  state: BatchState;
  missed: boolean;
  terminal_minor: number | null;
  host_minor: number | null;
  terminal_count: number | null;
  host_count: number | null;
  settlement_id: string | null;
  handling: Handling | null;
  accepted_at: Date | null;
  failure_code: string | null;
  settled_at: Date | null;
}

/** Collects what one transaction's entries change in batches: sums from payments, states from settlements. */
export class BatchLedger {
  readonly #deltas = new Map<string, Delta>();
  readonly #steps = new Map<string, Step[]>();

  /** Adds a payment's effect on its batch; `currency` null when the batch exists already. */
  change(
    payment: BatchOf & { batchNo: number; businessDay: string; lastAtMs: number },
    change: { minor: number; count: number },
    currency: string | null,
  ): void {
    const delta = this.#delta(payment, payment.batchNo, payment.businessDay, payment.lastAtMs);
    delta.minor += change.minor;
    delta.count += change.count;
    delta.currency ??= currency;
  }

  /** Adds a settlement event in journal order. */
  event(entry: BatchOf & { atMs: number; payload: { batchNo: number; businessDay: string } }, event: BatchEvent, facts: Facts): void {
    const { batchNo, businessDay } = entry.payload;
    const delta = this.#delta(entry, batchNo, businessDay, entry.atMs);
    delta.currency ??= facts.currency ?? null;
    const key = keyOf(delta.store, delta.terminal, batchNo);
    const steps = this.#steps.get(key) ?? [];
    steps.push({ event, facts, atMs: entry.atMs });
    this.#steps.set(key, steps);
  }

  async flush(db: FoldDatabase): Promise<void> {
    const deltas = [...this.#deltas.values()];
    if (deltas.length === 0) return;
    const of = <T>(pick: (delta: Delta) => T) => deltas.map(pick);
    db.say(UPSERT_SUMS, [
      of((d) => d.store),
      of((d) => d.gateway),
      of((d) => d.terminal),
      of((d) => d.batchNo),
      of((d) => d.businessDay),
      of((d) => d.currency),
      of((d) => d.minor),
      of((d) => d.count),
      of((d) => d.openedAtMs),
    ]);
    if (this.#steps.size > 0) await this.#flushSteps(db);
  }

  async #flushSteps(db: FoldDatabase): Promise<void> {
    const keys = [...this.#steps.keys()].map((key) => this.#deltas.get(key)!);
    const at = [keys.map((key) => key.store), keys.map((key) => key.terminal), keys.map((key) => key.batchNo)];
    const { rows } = await db.query<BatchRow>(SELECT_BATCHES, at);
    for (const row of rows) {
      for (const step of this.#steps.get(keyOf(row.store_id, row.terminal_id, row.batch_no)) ?? []) apply(row, step);
    }
    const of = <T>(pick: (row: BatchRow) => T) => rows.map(pick);
    db.say(UPDATE_STATES, [
      of((r) => r.store_id),
      of((r) => r.terminal_id),
      of((r) => r.batch_no),
      of((r) => r.state),
      of((r) => r.terminal_minor),
      of((r) => r.host_minor),
      of((r) => r.failure_code),
      of((r) => r.settled_at?.getTime() ?? null),
      of((r) => r.terminal_count),
      of((r) => r.host_count),
      of((r) => r.settlement_id),
      of((r) => r.handling),
      of((r) => r.accepted_at?.getTime() ?? null),
    ]);
  }

  #delta(of: BatchOf, batchNo: number, businessDay: string, atMs: number): Delta {
    const terminal = of.terminal ?? '';
    const key = keyOf(of.store, terminal, batchNo);
    let delta = this.#deltas.get(key);
    if (delta === undefined) {
      delta = {
        store: of.store,
        gateway: of.gateway,
        terminal,
        batchNo,
        businessDay,
        currency: null,
        minor: 0,
        count: 0,
        openedAtMs: atMs,
      };
      this.#deltas.set(key, delta);
    }
    return delta;
  }
}

function keyOf(store: string, terminal: string, batchNo: number): string {
  return `${store}/${terminal}/${batchNo}`;
}

function apply(row: BatchRow, { event, facts, atMs }: Step): void {
  const next = nextBatch(row, event);
  const settledNow = next.state === 'settled' || next.state === 'recovered';
  row.state = next.state;
  row.terminal_minor = facts.terminal?.amountMinor ?? row.terminal_minor;
  row.host_minor = facts.host?.amountMinor ?? row.host_minor;
  row.terminal_count = facts.terminal?.count ?? row.terminal_count;
  row.host_count = facts.host?.count ?? row.host_count;
  row.settlement_id = facts.settlementId ?? row.settlement_id;
  row.failure_code = facts.failureCode ?? (settledNow ? null : row.failure_code);
  if (settledNow) row.settled_at ??= new Date(atMs);
  if (event === 'accepted' && row.state === 'unbalanced') accept(row, new Date(atMs));
}

/** People answer for the difference: the batch is no longer at risk, and stays unbalanced. */
function accept(row: BatchRow, at: Date): void {
  row.handling = nextHandling(row.handling, 'accepted') ?? row.handling;
  row.accepted_at ??= at;
  row.settled_at ??= at;
}

// A batch whose first entry names no currency takes its terminal's, else its store's, which every gateway has.
const UPSERT_SUMS = `
  INSERT INTO batch AS b (store_id, gateway_id, terminal_id, batch_no, business_day, state, currency, journal_minor, journal_count, opened_at)
  SELECT n.store_id, n.gateway_id, n.terminal_id, n.batch_no, n.business_day, 'open',
         coalesce(n.currency, (SELECT t.currency FROM terminal t WHERE t.store_id = n.store_id AND t.terminal_id = n.terminal_id),
                  (SELECT s.currency FROM store s WHERE s.store_id = n.store_id)),
         n.minor, n.count, to_timestamp(n.opened_at / 1000)
    FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::date[], $6::text[], $7::bigint[], $8::int[], $9::float8[])
         AS n (store_id, gateway_id, terminal_id, batch_no, business_day, currency, minor, count, opened_at)
  ON CONFLICT (store_id, terminal_id, batch_no) DO UPDATE
    SET journal_minor = b.journal_minor + excluded.journal_minor, journal_count = b.journal_count + excluded.journal_count`;

const SELECT_BATCHES = `
  SELECT store_id, terminal_id, batch_no, state, missed, terminal_minor, host_minor, failure_code, settled_at, terminal_count, host_count,
         settlement_id, handling, accepted_at FROM batch
   WHERE (store_id, terminal_id, batch_no) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::int[]))
   ORDER BY store_id, terminal_id, batch_no FOR UPDATE`;

const UPDATE_STATES = `
  UPDATE batch b
     SET state = n.state, terminal_minor = n.terminal_minor, host_minor = n.host_minor, failure_code = n.failure_code,
         settled_at = to_timestamp(n.settled_at / 1000), terminal_count = n.terminal_count, host_count = n.host_count,
         settlement_id = n.settlement_id, handling = n.handling, accepted_at = to_timestamp(n.accepted_at / 1000)
    FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::float8[], $9::int[], $10::int[],
                $11::uuid[], $12::text[], $13::float8[])
         AS n (store_id, terminal_id, batch_no, state, terminal_minor, host_minor, failure_code, settled_at, terminal_count, host_count,
               settlement_id, handling, accepted_at)
   WHERE b.store_id = n.store_id AND b.terminal_id = n.terminal_id AND b.batch_no = n.batch_no`;
