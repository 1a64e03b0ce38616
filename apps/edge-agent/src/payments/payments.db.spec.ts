import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestEdge, TestStore } from '../edge.fixtures.js';
import type { FakeTerminal } from '../terminals/terminal.fixtures.js';

let store: TestStore;
let edge: TestEdge;
let terminal: FakeTerminal;

beforeEach(async () => {
  store = new TestStore();
  terminal = store.terminals.get('t1')!;
  edge = store.start();
  edge.recover();
  await edge.readyForSales();
});
afterEach(() => {
  if (!edge.dead) edge.crash();
  store.remove();
});

const kinds = () => edge.allEntries().map((entry) => entry.kind);

describe('a sale', () => {
  it('is recorded before its bytes leave and after its outcome is known', async () => {
    let whenAsked: string[] = [];
    const pay = terminal.book.bind(terminal);
    terminal.book = (amountMinor) => {
      whenAsked = kinds();
      return pay(amountMinor);
    };
    const answer = await edge.pay('key-0001');
    expect(answer).toMatchObject({ ok: true, view: { state: 'completed', booked: { traceNo: 1, amountMinor: 1250 } } });
    expect(whenAsked.at(-1)).toBe('PaymentStarted');
    expect(kinds().slice(-2)).toEqual(['PaymentStarted', 'PaymentCompleted']);
    expect(edge.entries('PaymentCompleted')[0]!.payload).toMatchObject({
      batchNo: 1,
      businessDay: '2026-05-04',
      receipt: ['MERCHANT COPY'],
    });
  });

  it('gives the same answer to the same key, and refuses the key for another payment', async () => {
    const [first, second] = await Promise.all([edge.pay('key-0001'), edge.pay('key-0001')]);
    expect(second).toEqual(first);
    expect(await edge.pay('key-0001')).toEqual(first);
    expect(await edge.pay('key-0001', { amountMinor: 1 })).toEqual({ ok: false, code: 'idempotencyKeyReused' });
    expect(terminal.ledger).toHaveLength(1);
    edge.crash();
    edge = store.start();
    expect(await edge.pay('key-0001')).toEqual(first);
    expect(terminal.ledger).toHaveLength(1);
  });

  it('is refused while the terminal sells already', async () => {
    terminal.nextSale = 'hang';
    void edge.pay('key-0001');
    await store.clock.until(() => terminal.calls.includes('pay 1250'));
    expect(await edge.pay('key-0002')).toEqual({ ok: false, code: 'terminalBusy' });
  });

  it('waits for a poll instead of being refused', async () => {
    const poll = edge.terminals.get('t1')!.run('poll', () => Promise.resolve());
    expect(await edge.pay('key-0001')).toMatchObject({ ok: true });
    await poll;
  });

  it('does not begin once the agent stops, neither asked for then nor waiting for its turn; what is known is still told', async () => {
    const known = await edge.pay('key-0001');
    const turn = Promise.withResolvers<void>();
    const poll = edge.terminals.get('t1')!.run('poll', () => turn.promise);
    const waiting = edge.pay('key-0002');
    edge.beginStop();
    turn.resolve();
    await poll;
    expect(await waiting).toEqual({ ok: false, code: 'gatewayStopping' });
    // Whatever else speaks against it.
    edge.terminals.get('t1')!.hold('closing');
    expect(await edge.pay('key-0003')).toEqual({ ok: false, code: 'gatewayStopping' });
    expect(await edge.pay('key-0001')).toEqual(known);
    expect(edge.entries('PaymentStarted')).toHaveLength(1);
    expect(terminal.ledger).toHaveLength(1);
    edge.crash();
    edge = store.start();
    edge.recover();
    await edge.readyForSales();
    expect(await edge.pay('key-0002')).toMatchObject({ ok: true, view: { state: 'completed' } });
  });

  it('that was declined counts nothing and leaves its trace number known', async () => {
    terminal.nextSale = 'refused';
    expect(await edge.pay('key-0001')).toMatchObject({ ok: true, view: { state: 'declined' } });
    await store.clock.until(() => terminal.calls.at(-1) === 'enquire');
    expect(edge.entries('PaymentDeclined')).toHaveLength(1);
  });

  it('that never reached the terminal is known to have failed', async () => {
    terminal.outletOn = false;
    expect(await edge.pay('key-0001')).toMatchObject({ ok: true, view: { state: 'failed' } });
    expect(edge.entries('PaymentFailed')[0]!.payload.code).toBe('terminalUnreachable');
  });
});

