import { Inject, Injectable } from '@nestjs/common';
import type { JournalPayload } from '@tillward/contracts';
import { AuditLog } from '../audit/index.js';
import type { WorkContext } from '../database/index.js';
import { invalidInput, type PersonActor, type RefusalOf, refuse } from '../graphql/index.js';
import type { CommittedEntry } from '../ingest/index.js';
import { type BatchKey, recordBatchEvents } from './batch-life.service.js';
import { type BookedEntry, isIntact, receiptDigests, seal } from './evidence.rules.js';
import { type Handling, nextHandling } from './settlement.rules.js';
import { type BatchView, SettlementService } from './settlement.service.js';

/** Most characters of an acquirer's or provider's reference. */
const MAX_REFERENCE = 80;

/** Sealed evidence of an unbalanced settlement. */
export interface EvidenceView extends BatchKey {
  readonly settlementId: string;
  readonly sealedAt: Date;
  readonly digest: string;
  /** Canonical JSON, exactly as sealed. */
  readonly content: string;
  /** Its digest still is that of its content. */
  readonly intact: boolean;
}

/** Why an upload isn't taken down. */
export type UploadRefusal = RefusalOf<'notAllowed' | 'notFound' | 'invalidInput' | 'stepNotReady'>;

/**
 * Evidence of batches whose totals differ (S11): what journal, terminal and host said, which payments and receipts there were, at that moment. Frozen once per settlement,
 * never changed: the application may only add rows.
 */
@Injectable()
export class BatchEvidence {
  constructor(
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(SettlementService) private readonly settlement: SettlementService,
  ) {}

