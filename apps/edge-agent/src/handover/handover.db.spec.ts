import { paymentView } from '@tillward/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PASSCODE, type TestEdge, TestStore } from '../edge.fixtures.js';
import { TestServer } from '../till/till.fixtures.js';

let store: TestStore;
let edge: TestEdge;
let server: TestServer;

beforeEach(async () => {
  store = new TestStore();
  edge = store.start();
  edge.recover();
  await edge.readyForSales();
  await serve();
});
afterEach(async () => {
  await server.stop();
  if (!edge.dead) edge.crash();
  store.remove();
});

async function serve(): Promise<void> {
  server = new TestServer(store, edge);
  await server.start();
}
const handOver = (key: string, slips: number, more: object = {}) =>
  server.order('/v1/handovers', key, { terminal: 't1', slips, incoming: { operatorId: 'mia' }, tillId: 'till-1', ...more });
const sell = async (n: number, key = 'sale') => {
  for (let i = 0; i < n; i++) await edge.pay(`${key}-000${i}`);
};
const counted = () => edge.allEntries().filter(({ kind }) => kind.startsWith('Handover'));

describe('a shift handover', () => {
  it('counts slips against transactions, names both persons, and changes the operator in one go', async () => {
    await sell(2);
    const view = paymentView.parse((await server.call('GET', '/v1/payments?terminal=t1')).body['payments']?.[0]);
    await edge.payments.reverse({ originalPaymentId: view.paymentId, tillId: 'till-1', reason: 'wrong' }, 'back-0001');
    store.terminals.get('t1')!.nextSale = 'refused';
    await edge.pay('sale-9999');
    await store.clock.until(() => !edge.terminals.get('t1')!.occupied);
    expect(await handOver('hand-0001', 3)).toMatchObject({
      status: 200,
      body: { outgoingOperatorId: 'ana', incomingOperatorId: 'mia', shiftNo: 1, slips: 3, transactions: 3, differs: false },
    });
    expect(edge.operators.at('t1')).toMatchObject({ operatorId: 'mia' });
    expect(
      edge
        .allEntries()
        .slice(-3)
        .map(({ kind }) => kind),
    ).toEqual(['HandoverCompleted', 'OperatorSignedOff', 'OperatorSignedOn']);
    expect(edge.entries('OperatorSignedOff').at(-1)!.payload.by).toBe('handover');
    await sell(1, 'late');
    expect(await handOver('hand-0002', 1, { incoming: { operatorId: 'ana' } })).toMatchObject({ body: { shiftNo: 2, transactions: 1 } });
  });

  it('with another count is refused once without telling the number, then recorded with the reason', async () => {
    await sell(2);
    const first = await handOver('hand-0001', 1);
    expect(await server.refused(Promise.resolve(first))).toEqual([409, 'slipCountDiffers']);
    expect(JSON.stringify(first.body)).not.toContain('2');
    expect(counted()).toEqual([]);
    expect(await handOver('hand-0001', 1, { differenceReason: 'one went with the customer' })).toMatchObject({
      status: 200,
      body: { differs: true },
    });
    expect(edge.entries('HandoverDiffered')[0]!.payload).toMatchObject({
      slips: 1,
      transactions: 2,
      outgoingOperatorId: 'ana',
      incomingOperatorId: 'mia',
      reason: 'one went with the customer',
    });
  });

  it('has the same answer for the same key, across a start, and happens once', async () => {
    await sell(1);
    const [first, second] = await Promise.all([handOver('hand-0001', 1), handOver('hand-0001', 1)]);
    expect(second.body).toEqual(first.body);
    await server.stop();
    edge.crash();
    edge = store.start();
    edge.recover();
    await serve();
    expect((await handOver('hand-0001', 1)).body).toEqual(first.body);
    expect(await server.refused(handOver('hand-0001', 2))).toEqual([422, 'idempotencyKeyReused']);
    expect(counted()).toHaveLength(1);
  });

  it('needs somebody there, another person, a certificate, and the passcode of who has one', async () => {
    await edge.choosePasscode('mia');
    const to = (operatorId: string, passcode?: string) =>
      server.refused(handOver('hand-0001', 0, { incoming: { operatorId, ...(passcode ? { passcode } : {}) } }));
    expect(await to('mia')).toEqual([403, 'passcodeRequired']);
    expect(await to('mia', '000000')).toEqual([403, 'passcodeWrong']);
    expect(await to('bob')).toEqual([403, 'operatorNotCertified']);
    expect(await to('eve')).toEqual([403, 'unknownOperator']);
    expect(await to('ana')).toEqual([409, 'sameOperator']);
    expect(await server.refused(handOver('hand-0001', 0, { terminal: 't9' }))).toEqual([404, 'unknownTerminal']);
    expect(await handOver('hand-0001', 0, { incoming: { operatorId: 'mia', passcode: PASSCODE } })).toMatchObject({ status: 200 });
    expect(edge.operators.at('t1')).toMatchObject({ operatorId: 'mia', verified: true });
    edge.operators.signOff('t1', 'till');
    expect(await server.refused(handOver('hand-0002', 0, { incoming: null }))).toEqual([409, 'operatorNotSignedOn']);
    expect(JSON.stringify(edge.allEntries())).not.toContain(PASSCODE);
  });

  it('to nobody ends the shift', async () => {
    expect(await handOver('hand-0001', 0, { incoming: null })).toMatchObject({ status: 200, body: { incomingOperatorId: null } });
    expect(edge.operators.at('t1')).toBeUndefined();
  });

  it('waits until it is known what happened', async () => {
    const terminal = store.terminals.get('t1')!;
    terminal.nextSale = 'lostAfterBooking';
    await edge.pay('sale-0001');
    expect(await server.refused(handOver('hand-0001', 1))).toEqual([409, 'paymentInDoubt']);
    await store.clock.until(() => edge.entries('PaymentResolved').length > 0 && !edge.terminals.get('t1')!.occupied);
    expect((await handOver('hand-0001', 1)).status).toBe(200);
    terminal.nextSale = 'hang';
    const running = edge.pay('sale-0002');
    await store.clock.until(() => terminal.calls.filter((call) => call.startsWith('pay')).length === 2);
    expect(await server.refused(handOver('hand-0002', 0, { incoming: { operatorId: 'ana' } }))).toEqual([409, 'terminalBusy']);
    terminal.giveUp();
    await running;
  });

  it('leaves yesterday’s slips to yesterday', async () => {
    await sell(2);
    await edge.settlement.settleWithin(edge.terminals.get('t1')!, 'command', { attempts: 1, retryDelayMs: 0 });
    store.clock.jump(24 * 3_600_000);
    expect(server.parts.handovers.count('t1')).toEqual({ shiftNo: 2, transactions: 0 });
    await edge.pay('today-0001');
    expect(server.parts.handovers.count('t1')).toEqual({ shiftNo: 2, transactions: 1 });
    expect((await handOver('hand-0001', 1)).status).toBe(200);
  });
});
