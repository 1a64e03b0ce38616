import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/database.fixtures.js';
import { systemActor, UnitOfWork, type WorkContext } from '../database/index.js';
import type { IngestService } from '../ingest/index.js';
import { entry, paymentIds, register, SimulatedGateway, sale, testIngest, type Written } from '../ingest/ingest.fixtures.js';
import { type BatchKey, BatchLifeService } from './batch-life.service.js';
import { BATCH_NUMBERS } from './counter.rules.js';
import { SettlementService } from './settlement.service.js';

let database: TestDatabase;
let dataSource: DataSource;
let unitOfWork: UnitOfWork;
let gateway: SimulatedGateway;
let ingest: IngestService;
let count = 0;
const service = new SettlementService();
const life = new BatchLifeService();

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await database.dataSource();
  unitOfWork = new UnitOfWork(dataSource, { now: () => new Date('2026-11-23T08:00:00Z') });
});
afterAll(() => database.drop());
beforeEach(async () => {
  count += 1;
  gateway = new SimulatedGateway(`life${count}`, `glife${count}`);
  await register(database, gateway);
  ingest = testIngest(database).ingest;
});
afterEach(() => ingest.stop());

const run = <T>(work: (ctx: WorkContext) => Promise<T>) => unitOfWork.run(systemActor('test'), work);
const journal = async (...entries: Written[]) => {
  const from = gateway.head + 1;
  gateway.append(...entries);
  await ingest.accept(gateway.arrival(from, gateway.head));
  await ingest.idle();
};
const keyOf = (batchNo = 1): BatchKey => ({ storeId: gateway.store, terminalId: 't1', batchNo });
const settlementId = '22222222-2222-4222-8222-222222222222';
const ref = { settlementId, batchNo: 1, businessDay: '2026-11-21' };
const totals = (amountMinor: number, n = 1) => ({ currency: 'EUR', amountMinor, count: n });
const settled = (batchNo = 1, amountMinor = 300) => [
  ...sale(amountMinor, batchNo, 't1', paymentIds(batchNo)),
  entry('SettlementCompleted', {
    ...ref,
    batchNo,
    journalTotals: totals(amountMinor),
    terminalTotals: totals(amountMinor),
    hostTotals: totals(amountMinor),
  }),
];
const confirmation = { statementId: 'file-1', amountMinor: 300, currency: 'EUR' };
const funding = { bankReference: 'bank-1', amountMinor: 295, currency: 'EUR', creditedOn: '2026-11-24' };
const confirm = (key: BatchKey, change = {}) =>
  run((ctx) => life.confirmBatches(ctx, [{ key, confirmation: { ...confirmation, ...change } }]));
const fund = (key: BatchKey, change = {}) => run((ctx) => life.fundBatches(ctx, [{ key, funding: { ...funding, ...change } }]));
const outcomes = (list: { outcome: string }[]) => list.map(({ outcome }) => outcome);
const theBatch = async (batchNo = 1) => (await run((ctx) => service.batch(ctx, gateway.store, 't1', batchNo)))!;

describe('a settled batch', () => {
  it('is confirmed by a statement and funded by the bank, each once, and says when and by what', async () => {
    await journal(...settled());
    expect(outcomes(await fund(keyOf()))).toEqual(['notConfirmed']);
    expect(outcomes(await confirm(keyOf()))).toEqual(['changed']);
    expect(outcomes(await confirm(keyOf()))).toEqual(['unchanged']);
    expect(outcomes(await confirm(keyOf(), { statementId: 'file-2' }))).toEqual(['otherStatement']);
    expect(outcomes(await fund(keyOf()))).toEqual(['changed']);
    expect(outcomes(await fund(keyOf()))).toEqual(['unchanged']);
    expect(await theBatch()).toMatchObject({
      state: 'settled',
      confirmedBy: 'file-1',
      confirmedMinor: 300,
      confirmedAt: expect.any(Date),
      fundedBy: 'bank-1',
      fundedMinor: 295,
      fundedOn: '2026-11-24',
      fundedAt: expect.any(Date),
    });
    const events = await run((ctx) => service.events(ctx, [keyOf()]));
    expect(events.map(({ what, actor, detail }) => [what, actor, detail])).toEqual([
      ['confirmed', 'test', confirmation],
      ['funded', 'test', funding],
    ]);
  });

  it('is unconfirmed again when its statement was superseded, and then not funded either', async () => {
    await journal(...settled(1), ...settled(2));
    for (const no of [1, 2]) await confirm(keyOf(no), { statementId: 'superseded' });
    await fund(keyOf(2));
    expect(await run((ctx) => life.withdrawConfirmations(ctx, 'superseded'))).toEqual([
      { key: keyOf(1), outcome: 'changed' },
      { key: keyOf(2), outcome: 'changed' },
    ]);
    expect(await theBatch(2)).toMatchObject({ confirmedBy: null, fundedBy: null, fundedMinor: null, fundedOn: null });
    const events = await run((ctx) => service.events(ctx, [keyOf(2)]));
    expect(events.map(({ what }) => what)).toEqual(['confirmed', 'funded', 'fundingWithdrawn', 'confirmationWithdrawn']);
    expect(await theBatch(1)).toMatchObject({ confirmedBy: null, confirmedMinor: null, confirmedAt: null });
    expect(outcomes(await confirm(keyOf(1), { statementId: 'file-1-corrected', amountMinor: 290 }))).toEqual(['changed']);
  });

  it('takes a whole file at once, in its order, or nothing of it', async () => {
    await journal(...settled(1), ...settled(2), ...sale(50, 3, 't1', paymentIds(3)));
    const list = [1, 2, 3, 4, 2].map((no) => ({ key: keyOf(no), confirmation }));
    await expect(
      run(async (ctx) => {
        await life.confirmBatches(ctx, list);
        throw new Error('the file is bad after all');
      }),
    ).rejects.toThrow('bad after all');
    expect(await theBatch(1)).toMatchObject({ confirmedBy: null });
    const answers = await run((ctx) => life.confirmBatches(ctx, list));
    expect(outcomes(answers)).toEqual(['changed', 'changed', 'batchNotSettled', 'unknownBatch', 'unchanged']);
    expect(answers.map(({ key }) => key.batchNo)).toEqual([1, 2, 3, 4, 2]);
  });
});