  /** Freezes what is known when the journal says that a settlement is unbalanced. Hearing of it again changes nothing. */
  async freeze(ctx: WorkContext, entry: CommittedEntry): Promise<void> {
    const { store: storeId, gateway, epoch, seq, terminal } = entry;
    const payload = entry.payload as JournalPayload<'SettlementUnbalanced'>;
    if (terminal === null) return;
    const key: BatchKey = { storeId, terminalId: terminal, batchNo: payload.batchNo };
    const batch = await this.#lock(ctx, key);
    if (batch === undefined || (await this.#isFrozen(ctx, key, payload.settlementId))) return;
    const booked = await bookedEntries(ctx, entry, batch.openedAt);
    const sealed = seal({
      version: 1,
      ...key,
      gatewayId: gateway,
      businessDay: payload.businessDay,
      settlementId: payload.settlementId,
      sealedAt: ctx.now(),
      journalEntry: { epoch, seq, at: entry.at, hash: await entryHash(ctx, entry) },
      totals: { journal: payload.journalTotals, terminal: payload.terminalTotals, host: payload.hostTotals },
      cardTotals: (await this.settlement.cardTotals(ctx, [key])).map(({ source, cardName, direction, currency, minor, count }) => ({
        source,
        cardName,
        direction,
        currency,
        minor,
        count,
      })),
      payments: await paymentsOf(ctx, key),
      ...receiptDigests(booked, payload.batchNo),
    });
    await ctx.tx.query(
      `INSERT INTO batch_evidence (store_id, terminal_id, batch_no, settlement_id, sealed_at, content, digest) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [storeId, terminal, payload.batchNo, payload.settlementId, ctx.now(), sealed.content, sealed.digest],
    );
    await this.#handle(ctx, batch, 'frozen');
    await recordBatchEvents(ctx, [{ key, what: 'evidenceFrozen', detail: { settlementId: payload.settlementId, digest: sealed.digest } }]);
    await this.audit.append(ctx, {
      action: 'batch.evidenceFrozen',
      storeId,
      subject: subjectOf(key),
      summary: `Evidence of unbalanced batch ${payload.batchNo} of ${terminal} frozen`,
      detail: { settlementId: payload.settlementId, digest: sealed.digest, journalEntry: { gateway, epoch, seq } },
    });
  }

  /** Takes down that the batch's transactions were handed to the acquirer (batch upload), with the acquirer's reference. */
  async recordUpload(ctx: WorkContext, key: BatchKey, reference: string): Promise<BatchView | UploadRefusal> {
    const person = ctx.actor as PersonActor;
    if (person.role !== 'hq' && person.role !== 'manager') return refuse('notAllowed', 'Uploads are taken down by managers and HQ.');
    if (reference.trim() === '' || reference.length > MAX_REFERENCE || /\p{Cc}/u.test(reference)) {
      return invalidInput('reference', `A reference is one line of at most ${MAX_REFERENCE} characters.`);
    }
    const batch = await this.#lock(ctx, key);
    if (batch === undefined) return refuse('notFound', 'There is no such batch.');
    if (batch.state !== 'unbalanced' || !(await this.#handle(ctx, batch, 'uploaded'))) {
      return refuse('stepNotReady', 'Only a batch whose totals differ, and whose evidence is frozen, is uploaded.');
    }
    await recordBatchEvents(ctx, [{ key, what: 'uploaded', detail: { reference: reference.trim() } }]);
    await this.audit.append(ctx, {
      action: 'batch.uploadRecorded',
      storeId: key.storeId,
      subject: subjectOf(key),
      summary: `Upload of batch ${key.batchNo} of ${key.terminalId} taken down`,
      detail: { reference: reference.trim() },
    });
    return (await this.settlement.batch(ctx, key.storeId, key.terminalId, key.batchNo))!;
  }

  /** Evidence of these batches, oldest first, each checked against its digest. */
  async of(ctx: WorkContext, keys: readonly BatchKey[]): Promise<EvidenceView[]> {
    const rows: Omit<EvidenceView, 'intact'>[] = await ctx.tx.query(
      `SELECT store_id AS "storeId", terminal_id AS "terminalId", batch_no AS "batchNo", settlement_id AS "settlementId", sealed_at AS "sealedAt", digest, content
         FROM batch_evidence WHERE (store_id, terminal_id, batch_no) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::int[]))
        ORDER BY sealed_at, settlement_id`,
      [keys.map((key) => key.storeId), keys.map((key) => key.terminalId), keys.map((key) => key.batchNo)],
    );
    return rows.map((row) => ({ ...row, intact: isIntact(row) }));
  }

  async #lock(ctx: WorkContext, { storeId, terminalId, batchNo }: BatchKey): Promise<BatchView | undefined> {
    await ctx.tx.query('SELECT 1 FROM batch WHERE store_id = $1 AND terminal_id = $2 AND batch_no = $3 FOR UPDATE', [
      storeId,
      terminalId,
      batchNo,
    ]);
    return await this.settlement.batch(ctx, storeId, terminalId, batchNo);
  }

  async #isFrozen(ctx: WorkContext, { storeId, terminalId, batchNo }: BatchKey, settlementId: string): Promise<boolean> {
    const rows: unknown[] = await ctx.tx.query(
      'SELECT 1 FROM batch_evidence WHERE store_id = $1 AND terminal_id = $2 AND batch_no = $3 AND settlement_id = $4',
      [storeId, terminalId, batchNo, settlementId],
    );
    return rows.length > 0;
  }

  async #handle(ctx: WorkContext, batch: BatchView, step: Handling): Promise<boolean> {
    const handling = nextHandling(batch.handling, step);
    if (handling === undefined) return false;
    await ctx.tx.query('UPDATE batch SET handling = $4 WHERE store_id = $1 AND terminal_id = $2 AND batch_no = $3', [
      batch.storeId,
      batch.terminalId,
      batch.batchNo,
      handling,
    ]);
    ctx.changed({ stores: [batch.storeId] });
    return true;
  }
}

function subjectOf({ storeId, terminalId, batchNo }: BatchKey): string {
  return `batch:${storeId}/${terminalId}/${batchNo}`;
}

/** Every payment of a batch, whatever became of it. Never more of a card than its last four digits: the table holds no more. */
async function paymentsOf(ctx: WorkContext, { storeId, terminalId, batchNo }: BatchKey): Promise<object[]> {
  return await ctx.tx.query(
    `SELECT payment_id AS "paymentId", kind, state, amount_minor AS "amountMinor", currency, trace_no AS "traceNo", receipt_no AS "receiptNo",
            card_last4 AS "cardLast4", card_name AS "cardName", operator_id AS "operatorId", was_in_doubt AS "wasInDoubt", started_at AS "startedAt"
       FROM card_transaction WHERE store_id = $1 AND terminal_id = $2 AND batch_no = $3 ORDER BY started_at, payment_id`,
    [storeId, terminalId, batchNo],
  );
}

/** Bookings of the terminal since shortly before its batch was opened: a day's grace, because these are the gateway's clocks. */
async function bookedEntries(ctx: WorkContext, entry: CommittedEntry, openedAt: Date): Promise<BookedEntry[]> {
  return await ctx.tx.query(
    `SELECT seq, payload FROM journal_entry
      WHERE store_id = $1 AND gateway_id = $2 AND epoch = $3 AND seq < $4 AND terminal_id = $5 AND at >= $6::timestamptz - interval '1 day'
        AND kind IN ('PaymentCompleted', 'PaymentResolved', 'RepaymentCompleted', 'RepaymentResolved')
      ORDER BY seq`,
    [entry.store, entry.gateway, entry.epoch, entry.seq, entry.terminal, openedAt],
  );
}

/** The chain's hash at the entry: it covers everything the gateway had written until then. */
async function entryHash(ctx: WorkContext, entry: CommittedEntry): Promise<string | null> {
  const rows: { hash: string }[] = await ctx.tx.query(
    `SELECT encode(hash, 'hex') AS hash FROM journal_entry WHERE store_id = $1 AND gateway_id = $2 AND epoch = $3 AND seq = $4`,
    [entry.store, entry.gateway, entry.epoch, entry.seq],
  );
  return rows[0]?.hash ?? null;
}
