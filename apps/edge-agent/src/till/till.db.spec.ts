import { operatorSession, paymentView, TILL_ROUTES, type TillRoute, terminalList } from '@tillward/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PASSCODE, type TestEdge, TestStore } from '../edge.fixtures.js';
import { JournalUnavailableError } from '../journal/index.js';
import { examplePath, TestServer, TOKEN } from './till.fixtures.js';

const SALE = { terminal: 't1', amountMinor: 1_250, currency: 'EUR', tillId: 'till-1' };

let store: TestStore;
let edge: TestEdge;
let server: TestServer;

beforeEach(async () => {
  store = new TestStore();
  edge = store.start();
  edge.recover();
  await edge.readyForSales();
  edge.operators.signOff('t2', 'till');
  await serve();
});
afterEach(async () => {
  await server.stop();
  if (!edge.dead) edge.crash();
  store.remove();
});

async function serve(token?: string | null): Promise<void> {
  server = new TestServer(store, edge, token);
  await server.start();
}
async function restart(): Promise<void> {
  await server.stop();
  edge.crash();
  edge = store.start();
  edge.recover();
  await serve();
}
const call: TestServer['call'] = (...request) => server.call(...request);
const refused: TestServer['refused'] = (pending) => server.refused(pending);
const pay = (body: unknown = SALE, key = 'key-0001', headers = {}) => server.order('/v1/payments', key, body, headers);
const idle = () => store.clock.until(() => edge.terminals.all().every((actor) => !actor.occupied));

