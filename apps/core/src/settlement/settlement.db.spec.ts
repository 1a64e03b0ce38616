import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/database.fixtures.js';
import { systemActor, UnitOfWork, type WorkContext } from '../database/index.js';
import type { IngestService } from '../ingest/index.js';
import { entry, paymentIds, register, SimulatedGateway, sale, testIngest, type Written } from '../ingest/ingest.fixtures.js';
import { batchId, SettlementService } from './settlement.service.js';

let database: TestDatabase;
let dataSource: DataSource;
let unitOfWork: UnitOfWork;
let gateway: SimulatedGateway;
let ingest: IngestService;
let count = 0;
const service = new SettlementService();

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await database.dataSource();
  unitOfWork = new UnitOfWork(dataSource, { now: () => new Date() });
});
afterAll(() => database.drop());
beforeEach(async () => {
  count += 1;
  gateway = new SimulatedGateway(`s${count}`, `g${count}`);
  await register(database, gateway);
  ingest = testIngest(database).ingest;
});
afterEach(() => ingest.stop());

const run = <T>(work: (ctx: WorkContext) => Promise<T>) => unitOfWork.run(systemActor('test'), work);

/** Writes entries and lets core take them, each in a transaction of its own when `apart`. */
async function journal(entries: Written[], apart = false): Promise<void> {
  const from = gateway.head + 1;
  gateway.append(...entries);
  if (!apart) await ingest.accept(gateway.arrival(from, gateway.head));
  for (let seq = from; apart && seq <= gateway.head; seq++) {
    await ingest.accept(gateway.arrival(seq, seq));
    await ingest.idle();
  }
  await ingest.idle();
}

const ref = { settlementId: '22222222-2222-4222-8222-222222222222', batchNo: 1, businessDay: '2026-11-21' };
const totals = (amountMinor: number) => ({ currency: 'EUR', amountMinor, count: 2 });
const settlementStarted = entry('SettlementStarted', { ...ref, by: 'policy', journalTotals: totals(300), terminalTotals: totals(300) });
const settlementCompleted = entry('SettlementCompleted', {
  ...ref,
  journalTotals: totals(300),
  terminalTotals: totals(300),
  hostTotals: totals(300),
});
const settlementFailed = entry('SettlementFailed', { ...ref, code: 'hostUnreachable', resultCode: null, detail: '' });

const theBatch = async () => (await run((ctx) => service.batches(ctx, { storeId: gateway.store }, { limit: 10 })))[0]!;
const atRisk = async () => (await run((ctx) => service.fundsAtRisk(ctx, [gateway.store]))).get(gateway.store);