describe('a batch in doubt', () => {
  it('is settled by the statement that names it, and no longer at risk; the journal’s late answer changes nothing', async () => {
    await journal(...sale(300, 1), entry('SettlementInDoubt', { ...ref, reason: 'cut off' }));
    const atRisk = async () => (await run((ctx) => service.fundsAtRisk(ctx, [gateway.store]))).get(gateway.store);
    expect(await atRisk()).toHaveLength(1);
    expect(outcomes(await confirm(keyOf()))).toEqual(['changed']);
    expect(await theBatch()).toMatchObject({ state: 'settled', confirmedBy: 'file-1', settledAt: expect.any(Date) });
    expect(await atRisk()).toBeUndefined();
    await journal(entry('SettlementResolved', { ...ref, settled: true, hostTotals: null, asked: '06 10' }));
    expect(await theBatch()).toMatchObject({ state: 'settled', confirmedBy: 'file-1' });
  });
});

describe('totals by card', () => {
  it('are kept as payments complete, debit and credit apart, and as the terminal told them', async () => {
    const paid = (amountMinor: number, traceNo: number, cardName?: string) => {
      const ids = paymentIds();
      const [started] = sale(amountMinor, traceNo, 't1', ids);
      const booked = { amountMinor, currency: 'EUR', traceNo, ...(cardName === undefined ? {} : { cardName }) };
      return [started!, entry('PaymentCompleted', { ...ids, booked })];
    };
    const refund = { ...paymentIds(), transaction: 'refund' as const };
    const order = { currency: 'EUR', operatorId: 'anna', tillId: 'till-1', reference: 'A', reason: 'came back', idempotencyKey: 'r' };
    const declined = paymentIds();
    await journal(...paid(1_000, 1, 'VISA'), ...paid(500, 2, 'girocard'));
    await journal(
      ...paid(250, 3, 'VISA'),
      ...paid(70, 4),
      entry('RepaymentStarted', { ...refund, ...order, amountMinor: 400 }),
      sale(900, 6, 't1', declined)[0]!,
      entry('PaymentDeclined', { ...declined, resultCode: '05', detail: '' }),
    );
    await journal(
      entry('RepaymentCompleted', { ...refund, booked: { amountMinor: 400, currency: 'EUR', traceNo: 5, cardName: 'VISA' } }),
      entry('SettlementStarted', {
        ...ref,
        by: 'policy',
        journalTotals: totals(1_420, 5),
        terminalTotals: totals(1_420, 5),
        terminalByScheme: [
          { scheme: 'Visa', amountMinor: 850, count: 3 },
          { scheme: 'girocard', amountMinor: 500, count: null },
        ],
      }),
    );
    const cards = await run((ctx) => service.cardTotals(ctx, [keyOf()]));
    expect(cards.map(({ source, cardName, direction, minor, count: n }) => [source, cardName, direction, minor, n])).toEqual([
      ['journal', '', 'debit', 70, 1],
      ['journal', 'VISA', 'credit', 400, 1],
      ['journal', 'VISA', 'debit', 1_250, 2],
      ['journal', 'girocard', 'debit', 500, 1],
      ['terminal', 'Visa', 'net', 850, 3],
      ['terminal', 'girocard', 'net', 500, null],
    ]);
    const signed = cards
      .filter(({ source }) => source === 'journal')
      .map(({ direction, minor }) => (direction === 'credit' ? -minor : minor));
    expect(signed.reduce((a, b) => a + b, 0)).toBe((await theBatch()).journalMinor);
    expect(await theBatch()).toMatchObject({ terminalCount: 5, hostCount: null, settlementId });
  });
});

