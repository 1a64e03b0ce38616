import { Injectable } from '@nestjs/common';
import type { WorkContext } from '../database/index.js';
import {
  type BatchLifeRefusal,
  type Confirmation,
  confirm,
  type Funding,
  fund,
  type LifeDecision,
  unfund,
  withdraw,
} from './batch-life.rules.js';
import type { BatchState } from './settlement.rules.js';

/** A batch's key in core: the gateway's own number, which never wraps. */
export interface BatchKey {
  readonly storeId: string;
  readonly terminalId: string;
  readonly batchNo: number;
}

/** What became of one batch of a list. `unknownBatch`: there is none of that key the actor may see. */
export interface BatchOutcome {
  readonly key: BatchKey;
  readonly outcome: 'changed' | 'unchanged' | 'unknownBatch' | BatchLifeRefusal;
}

interface LifeRow extends BatchKey {
  state: BatchState;
  missed: boolean;
  currency: string;
  settledAt: Date | null;
  confirmedBy: string | null;
  confirmedMinor: number | null;
  confirmedAt: Date | null;
  fundedBy: string | null;
  fundedMinor: number | null;
  fundedOn: string | null;
  fundedAt: Date | null;
}

interface LifeEvent {
  readonly key: BatchKey;
  readonly what: 'confirmed' | 'confirmationWithdrawn' | 'funded' | 'fundingWithdrawn';
  readonly detail: Readonly<Record<string, string | number>>;
}

/**
 * What statements and the bank say of batches (S7 to S9). The caller's transaction decides: either all of a list is written with it or nothing. Every change leaves
 * a row in batch_event. A list may hold a batch more than once; its entries count in their order.
 */
@Injectable()
export class BatchLifeService {
  /** An acquirer's statement names these batches. Answers in the list's order. */
  async confirmBatches(ctx: WorkContext, list: readonly { key: BatchKey; confirmation: Confirmation }[]): Promise<BatchOutcome[]> {
    return await this.#fold(ctx, list, (row, { key, confirmation }, events) => {
      const decision = confirm(row, confirmation);
      if (decision.kind !== 'changed') return decision;
      if (row.state === 'inDoubt') row.settledAt ??= ctx.now();
      Object.assign(row, {
        state: decision.state,
        confirmedBy: confirmation.statementId,
        confirmedMinor: confirmation.amountMinor,
        confirmedAt: ctx.now(),
      });
      events.push({ key, what: 'confirmed', detail: { ...confirmation } });
      return decision;
    });
  }

  /** A statement counts no more: batches it confirmed are unconfirmed again, and not funded until another one names them. Answers for every batch the statement had confirmed. */
  async withdrawConfirmations(ctx: WorkContext, statementId: string): Promise<BatchOutcome[]> {
    const keys: BatchKey[] = await ctx.tx.query(
      `SELECT store_id AS "storeId", terminal_id AS "terminalId", batch_no AS "batchNo" FROM batch WHERE confirmed_by = $1
        ORDER BY store_id, terminal_id, batch_no`,
      [statementId],
    );
    return await this.unconfirmBatches(
      ctx,
      keys.map((key) => ({ key, statementId })),
    );
  }

  /** These statements do not confirm these batches after all. Answers in the list's order; `unchanged` for what another one confirmed. */
  async unconfirmBatches(ctx: WorkContext, list: readonly { key: BatchKey; statementId: string }[]): Promise<BatchOutcome[]> {
    return await this.#fold(ctx, list, (row, { key, statementId }, events) => {
      const decision = withdraw(row, statementId);
      if (decision.kind !== 'changed') return decision;
      if (row.fundedBy !== null) events.push({ key, what: 'fundingWithdrawn', detail: { bankReference: row.fundedBy } });
      Object.assign(row, { confirmedBy: null, confirmedMinor: null, confirmedAt: null });
      Object.assign(row, { fundedBy: null, fundedMinor: null, fundedOn: null, fundedAt: null });
      events.push({ key, what: 'confirmationWithdrawn', detail: { statementId } });
      return decision;
    });
  }

  /** These credits pay no batch any more: what they funded is not funded until something else does. Answers for every batch they had funded. */
  async withdrawFundings(ctx: WorkContext, bankReferences: readonly string[]): Promise<BatchOutcome[]> {
    const keys: BatchKey[] = await ctx.tx.query(
      `SELECT store_id AS "storeId", terminal_id AS "terminalId", batch_no AS "batchNo" FROM batch WHERE funded_by = ANY($1) ORDER BY store_id, terminal_id, batch_no`,
      [bankReferences],
    );
    const references = new Set(bankReferences);
    const list = keys.map((key) => ({ key }));
    return await this.#fold(ctx, list, (row, { key }, events) => {
      const decision = unfund(row, references);
      if (decision.kind !== 'changed') return decision;
      events.push({ key, what: 'fundingWithdrawn', detail: { bankReference: row.fundedBy! } });
      Object.assign(row, { fundedBy: null, fundedMinor: null, fundedOn: null, fundedAt: null });
      return decision;
    });
  }

  /** The bank credited these batches: one credit may pay many of them. Answers in the list's order. */
  async fundBatches(ctx: WorkContext, list: readonly { key: BatchKey; funding: Funding }[]): Promise<BatchOutcome[]> {
    return await this.#fold(ctx, list, (row, { key, funding }, events) => {
      const decision = fund(row, funding);
      if (decision.kind !== 'changed') return decision;
      Object.assign(row, {
        fundedBy: funding.bankReference,
        fundedMinor: funding.amountMinor,
        fundedOn: funding.creditedOn,
        fundedAt: ctx.now(),
      });
      events.push({ key, what: 'funded', detail: { ...funding } });
      return decision;
    });
  }

  async #fold<T extends { key: BatchKey }>(
    ctx: WorkContext,
    list: readonly T[],
    apply: (row: LifeRow, item: T, events: LifeEvent[]) => LifeDecision,
  ): Promise<BatchOutcome[]> {
    if (list.length === 0) return [];
    const rows = new Map((await lock(ctx, list)).map((row) => [textOf(row), row]));
    const changed = new Map<string, LifeRow>();
    const events: LifeEvent[] = [];
    const outcomes = list.map((item): BatchOutcome => {
      const row = rows.get(textOf(item.key));
      if (row === undefined) return { key: item.key, outcome: 'unknownBatch' };
      const decision = apply(row, item, events);
      if (decision.kind === 'changed') changed.set(textOf(row), row);
      return { key: item.key, outcome: decision.kind === 'refused' ? decision.code : decision.kind };
    });
    if (changed.size > 0) await save(ctx, [...changed.values()], events);
    return outcomes;
  }
}

