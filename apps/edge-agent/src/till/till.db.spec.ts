import { operatorSession, paymentView, terminalList, tillRefusal } from '@tillward/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestEdge, TestStore } from '../edge.fixtures.js';
import { JournalUnavailableError } from '../journal/index.js';
import { silentLog } from '../log.js';
import { TillServer } from './till.server.js';

const TOKEN = 'till-token-0123456789';
const SALE = { terminal: 't1', amountMinor: 1_250, currency: 'EUR', tillId: 'till-1' };

let store: TestStore;
let edge: TestEdge;
let server: TillServer;
let base: string;
let ready: boolean;

beforeEach(async () => {
  store = new TestStore();
  edge = store.start();
  edge.recover();
  await edge.readyForSales();
  edge.operators.signOff('t2', 'till');
  ready = true;
  const { payments, operators, terminals } = edge;
  const samples = { operatorAt: (id: string) => operators.at(id)?.operatorId ?? null, unsettledAt: () => ({ amountMinor: 0, count: 0 }) };
  const readiness = () => ({
    ready,
    reasons: ready ? [] : ['broker: gone'],
    mqttConnected: ready,
    policyVersion: 1,
    journalHead: 1,
    ackedThrough: 1,
  });
  server = new TillServer(
    { log: silentLog },
    { payments, operators, terminals, samples, readiness },
    { host: '127.0.0.1', port: 0, token: TOKEN },
  );
  base = `http://127.0.0.1:${await server.start()}`;
});
afterEach(async () => {
  await server.stop();
  if (!edge.dead) edge.crash();
  store.remove();
});

const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(base + path, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, ...headers },
    ...(body === undefined ? {} : { body: text }),
  });
  const answer = await response.text();
  return { status: response.status, body: answer === '' ? undefined : (JSON.parse(answer) as never) };
};
const refused = async (pending: ReturnType<typeof call>) => {
  const { status, body } = await pending;
  const { code, field } = tillRefusal.parse(body);
  return field === undefined ? [status, code] : [status, code, field];
};
const pay = (body: unknown = SALE, key = 'key-0001') => call('POST', '/v1/payments', body, { 'idempotency-key': key });

describe('the till interface', () => {
  it('sells, shows the payment, and lists the terminals', async () => {
    const sold = await pay();
    const view = paymentView.parse(sold.body);
    expect([sold.status, view.state]).toEqual([200, 'completed']);
    expect((await call('GET', `/v1/payments/${view.paymentId}`)).body).toEqual(view);
    const { terminals } = terminalList.parse((await call('GET', '/v1/terminals')).body);
    expect(terminals.map(({ id, sample }) => [id, sample.activity, sample.operatorId])).toEqual([
      ['t1', 'idle', 'ana'],
      ['t2', 'idle', null],
    ]);
  });

  it('signs certified operators on and off, across a start of the gateway', async () => {
    const signedOn = await call('POST', '/v1/operator-sessions', { terminal: 't2', operatorId: 'ana' });
    expect(operatorSession.parse(signedOn.body)).toMatchObject({ terminal: 't2', operatorId: 'ana' });
    edge.crash();
    edge = store.start();
    expect(edge.operators.at('t2')?.operatorId).toBe('ana');
    edge.operators.signOff('t2', 'till');
    expect(edge.entries('OperatorSignedOff').at(-1)!.payload).toEqual({ operatorId: 'ana', by: 'till' });
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

  it('refuses a sale with a typed reason', async () => {
    expect(await refused(pay({ ...SALE, terminal: 't9' }))).toEqual([404, 'unknownTerminal']);
    expect(await refused(pay({ ...SALE, terminal: 't2' }))).toEqual([409, 'operatorNotSignedOn']);
    expect(await refused(pay({ ...SALE, currency: 'CHF' }))).toEqual([422, 'currencyMismatch']);
    await pay(SALE, 'key-0002');
    expect(await refused(pay({ ...SALE, amountMinor: 1 }, 'key-0002'))).toEqual([422, 'idempotencyKeyReused']);
    edge.terminals.get('t1')!.commit({ signedOn: false }, () => {});
    expect(await refused(pay())).toEqual([409, 'terminalNotSignedOn']);
    expect(store.terminals.get('t1')!.ledger).toHaveLength(1);
  });

  it('refuses sales after hours', async () => {
    store.clock.jump(9 * 3_600_000);
    expect(await refused(pay())).toEqual([409, 'outOfHours']);
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
    expect(JSON.stringify(edge.allEntries())).not.toContain(card);
  });

  it('limits bodies, paths, methods and strangers', async () => {
    expect(await refused(pay('x'.repeat(20_000)))).toEqual([413, 'tooLarge']);
    expect(await refused(call('GET', '/v1/coffee'))).toEqual([404, 'unknownPath']);
    expect(await refused(call('PUT', '/v1/payments', {}))).toEqual([405, 'unknownPath']);
    expect(await refused(call('GET', '/v1/terminals', undefined, { authorization: 'Bearer wrong' }))).toEqual([401, 'unauthorised']);
    expect(await refused(call('GET', '/v1/payments/2052a146-cce1-47ac-a259-218cd817524a'))).toEqual([404, 'unknownPayment']);
    expect(await refused(call('DELETE', '/v1/operator-sessions/t9'))).toEqual([404, 'unknownTerminal']);
  });

  it('says without a token whether it lives and is ready', async () => {
    const health = await fetch(`${base}/healthz`);
    expect([health.status, await health.json()]).toEqual([200, { alive: true }]);
    expect((await fetch(`${base}/readyz`)).status).toBe(200);
    ready = false;
    const answer = await fetch(`${base}/readyz`);
    expect([answer.status, await answer.json()]).toMatchObject([503, { reasons: ['broker: gone'] }]);
  });
});