describe('a sale cut off', () => {
  it.each([
    ['after it was booked', 'lostAfterBooking', 'completed', 1],
    ['before it was booked', 'lostBeforeBooking', 'failed', 0],
  ] as const)('%s is in doubt, blocks the terminal, and is resolved by asking', async (_name, move, state, booked) => {
    await edge.pay('key-0000', { amountMinor: 999 });
    terminal.nextSale = move;
    const answer = await edge.pay('key-0001');
    expect(answer).toMatchObject({ ok: true, view: { state: 'inDoubt' } });
    expect(await edge.pay('key-0002')).toEqual({ ok: false, code: 'paymentInDoubt' });
    await store.clock.until(() => edge.entries('PaymentResolved').length > 0);
    expect(edge.payments.find(answer.ok ? answer.view.paymentId : '')).toMatchObject({ state });
    expect(terminal.ledger).toHaveLength(1 + booked);
    expect(terminal.calls.filter((call) => call === 'pay 1250')).toHaveLength(1);
    await store.clock.until(() => !edge.terminals.get('t1')!.occupied);
    expect(await edge.pay('key-0002')).toMatchObject({ ok: true, view: { state: 'completed' } });
  });

  it('is asked about by the reference that was committed with its intent, where the terminal knows references', async () => {
    terminal.enquiry = 'reference';
    const actor = edge.terminals.get('t1')!;
    await actor.replace(actor.connection, store.devices.devices(actor.connection));
    terminal.nextSale = 'lostBeforeBooking';
    terminal.last = { kind: 'notFound' };
    await edge.pay('key-0001');
    await store.clock.until(() => edge.entries('PaymentResolved').length > 0);
    const { reference } = edge.entries('PaymentStarted')[0]!.payload;
    expect(terminal.asked.at(-1)).toEqual({ reference, transaction: 'sale' });
    expect(edge.entries('PaymentResolved')[0]!.payload).toMatchObject({ booked: null, asked: 'fake transaction status' });
    await edge.pay('key-0002');
    const references = edge.entries('PaymentStarted').map(({ payload }) => payload.reference!.slice(0, 6));
    expect(references).toEqual(['000001', '000002']);
  });

  it('stays in doubt while the terminal does not answer, and is asked about again', async () => {
    terminal.nextSale = 'lostAfterBooking';
    await edge.pay('key-0001');
    terminal.outletOn = false;
    const asked = store.clock.now();
    await store.clock.until(() => store.clock.now() > asked + 120_000);
    expect(edge.entries('PaymentResolved')).toHaveLength(0);
    terminal.outletOn = true;
    await store.clock.until(() => edge.entries('PaymentResolved').length > 0);
    expect(edge.entries('PaymentResolved')[0]!.payload.booked).toMatchObject({ amountMinor: 1250 });
  });
});

describe('a crash during a sale', () => {
  it.each([
    ['before the intent was recorded', 1, 0, []],
    ['after the bytes, before the outcome was recorded', 2, 1, ['PaymentInDoubt', 'PaymentResolved']],
  ] as const)('%s', async (_name, failAt, sales, after) => {
    edge.crash();
    let commits = 0;
    edge = store.start(() => {
      if (commits > 0 && --commits === 0) throw new Error('crash');
    });
    commits = failAt;
    await expect(edge.pay('key-0001')).rejects.toThrow('crash');
    edge.crash();
    edge = store.start();
    edge.recover();
    if (sales > 0) {
      expect(await edge.pay('key-0002')).toEqual({ ok: false, code: 'paymentInDoubt' });
      await store.clock.until(() => edge.entries('PaymentResolved').length > 0);
      expect(edge.entries('AgentStarted').at(-1)!.payload.recoveredInDoubt).toBe(1);
    }
    expect(terminal.ledger).toHaveLength(sales);
    expect(kinds().filter((kind) => /InDoubt|Resolved/.test(kind))).toEqual(after);
    const again = await edge.pay('key-0001');
    expect(again).toMatchObject({ ok: true, view: { state: 'completed' } });
    expect(terminal.ledger).toHaveLength(1);
  });
});
