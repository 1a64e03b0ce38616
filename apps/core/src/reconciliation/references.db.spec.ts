import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { entry, paymentIds, settled, type Written } from '../ingest/ingest.fixtures.js';
import { imported, statementCsv, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';

let world: TestCore;
let hq: string;

/** The entries of a sale at a terminal that names transactions as its provider does; its order's number stands for a trace number. */
function named(orderNo: number, providerReference: string | undefined, resolved = false): Written[] {
  const ids = paymentIds();
  const booked = {
    amountMinor: 1_000,
    currency: 'EUR',
    traceNo: orderNo,
    ...(providerReference === undefined ? {} : { providerReference }),
  };
  return [
    entry(
      'PaymentStarted',
      {
        ...ids,
        amountMinor: 1_000,
        currency: 'EUR',
        operatorId: 'anna',
        tillId: 'till-1',
        idempotencyKey: ids.paymentId,
        reference: `${String(orderNo).padStart(6, '0')}ABCD`,
      },
      'berlin-1',
    ),
    ...(resolved
      ? [
          entry('PaymentInDoubt', { ...ids, reason: 'lost' }, 'berlin-1'),
          entry('PaymentResolved', { ...ids, booked, asked: 'transaction status' }, 'berlin-1'),
        ]
      : [entry('PaymentCompleted', { ...ids, booked }, 'berlin-1')]),
  ];
}

beforeAll(async () => {
  world = await startTestCore({ config: { statements: await testStatementsConfig() } });
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
});
afterAll(() => world.stop());

describe('transactions of a provider without trace numbers', () => {
  it('are matched by the reference the provider gave them, else by the order’s', async () => {
    world.gateways.get('berlin')!.append(...named(1, 'BV0q001763756212000.NC6HT9CRT65ZGN82'), ...named(2, 'BV0q001763756213000.PSP2'));
    await world.upload('berlin');
    // Resolved later, in another upload: the row is there already.
    world.gateways
      .get('berlin')!
      .append(
        ...named(3, 'BV0q001763756214000.PSP3', true),
        ...named(4, undefined),
        ...named(5, 'BV0q001763756216000.PSP5'),
        ...settled('berlin-1', 5),
      );
    await world.upload('berlin');
    const stored = await world.database.query<Loose>('SELECT provider_reference, order_reference FROM card_transaction ORDER BY trace_no');
    expect(stored.map((row) => [row.provider_reference?.split('.')[1] ?? null, row.order_reference])).toEqual([
      ['NC6HT9CRT65ZGN82', '000001ABCD'],
      ['PSP2', '000002ABCD'],
      ['PSP3', '000003ABCD'],
      [null, '000004ABCD'],
      ['PSP5', '000005ABCD'],
    ]);
    // All of one amount, in another order, without traces, so that nothing but references tells them apart; the last two have a mistake.
    const line = (reference: string, orderNo: number, gross = 1_000) => ({
      trace: '',
      reference,
      order: `${String(orderNo).padStart(6, '0')}ABCD`,
      gross,
    });
    await upload(
      world,
      hq,
      statementCsv([line('PSP5', 9, 1_100), line('PSP4', 4), line('PSP3', 8), line('', 2, 900), line('NC6HT9CRT65ZGN82', 7)]),
    );
    await imported(world);
    const { data, errors } = await world.ask(
      hq,
      '{ differences { edges { node { type traceNo terminalAmount { amountMinor } acquirerAmount { amountMinor } } } } reconciliationRuns { edges { node { state failure counts } } } }',
    );
    expect(errors).toBeUndefined();
    expect(data.reconciliationRuns.edges[0].node).toMatchObject({
      state: 'done',
      failure: null,
      counts: { matched: 3, amountOver: 1, amountUnder: 1 },
    });
    expect(data.differences.edges.map((edge: Loose) => edge.node).toSorted((a: Loose, b: Loose) => a.type.localeCompare(b.type))).toEqual([
      { type: 'amountOver', traceNo: '5', terminalAmount: { amountMinor: 1_000 }, acquirerAmount: { amountMinor: 1_100 } },
      { type: 'amountUnder', traceNo: '2', terminalAmount: { amountMinor: 1_000 }, acquirerAmount: { amountMinor: 900 } },
    ]);
  });
});