describe('the till interface', () => {
  it('sells, shows the payment, and lists the terminals', async () => {
    const sold = await pay();
    const view = paymentView.parse(sold.body);
    expect([sold.status, view.state, view.transaction]).toEqual([200, 'completed', 'sale']);
    expect((await call('GET', `/v1/payments/${view.paymentId}`)).body).toEqual(view);
    expect((await call('GET', '/v1/payments?idempotencyKey=key-0001')).body).toEqual({ payments: [view] });
    expect((await call('GET', '/v1/payments?idempotencyKey=key-0002')).body).toEqual({ payments: [] });
    expect((await call('GET', '/v1/payments?terminal=t1')).body).toEqual({ payments: [view] });
    const { terminals } = terminalList.parse((await call('GET', '/v1/terminals')).body);
    expect(terminals.map(({ id, sample }) => [id, sample.activity, sample.operatorId])).toEqual([
      ['t1', 'idle', 'ana'],
      ['t2', 'idle', null],
    ]);
  });

  it('takes a sale back, and gives money back with a second person', async () => {
    await edge.choosePasscode('ana');
    await edge.choosePasscode('mia');
    await call('POST', '/v1/operator-sessions', { terminal: 't1', operatorId: 'ana', passcode: PASSCODE });
    const { paymentId } = paymentView.parse((await pay()).body);
    const back = await server.order('/v1/reversals', 'back-0001', {
      originalPaymentId: paymentId,
      amountMinor: 250,
      tillId: 'till-1',
      reason: 'one less',
    });
    expect(back).toMatchObject({ status: 200, body: { transaction: 'reversal', state: 'completed', originalPaymentId: paymentId } });
    const refund = { ...SALE, amountMinor: 1_000, originalPaymentId: paymentId, reason: 'came back broken' };
    const asked = await server.order('/v1/refunds', 'back-0002', refund);
    expect(asked).toMatchObject({ status: 202, body: { state: 'waiting', askedBy: 'ana' } });
    const { requestId, digest } = asked.body as { requestId: string; digest: string };
    const decide = (approverId: string, passcode: string) =>
      call('POST', `/v1/refund-requests/${requestId}/decision`, { approverId, passcode, digest, decision: 'approve' });
    expect(await refused(decide('mia', '000000'))).toEqual([403, 'passcodeWrong']);
    expect(await refused(decide('ana', PASSCODE))).toEqual([403, 'managerNeeded']);
    expect(await decide('mia', PASSCODE)).toMatchObject({ status: 200, body: { state: 'approved', decidedBy: 'mia' } });
    expect((await call('GET', `/v1/refund-requests/${requestId}`)).body).toMatchObject({ state: 'approved' });
    expect(await server.order('/v1/refunds', 'back-0002', refund)).toMatchObject({
      status: 200,
      body: { transaction: 'refund', state: 'completed' },
    });
    expect(await refused(decide('mia', PASSCODE))).toEqual([409, 'alreadyDecided']);
    expect((await call('GET', `/v1/payments/${paymentId}`)).body).toMatchObject({ givenBackMinor: 1_250 });
    expect(JSON.stringify(edge.allEntries())).not.toContain(PASSCODE);
  });

  it('signs certified operators on and off, across a start of the gateway', async () => {
    const signedOn = await call('POST', '/v1/operator-sessions', { terminal: 't2', operatorId: 'ana' });
    expect(operatorSession.parse(signedOn.body)).toMatchObject({ terminal: 't2', operatorId: 'ana', verified: false });
    await restart();
    expect(edge.operators.at('t2')?.operatorId).toBe('ana');
    expect((await call('DELETE', '/v1/operator-sessions/t2')).status).toBe(204);
    expect(edge.entries('OperatorSignedOff').at(-1)!.payload).toEqual({ operatorId: 'ana', by: 'till' });
  });

  it('asks operators who have a passcode for it, and journals every wrong attempt', async () => {
    await edge.choosePasscode('ana');
    const signOn = (passcode?: string) =>
      call('POST', '/v1/operator-sessions', { terminal: 't2', operatorId: 'ana', ...(passcode ? { passcode } : {}) });
    expect(await refused(signOn())).toEqual([403, 'passcodeRequired']);
    for (let i = 0; i < 5; i++) expect(await refused(signOn('000000'))).toEqual([403, 'passcodeWrong']);
    expect(await refused(signOn(PASSCODE))).toEqual([429, 'tooManyAttempts']);
    store.clock.jump(5 * 60_000);
    expect((await signOn(PASSCODE)).body).toMatchObject({ operatorId: 'ana', verified: true });
    expect(edge.entries('OperatorSignedOn').at(-1)!.payload).toMatchObject({ operatorId: 'ana', verified: true });
    expect(edge.entries('OperatorSignOnRefused').map(({ payload }) => payload.code)).toEqual([
      'passcodeRequired',
      ...Array(5).fill('passcodeWrong'),
      'tooManyAttempts',
    ]);
  });

  it('refuses operators without a certificate, and journals the attempt', async () => {
    const signOn = (operatorId: string) => refused(call('POST', '/v1/operator-sessions', { terminal: 't2', operatorId }));
    expect(await signOn('bob')).toEqual([403, 'operatorNotCertified']);
    expect(await signOn('eve')).toEqual([403, 'unknownOperator']);
    store.clock.jump(400 * 24 * 3_600_000);
    expect(await signOn('ana')).toEqual([403, 'operatorNotCertified']);
    expect(edge.entries('OperatorSignOnRefused').map((entry) => entry.payload)).toEqual([
      { operatorId: 'bob', code: 'operatorNotCertified' },
      { operatorId: 'eve', code: 'unknownOperator' },
      { operatorId: 'ana', code: 'operatorNotCertified' },
    ]);
  });

  it('refuses a sale it cannot record, before anything is charged', async () => {
    edge.journal.commit = () => {
      throw new JournalUnavailableError('disk full');
    };
    expect(await refused(pay())).toEqual([503, 'journalUnavailable']);
    expect(store.terminals.get('t1')!.calls).not.toContain('pay 1250');
  });

  it.each([
    ['no JSON', '{', 'body'],
    ['a float', { ...SALE, amountMinor: 12.5 }, 'amountMinor'],
    ['nothing to pay', { ...SALE, amountMinor: 0 }, 'amountMinor'],
    ['an unknown shape', [], 'body'],
    ['no terminal', { ...SALE, terminal: undefined }, 'terminal'],
  ])('names what is wrong with %s', async (_name, body, field) => {
    expect(await refused(pay(body))).toEqual([400, 'malformed', field]);
    expect(await refused(pay(SALE, 'no'))).toEqual([400, 'malformed', 'idempotency-key']);
  });

  it('takes no card number in any text of a till, and records none', async () => {
    // Sixteen digits that pass the Luhn check, put together here so that no card number is written down anywhere.
    const card = `4${'1'.repeat(15)}`;
    expect(await refused(pay({ ...SALE, tillId: card }))).toEqual([400, 'malformed', 'tillId']);
    expect(await refused(pay({ ...SALE, tillId: 'till\u0000' }))).toEqual([400, 'malformed', 'tillId']);
    expect(await refused(pay(SALE, `sale-${card}`))).toEqual([400, 'malformed', 'idempotency-key']);
    const signOn = (body: unknown) => refused(call('POST', '/v1/operator-sessions', body));
    expect(await signOn({ terminal: 't2', operatorId: card })).toEqual([400, 'malformed', 'operatorId']);
    expect(await signOn({ terminal: card, operatorId: 'ana' })).toEqual([400, 'malformed', 'terminal']);
    const refund = { ...SALE, reason: `card ${card}` };
    expect(await refused(server.order('/v1/refunds', 'back-0001', refund))).toEqual([400, 'malformed', 'reason']);
    expect(await refused(call('GET', `/v1/payments?idempotencyKey=k-${card}`))).toEqual([400, 'malformed', 'idempotencyKey']);
    expect(JSON.stringify(edge.allEntries())).not.toContain(card);
  });

  it('takes no order that does not say it is JSON: no foreign page may send that without asking', async () => {
    const order = (type: string) => refused(pay(SALE, 'key-0001', { 'content-type': type }));
    for (const type of ['text/plain', 'text/plain;charset=UTF-8', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16'])
      expect([type, await order(type)]).toEqual([type, [415, 'unsupportedMediaType']]);
    expect(store.terminals.get('t1')!.calls).not.toContain('pay 1250');
    expect((await pay(SALE, 'key-0001', { 'content-type': 'Application/JSON; charset="UTF-8"' })).status).toBe(200);
  });

  it('knows a UUID in upper and lower case as one key, and every other key as it is', async () => {
    const key = '2052A146-CCE1-47AC-A259-218CD817524A';
    const sold = await pay(SALE, key);
    expect((await pay(SALE, key.toLowerCase())).body).toEqual(sold.body);
    expect((await call('GET', `/v1/payments?idempotencyKey=${key}`)).body).toEqual({ payments: [sold.body] });
    expect(await refused(pay({ ...SALE, amountMinor: 1 }, key))).toEqual([422, 'idempotencyKeyReused']);
    expect(((await pay(SALE, 'Key-0002')).body as { paymentId: string }).paymentId).not.toBe(
      ((await pay(SALE, 'key-0002')).body as { paymentId: string }).paymentId,
    );
    const [, second, third] = [...store.terminals.get('t1')!.ledger];
    expect([second, third]).not.toContain(undefined);
    const shift = { terminal: 't1', slips: 3, incoming: { operatorId: 'mia' }, tillId: 'till-1' };
    const handed = await server.order('/v1/handovers', key.replace('2052', 'ABCD'), shift);
    expect(handed.status).toBe(200);
    expect((await server.order('/v1/handovers', key.replace('2052', 'abcd'), shift)).body).toEqual(handed.body);
  });

  it('limits bodies, paths, methods and strangers', async () => {
    expect(await refused(pay('x'.repeat(20_000)))).toEqual([413, 'tooLarge']);
    expect(await refused(call('GET', '/v1/coffee'))).toEqual([404, 'unknownPath']);
    expect(await refused(call('PUT', '/v1/payments', {}))).toEqual([405, 'unknownPath']);
    expect(await refused(call('GET', '/v1/payments'))).toEqual([400, 'malformed', 'terminal']);
    expect(await refused(call('GET', '/v1/payments?terminal=t9'))).toEqual([404, 'unknownTerminal']);
    expect(await refused(call('GET', '/v1/payments/2052a146-cce1-47ac-a259-218cd817524a'))).toEqual([404, 'unknownPayment']);
    expect(await refused(call('DELETE', '/v1/operator-sessions/t9'))).toEqual([404, 'unknownTerminal']);
  });

  it.each(Object.entries(TILL_ROUTES) as [string, TillRoute][])('%s is there, and closed to strangers', async (_name, route) => {
    const stranger = await server.raw(route.method, examplePath(route), route.body ? {} : undefined, { authorization: 'Bearer wrong' });
    expect(stranger.status).toBe(route.token ? 401 : 200);
    if (route.answers[200]?.schema === 'events') return;
    // Nothing but the route itself knows this answer: a path that is missing would be unknownPath.
    const known = await call(route.method, examplePath(route), route.body ? {} : undefined);
    expect((known.body as { code?: string } | undefined)?.code).not.toBe('unknownPath');
  });

  it('says without a token whether it lives and is ready', async () => {
    const health = await fetch(`${server.base}/healthz`);
    expect([health.status, await health.json()]).toEqual([200, { alive: true }]);
    expect((await fetch(`${server.base}/readyz`)).status).toBe(200);
    server.ready = false;
    const answer = await fetch(`${server.base}/readyz`);
    expect([answer.status, await answer.json()]).toMatchObject([503, { reasons: ['broker: gone'] }]);
  });
});

describe('a sale', () => {
  /** How each refusal of a sale comes about. */
  const SITUATIONS: Readonly<
    Record<
      Exclude<(typeof TILL_ROUTES.pay.refusals)[number], 'malformed' | 'tooLarge' | 'unsupportedMediaType' | 'wrongTill'>,
      () => Promise<unknown>
    >
  > = {
    unknownTerminal: () => refused(pay({ ...SALE, terminal: 't9' })),
    terminalOnlyWatched: async () => {
      store.terminals.get('t1')!.operations.clear();
      const actor = edge.terminals.get('t1')!;
      await actor.replace(actor.connection, store.devices.devices(actor.connection));
      return refused(pay());
    },
    currencyMismatch: () => refused(pay({ ...SALE, currency: 'CHF' })),
    paymentInDoubt: async () => {
      store.terminals.get('t1')!.nextSale = 'lostAfterBooking';
      await pay();
      return refused(pay(SALE, 'key-0002'));
    },
    terminalClosing: async () => {
      edge.terminals.get('t1')!.hold('closing');
      return refused(pay());
    },
    terminalClosed: async () => {
      edge.terminals.get('t1')!.commit({ resting: 'closed' }, () => {});
      return refused(pay());
    },
    terminalBlocked: async () => {
      edge.terminals.get('t1')!.commit({ resting: 'blocked' }, () => {});
      return refused(pay());
    },
    outOfHours: async () => {
      store.clock.jump(9 * 3_600_000);
      return refused(pay());
    },
    terminalNotSignedOn: async () => {
      edge.terminals.get('t1')!.commit({ signedOn: false }, () => {});
      return refused(pay());
    },
    operatorNotSignedOn: () => refused(pay({ ...SALE, terminal: 't2' })),
    operatorNotCertified: async () => {
      edge.apply({ 'sales.afterHours': 'allow' });
      store.clock.jump(400 * 24 * 3_600_000);
      return refused(pay());
    },
    terminalBusy: async () => {
      const terminal = store.terminals.get('t1')!;
      terminal.nextSale = 'hang';
      const first = pay();
      await expect.poll(() => terminal.calls).toContain('pay 1250');
      const second = await refused(pay(SALE, 'key-0002'));
      terminal.giveUp();
      await first;
      return second;
    },
    gatewayStopping: () => {
      edge.beginStop();
      return refused(pay());
    },
    idempotencyKeyReused: async () => {
      await pay();
      return refused(pay({ ...SALE, amountMinor: 1 }));
    },
  };

  it.each(Object.keys(SITUATIONS) as (keyof typeof SITUATIONS)[])('is refused with %s, and nothing is charged for it', async (code) => {
    const before = new Set(['paymentInDoubt', 'terminalBusy', 'idempotencyKeyReused']).has(code) ? 1 : 0;
    expect(await SITUATIONS[code]()).toEqual([expect.any(Number), code]);
    expect(store.terminals.get('t1')!.calls.filter((called) => called.startsWith('pay'))).toHaveLength(before);
  });
});

describe('a refund request', () => {
  it('is its own till’s: no other till reads or decides it', async () => {
    for (const id of ['ana', 'mia']) await edge.choosePasscode(id);
    edge.operators.signOn('t1', 'ana', true);
    const [own, other] = ['till-1', 'till-2'].map((tillId) => ({ authorization: `Bearer ${server.parts.tokens.pair(tillId, 'mia')}` }));
    const asked = await server.order('/v1/refunds', 'back-0001', { ...SALE, reason: 'came back' }, own);
    const { requestId, digest } = asked.body as { requestId: string; digest: string };
    const read = (as: object) => call('GET', `/v1/refund-requests/${requestId}`, undefined, { ...as });
    const decision = { approverId: 'mia', passcode: PASSCODE, digest, decision: 'approve' };
    const decide = (as: object) => call('POST', `/v1/refund-requests/${requestId}/decision`, decision, { ...as });
    expect(await refused(read(other!))).toEqual([403, 'wrongTill']);
    expect(await refused(decide(other!))).toEqual([403, 'wrongTill']);
    expect((await read(own!)).body).toMatchObject({ state: 'waiting' });
    expect((await read({})).body).toMatchObject({ state: 'waiting' });
    expect((await decide(own!)).body).toMatchObject({ state: 'approved' });
  });

  it('is not approved by who gave the cashier the code, who could be the cashier', async () => {
    await edge.choosePasscode('mia');
    await edge.choosePasscode('ana', 'mia');
    await call('POST', '/v1/operator-sessions', { terminal: 't1', operatorId: 'ana', passcode: PASSCODE });
    const { requestId, digest } = (await server.order('/v1/refunds', 'back-0001', { ...SALE, reason: 'came back' })).body as never;
    const decision = { approverId: 'mia', passcode: PASSCODE, digest, decision: 'approve' };
    expect(await refused(call('POST', `/v1/refund-requests/${requestId}/decision`, decision))).toEqual([403, 'personsNotIndependent']);
    expect(edge.entries('RefundDecisionRefused')).toHaveLength(1);
  });
});

describe('tokens', () => {
  it('belong to one till each, speak for no other, and can be taken away', async () => {
    const token = server.parts.tokens.pair('till-1', 'mia');
    const as = (bearer: string) => ({ authorization: `Bearer ${bearer}` });
    expect((await pay(SALE, 'key-0001', as(token))).status).toBe(200);
    expect(await refused(pay({ ...SALE, tillId: 'till-2' }, 'key-0002', as(token)))).toEqual([403, 'wrongTill']);
    const next = server.parts.tokens.pair('till-1', 'mia');
    expect((await pay(SALE, 'key-0001', as(token))).status).toBe(401);
    await restart();
    expect((await pay(SALE, 'key-0001', as(next))).status).toBe(200);
    expect(server.parts.tokens.unpair('till-1', 'mia')).toBe(true);
    expect(server.parts.tokens.unpair('till-1', 'mia')).toBe(false);
    expect((await pay(SALE, 'key-0001', as(next))).status).toBe(401);
    expect(
      edge
        .allEntries()
        .filter(({ kind }) => /^Till/.test(kind))
        .map(({ kind }) => kind),
    ).toEqual(['TillPaired', 'TillPaired', 'TillUnpaired']);
    const kept = JSON.stringify(edge.journal.store.prepare('SELECT * FROM till_tokens').all()) + JSON.stringify(edge.allEntries());
    expect([kept.includes(token), kept.includes(next)]).toEqual([false, false]);
  });

  it('of the installer are nobody’s once it is taken out of the settings', async () => {
    const token = server.parts.tokens.pair('till-1', 'mia');
    await server.stop();
    await serve(null);
    expect((await pay(SALE, 'key-0001', { authorization: `Bearer ${TOKEN}` })).status).toBe(401);
    expect((await pay(SALE, 'key-0001', { authorization: `Bearer ${token}` })).status).toBe(200);
    expect((await server.raw('GET', '/v1/terminals')).status).toBe(401);
  });
});

describe('a receipt', () => {
  const reprint = (paymentId: string, on: 'till' | 'terminal') =>
    call('POST', `/v1/payments/${paymentId}/reprints`, { reason: 'the customer lost it', on, tillId: 'till-1' });

  it('is shown, and printed again as a numbered copy with reason and person', async () => {
    const { paymentId } = paymentView.parse((await pay()).body);
    expect((await call('GET', `/v1/payments/${paymentId}/receipt`)).body).toEqual({ paymentId, lines: ['MERCHANT COPY'], copies: 0 });
    expect((await reprint(paymentId, 'till')).body).toEqual({
      paymentId,
      copyNo: 1,
      lines: ['*** COPY 1 ***', 'MERCHANT COPY', '*** COPY 1 ***'],
    });
    await restart();
    expect((await reprint(paymentId, 'till')).body).toMatchObject({ copyNo: 2 });
    expect((await call('GET', `/v1/payments/${paymentId}/receipt`)).body).toMatchObject({ copies: 2 });
    expect(edge.entries('ReceiptReprinted').map(({ payload }) => payload)).toEqual(
      [1, 2].map((copyNo) => ({
        by: 'till',
        which: 'lines',
        paymentId,
        operatorId: 'ana',
        copyNo,
        reason: 'the customer lost it',
        tillId: 'till-1',
      })),
    );
  });

  it('is printed by the terminal from its memory, or from the kept lines', async () => {
    const terminal = store.terminals.get('t1')!;
    terminal.book = (amountMinor) => ({ traceNo: ++terminal.traceNo, receiptNo: 77, amountMinor, currency: 'EUR' });
    const { paymentId } = paymentView.parse((await pay()).body);
    expect((await reprint(paymentId, 'terminal')).body).toEqual({ paymentId, copyNo: 1 });
    expect(terminal.calls.at(-1)).toBe('reprint {"which":"receipt","receiptNo":77}');
    // A terminal that leaves the printing to the till has printed nothing.
    terminal.handsReceiptOver = true;
    expect(await refused(reprint(paymentId, 'terminal'))).toEqual([409, 'notPrinted']);
    terminal.reprints.add('lines');
    expect((await reprint(paymentId, 'terminal')).body).toEqual({ paymentId, copyNo: 2 });
    expect(terminal.calls.at(-1)).toBe('reprint *** COPY 2 ***|MERCHANT COPY|*** COPY 2 ***');
    terminal.outletOn = false;
    expect(await refused(reprint(paymentId, 'terminal'))).toEqual([409, 'notPrinted']);
    expect(edge.entries('ReceiptReprinted')).toHaveLength(2);
  });

  it('is refused where there is none, and to nobody', async () => {
    store.terminals.get('t1')!.nextSale = 'refused';
    const { paymentId } = paymentView.parse((await pay()).body);
    await idle();
    expect(await refused(call('GET', `/v1/payments/${paymentId}/receipt`))).toEqual([404, 'noReceipt']);
    expect(await refused(reprint(paymentId, 'till'))).toEqual([404, 'noReceipt']);
    edge.operators.signOff('t1', 'till');
    expect(await refused(reprint(paymentId, 'till'))).toEqual([409, 'operatorNotSignedOn']);
  });

  it('is at hand for thirty days', async () => {
    const { paymentId } = paymentView.parse((await pay()).body);
    store.clock.jump(31 * 24 * 3_600_000);
    await pay(SALE, 'key-0002');
    expect(await refused(call('GET', `/v1/payments/${paymentId}/receipt`))).toEqual([404, 'noReceipt']);
    expect((await call('GET', `/v1/payments/${paymentId}`)).status).toBe(200);
  });
});