/** Adds rows to the history of batches, in the caller's transaction. */
export async function recordBatchEvents(
  ctx: WorkContext,
  events: readonly { key: BatchKey; what: string; detail: Readonly<Record<string, unknown>> }[],
): Promise<void> {
  const of = <T>(pick: (event: (typeof events)[number]) => T) => events.map(pick);
  await ctx.tx.query(
    `INSERT INTO batch_event (store_id, terminal_id, batch_no, at, what, actor, detail)
     SELECT n.store_id, n.terminal_id, n.batch_no, $6, n.what, $7, n.detail
       FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::jsonb[]) WITH ORDINALITY AS n (store_id, terminal_id, batch_no, what, detail, place)
      ORDER BY n.place`,
    [
      of((e) => e.key.storeId),
      of((e) => e.key.terminalId),
      of((e) => e.key.batchNo),
      of((e) => e.what),
      of((e) => JSON.stringify(e.detail)),
      ctx.now(),
      ctx.actor.name,
    ],
  );
}

function textOf({ storeId, terminalId, batchNo }: BatchKey): string {
  return `${storeId}/${terminalId}/${batchNo}`;
}

/** In the order of the key, so that two importers wait for each other instead of blocking each other. */
async function lock(ctx: WorkContext, list: readonly { key: BatchKey }[]): Promise<LifeRow[]> {
  return await ctx.tx.query(
    `SELECT store_id AS "storeId", terminal_id AS "terminalId", batch_no AS "batchNo", state, missed, currency, settled_at AS "settledAt",
            confirmed_by AS "confirmedBy", confirmed_minor AS "confirmedMinor", confirmed_at AS "confirmedAt",
            funded_by AS "fundedBy", funded_minor AS "fundedMinor", funded_on AS "fundedOn", funded_at AS "fundedAt"
       FROM batch WHERE (store_id, terminal_id, batch_no) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::int[]))
      ORDER BY store_id, terminal_id, batch_no FOR UPDATE`,
    [list.map(({ key }) => key.storeId), list.map(({ key }) => key.terminalId), list.map(({ key }) => key.batchNo)],
  );
}

async function save(ctx: WorkContext, rows: readonly LifeRow[], events: readonly LifeEvent[]): Promise<void> {
  const of = <T>(pick: (row: LifeRow) => T) => rows.map(pick);
  await ctx.tx.query(
    `UPDATE batch b SET state = n.state, settled_at = n.settled_at, confirmed_by = n.confirmed_by, confirmed_minor = n.confirmed_minor,
            confirmed_at = n.confirmed_at, funded_by = n.funded_by, funded_minor = n.funded_minor, funded_on = n.funded_on, funded_at = n.funded_at
       FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::timestamptz[], $6::text[], $7::bigint[], $8::timestamptz[], $9::text[],
                   $10::bigint[], $11::date[], $12::timestamptz[])
            AS n (store_id, terminal_id, batch_no, state, settled_at, confirmed_by, confirmed_minor, confirmed_at, funded_by, funded_minor, funded_on, funded_at)
      WHERE b.store_id = n.store_id AND b.terminal_id = n.terminal_id AND b.batch_no = n.batch_no`,
    [
      of((r) => r.storeId),
      of((r) => r.terminalId),
      of((r) => r.batchNo),
      of((r) => r.state),
      of((r) => r.settledAt),
      of((r) => r.confirmedBy),
      of((r) => r.confirmedMinor),
      of((r) => r.confirmedAt),
      of((r) => r.fundedBy),
      of((r) => r.fundedMinor),
      of((r) => r.fundedOn),
      of((r) => r.fundedAt),
    ],
  );
  await recordBatchEvents(ctx, events);
  ctx.changed({ stores: [...new Set(rows.map(({ storeId }) => storeId))] });
}