describe('totals by card of a batch with payments in two currencies', () => {
  it('are told for each currency, and nothing is added up over both', async () => {
    const paid = (amountMinor: number, currency: string, traceNo: number) => {
      const ids = paymentIds();
      const [started] = sale(amountMinor, traceNo, 't1', ids);
      return [started!, entry('PaymentCompleted', { ...ids, booked: { amountMinor, currency, traceNo, cardName: 'VISA' } })];
    };
    // A cardholder from abroad paid in dollars (dynamic currency conversion).
    await journal(...paid(1_000, 'EUR', 1), ...paid(700, 'USD', 2), ...paid(250, 'EUR', 3));
    const cards = await run((ctx) => service.cardTotals(ctx, [keyOf()]));
    expect(cards.map(({ cardName, direction, currency, minor, count: n }) => [cardName, direction, currency, minor, n])).toEqual([
      ['VISA', 'debit', 'EUR', 1_250, 2],
      ['VISA', 'debit', 'USD', 700, 1],
    ]);
  });
});

describe('totals by card of a gateway whose clock jumped', () => {
  it('are complete all the same', async () => {
    const [started, completed] = sale(900, 2, 't1', paymentIds());
    const DAY_MS = 86_400_000;
    const at = Date.parse('2026-11-21T10:00:00Z');
    await journal(
      ...sale(100, 1).map((written) => ({ ...written, atMs: at })),
      ...[started!, completed!].map((written) => ({ ...written, atMs: at - 400 * DAY_MS })),
    );
    const cards = await run((ctx) => service.cardTotals(ctx, [keyOf()]));
    expect(cards.map(({ minor, count: n }) => [minor, n])).toEqual([[1_000, 2]]);
  });
});

describe('batches for a reconciliation', () => {
  it('are listed by business day in the order of their keys, with what is settled or holds money', async () => {
    await journal(
      ...settled(2),
      ...settled(1),
      entry('SettlementFailed', { ...ref, batchNo: 3, code: 'hostUnreachable', resultCode: null, detail: '' }),
    );
    const days = (from: string, through: string) => run((ctx) => service.batchesOfDays(ctx, from, through, [gateway.store]));
    expect(
      (await days('2026-11-21', '2026-11-21')).map(({ batchNo, journalMinor, hostMinor }) => [batchNo, journalMinor, hostMinor]),
    ).toEqual([
      [1, 300, 300],
      [2, 300, 300],
    ]);
    expect(await days('2026-11-22', '2026-11-30')).toEqual([]);
  });

  it('S10: are found by a number that has wrapped, and never guessed', async () => {
    const day = (batchNo: number, businessDay: string) => sale(100, batchNo, 't1', { ...paymentIds(batchNo), businessDay });
    await journal(...day(1, '2026-01-05'), ...day(9_999, '2026-11-20'), ...day(10_000, '2026-11-21'));
    const shown = (number: number, businessDay: string) =>
      run((ctx) => service.batchShownAs(ctx, { storeId: gateway.store, terminalId: 't1', number, businessDay }, BATCH_NUMBERS));
    expect(await shown(1, '2026-11-22')).toMatchObject({ batchNo: 10_000 });
    expect(await shown(1, '2026-01-05')).toMatchObject({ batchNo: 1 });
    expect(await shown(9_999, '2026-11-21')).toMatchObject({ batchNo: 9_999 });
    expect(await shown(1, '2026-06-01')).toBeUndefined();
    expect(await shown(7, '2026-11-21')).toBeUndefined();
  });
});

describe('lists of batches', () => {
  it('can be narrowed by how far their money has come, and by business days', async () => {
    await journal(...settled(1), ...settled(2), ...settled(3));
    for (const no of [1, 2]) await confirm(keyOf(no));
    await fund(keyOf(1));
    const found = async (filter: object) =>
      (await run((ctx) => service.batches(ctx, { storeId: gateway.store, ...filter }, { limit: 10 }))).map(({ batchNo }) => batchNo);
    expect([await found({ money: 'funded' }), await found({ money: 'confirmed' }), await found({ money: 'unconfirmed' })]).toEqual([
      [1],
      [2],
      [3],
    ]);
    expect(await found({ fromBusinessDay: '2026-11-21', throughBusinessDay: '2026-11-21' })).toHaveLength(3);
    expect(await found({ fromBusinessDay: '2026-11-22' })).toEqual([]);
    expect(await run((ctx) => service.countBatches(ctx, { storeId: gateway.store, money: 'funded' }))).toBe(1);
  });
});

describe('what may be written', () => {
  it.each(['batch_event', 'batch_evidence'])('%s is only ever added to', async (table) => {
    for (const statement of [`UPDATE ${table} SET store_id = store_id`, `DELETE FROM ${table}`]) {
      await expect(run((ctx) => ctx.tx.query(statement))).rejects.toThrow(/permission denied/);
    }
  });

  it('a manager of another store confirms nothing here', async () => {
    await journal(...settled());
    const manager = { kind: 'person', id: 'm', name: 'M', role: 'manager', language: 'en', stores: ['elsewhere'] } as const;
    const answers = await unitOfWork.run(manager, (ctx) => life.confirmBatches(ctx, [{ key: keyOf(), confirmation }]));
    expect(outcomes(answers)).toEqual(['unknownBatch']);
  });
});