describe.each([
  ['in one transaction', false],
  ['entry by entry', true],
])('a batch %s', (_name, apart) => {
  it('is open with its funds at risk until it is settled', async () => {
    await journal([...sale(100, 1), ...sale(200, 2)], apart);
    expect(await theBatch()).toMatchObject({
      state: 'open',
      journalMinor: 300,
      journalCount: 2,
      currency: 'EUR',
      settledAt: null,
      terminalName: 't1',
    });
    expect(await atRisk()).toEqual([{ storeId: gateway.store, currency: 'EUR', amountMinor: 300, count: 2 }]);
    await journal([settlementStarted], apart);
    expect(await theBatch()).toMatchObject({ state: 'settling' });
    await journal([settlementCompleted], apart);
    expect(await theBatch()).toMatchObject({ state: 'settled', terminalMinor: 300, hostMinor: 300, settledAt: expect.any(Date) });
    expect(await atRisk()).toBeUndefined();
  });

  it('stays at risk when the settlement fails, and is recovered after it was missed', async () => {
    await journal([...sale(100, 1), ...sale(200, 2), settlementStarted, settlementFailed], apart);
    expect(await theBatch()).toMatchObject({ state: 'open', failureCode: 'hostUnreachable' });
    const missed = await run((ctx) => service.markMissed(ctx, gateway.store, 't1', 1));
    expect(missed).toMatchObject({ state: 'missed', missed: true });
    expect(await atRisk()).toMatchObject([{ amountMinor: 300 }]);
    await journal([settlementStarted, settlementCompleted], apart);
    expect(await theBatch()).toMatchObject({ state: 'recovered', missed: true, failureCode: null });
    expect(await run((ctx) => service.markMissed(ctx, gateway.store, 't1', 1))).toMatchObject({ state: 'recovered' });
    expect(await atRisk()).toBeUndefined();
  });

  it('an enquiry decides a settlement in doubt', async () => {
    await journal([...sale(300, 1), settlementStarted, entry('SettlementInDoubt', { ...ref, reason: 'cut off' })], apart);
    expect(await theBatch()).toMatchObject({ state: 'inDoubt' });
    await journal([entry('SettlementResolved', { ...ref, settled: true, hostTotals: totals(300), asked: '06 20' })], apart);
    expect(await theBatch()).toMatchObject({ state: 'settled', hostMinor: 300 });
  });

  it('whose totals differ is unbalanced', async () => {
    const differ = { ...ref, journalTotals: totals(300), terminalTotals: totals(290), hostTotals: totals(290) };
    await journal([...sale(300, 1), settlementStarted, settlementCompleted, entry('SettlementUnbalanced', differ)], apart);
    expect(await theBatch()).toMatchObject({ state: 'unbalanced', terminalMinor: 290 });
  });

  it('counts completed payments only, with the amount the terminal booked', async () => {
    const ids = paymentIds();
    const declined = paymentIds();
    await journal(
      [
        entry('PaymentStarted', { ...ids, amountMinor: 100, currency: 'EUR', operatorId: 'anna', tillId: 't', idempotencyKey: 'a' }),
        entry('PaymentCompleted', { ...ids, booked: { amountMinor: 115, currency: 'EUR', traceNo: 1 } }),
        entry('PaymentStarted', { ...declined, amountMinor: 900, currency: 'EUR', operatorId: 'anna', tillId: 't', idempotencyKey: 'b' }),
        entry('PaymentDeclined', { ...declined, resultCode: '6C', detail: '' }),
      ],
      apart,
    );
    expect(await theBatch()).toMatchObject({ journalMinor: 115, journalCount: 1 });
    const all = await run((ctx) => service.transactions(ctx, { storeId: gateway.store }, { limit: 10 }));
    expect(all.map(({ state, amountMinor }) => [state, amountMinor])).toEqual([
      ['declined', 900],
      ['completed', 115],
    ]);
  });

  it('takes reversals and refunds away, and counts each as the terminal does', async () => {
    const sold = paymentIds();
    const { paymentId: originalPaymentId } = sold;
    const back = { ...paymentIds(), transaction: 'reversal' as const, originalPaymentId };
    const refund = { ...paymentIds(), transaction: 'refund' as const };
    const doubtful = { ...paymentIds(), transaction: 'refund' as const };
    const order = { currency: 'EUR', operatorId: 'anna', tillId: 'till-1', reference: '000001K2QX', reason: 'came back' };
    const started = (repayment: typeof back | typeof refund, amountMinor: number) =>
      entry('RepaymentStarted', { ...repayment, ...order, amountMinor, idempotencyKey: repayment.paymentId });
    const booked = (amountMinor: number, traceNo: number) => ({ amountMinor, currency: 'EUR', traceNo });
    await journal(
      [
        ...sale(1_000, 1, 't1', sold),
        started(back, 400),
        entry('RepaymentCompleted', { ...back, booked: booked(400, 2) }),
        started(refund, 100),
        entry('RepaymentDeclined', { ...refund, resultCode: '05', detail: '' }),
        started(doubtful, 250),
        entry('RepaymentInDoubt', { ...doubtful, reason: 'cut off' }),
        entry('RepaymentResolved', { ...doubtful, booked: booked(250, 3), asked: 'zvt last transaction' }),
      ],
      apart,
    );
    expect(await theBatch()).toMatchObject({ journalMinor: 350, journalCount: 3 });
    expect(await atRisk()).toMatchObject([{ currency: 'EUR', amountMinor: 350, count: 3 }]);
    const rows = await run((ctx) => service.transactions(ctx, { storeId: gateway.store }, { limit: 10 }));
    const found = new Map(rows.map((row) => [row.paymentId, row]));
    expect(found.get(sold.paymentId)).toMatchObject({ kind: 'sale', originalPaymentId: null, amountMinor: 1_000 });
    expect(found.get(back.paymentId)).toMatchObject({ kind: 'reversal', state: 'completed', originalPaymentId, amountMinor: 400 });
    expect(found.get(refund.paymentId)).toMatchObject({ kind: 'refund', state: 'declined' });
    expect(found.get(doubtful.paymentId)).toMatchObject({ kind: 'refund', state: 'completed', wasInDoubt: true, traceNo: 3 });
  });

  it('an agent that uses a payment id twice is not lost: the first use stands and counts once', async () => {
    const ids = paymentIds();
    await journal(sale(100, 1, 't1', ids), apart);
    await journal([...sale(100, 1, 't1', { ...ids, paymentId: ids.paymentId.toUpperCase() }), ...sale(50, 2)], apart);
    expect(await theBatch()).toMatchObject({ journalMinor: 150, journalCount: 2 });
  });
});

describe('lists', () => {
  it('page through batches and transactions, newest first, without loss or repetition', async () => {
    for (let no = 1; no <= 5; no++) await journal(sale(no * 100, no, 't1', paymentIds(no)));
    const batches = [];
    const transactions = [];
    let afterBatch: { at: Date; id: string } | undefined;
    let afterPayment: { at: Date; id: string } | undefined;
    for (let page = 0; page < 4; page++) {
      const some = await run((ctx) => service.batches(ctx, { storeId: gateway.store }, { limit: 2, after: afterBatch }));
      batches.push(...some.map((one) => one.batchNo));
      if (some.length > 0) afterBatch = { at: some.at(-1)!.openedAt, id: batchId(some.at(-1)!) };
      const paid = await run((ctx) => service.transactions(ctx, { storeId: gateway.store }, { limit: 2, after: afterPayment }));
      transactions.push(...paid.map((one) => one.amountMinor));
      if (paid.length > 0) afterPayment = { at: paid.at(-1)!.startedAt, id: paid.at(-1)!.paymentId };
    }
    expect(batches).toEqual([5, 4, 3, 2, 1]);
    expect(transactions).toEqual([500, 400, 300, 200, 100]);
    expect(await run((ctx) => service.countBatches(ctx, { storeId: gateway.store, state: ['open'] }))).toBe(5);
    expect(await run((ctx) => service.countTransactions(ctx, { storeId: gateway.store, businessDay: '2026-11-21' }))).toBe(5);
    expect(await run((ctx) => service.countTransactions(ctx, { storeId: gateway.store, state: ['failed'] }))).toBe(0);
  });

  it('show a manager the own stores only', async () => {
    await journal(sale());
    const manager = { kind: 'person', id: 'm', name: 'M', role: 'manager', language: 'en', stores: ['elsewhere'] } as const;
    const seen = await unitOfWork.run(manager, (ctx) => service.batches(ctx, {}, { limit: 10 }));
    expect(seen).toEqual([]);
    const missed = await unitOfWork.run(manager, (ctx) => service.markMissed(ctx, gateway.store, 't1', 1));
    expect(missed).toBeUndefined();
    expect(await theBatch()).toMatchObject({ state: 'open' });
  });
});
