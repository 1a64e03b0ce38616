import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { entry, paymentIds, sale, type Written } from '../ingest/ingest.fixtures.js';

let world: TestCore;
beforeAll(async () => {
  world = await startTestCore({ berlinTerminals: 4 });
});
afterAll(() => world.stop());

const write = async (...entries: Written[]) => {
  world.gateways.get('berlin')!.append(...entries);
  await world.upload('berlin');
  await world.settle();
};
const answers = (terminal: string) =>
  world.database.query<{ parameters: Record<string, string>; state: string }>(
    "SELECT parameters, state FROM command WHERE store_id = 'berlin' AND terminal_id = $1 AND action = 'adoptOutcome'",
    [terminal],
  );
const booked = { amountMinor: 1_000, currency: 'EUR', traceNo: 7, receiptNo: 3, cardLast4: '1234', cardName: 'VISA' };

/** S12 */
describe('a payment said to be in doubt whose end the gateway has told before', () => {
  it('is answered with that end, once while the answer is under way', async () => {
    const ids = paymentIds();
    const [started] = sale(1_000, 7, 'berlin-1', ids);
    await write(started!, entry('PaymentCompleted', { ...ids, booked }, 'berlin-1'));
    const doubt = entry('PaymentInDoubt', { ...ids, reason: 'the gateway stopped before the outcome was recorded' }, 'berlin-1');
    await write(doubt);
    await write(doubt);
    const numbers = { amountMinor: '1000', traceNo: '7', receiptNo: '3' };
    const parameters = { paymentId: ids.paymentId, state: 'completed', ...booked, ...numbers };
    expect(await answers('berlin-1')).toEqual([{ parameters, state: expect.any(String) }]);
    const [row] = await world.database.query<{ state: string }>('SELECT state FROM card_transaction WHERE payment_id = $1', [
      ids.paymentId,
    ]);
    expect(row!.state).toBe('completed');
  });

  it('is answered as well when it was not booked', async () => {
    const ids = paymentIds();
    const [started] = sale(1_000, 7, 'berlin-2', ids);
    await write(started!, entry('PaymentDeclined', { ...ids, resultCode: '05', detail: 'declined' }, 'berlin-2'));
    await write(entry('PaymentInDoubt', { ...ids, reason: 'cut off' }, 'berlin-2'));
    expect((await answers('berlin-2')).map(({ parameters }) => parameters)).toEqual([{ paymentId: ids.paymentId, state: 'declined' }]);
  });

  it('is left to the terminal when core does not know its end, or the terminal has told it since', async () => {
    const [unknown, told] = [paymentIds(), paymentIds()];
    await write(sale(1_000, 7, 'berlin-3', unknown)[0]!, entry('PaymentInDoubt', { ...unknown, reason: 'cut off' }, 'berlin-3'));
    await write(
      sale(1_000, 7, 'berlin-4', told)[0]!,
      entry('PaymentInDoubt', { ...told, reason: 'cut off' }, 'berlin-4'),
      entry('PaymentResolved', { ...told, booked, asked: 'zvt last transaction' }, 'berlin-4'),
    );
    expect([...(await answers('berlin-3')), ...(await answers('berlin-4'))]).toEqual([]);
  });
});
