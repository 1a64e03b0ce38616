import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PASSCODE, type TestEdge, TestStore } from '../edge.fixtures.js';
import { type Answer, EventReader, TestServer, TOKEN } from '../till/till.fixtures.js';
import { CONSOLE_FILES, CONSOLE_HEADERS, cookieOf, ownPage } from './console.rules.js';
import type { Today } from './console.view.js';

let store: TestStore;
let edge: TestEdge;
let server: TestServer;

beforeEach(async () => {
  store = new TestStore();
  edge = store.start();
  edge.recover();
  await edge.readyForSales();
  for (const id of ['ana', 'mia']) await edge.choosePasscode(id);
  server = new TestServer(store, edge);
  await server.start();
});
afterEach(async () => {
  await server.stop();
  if (!edge.dead) edge.crash();
  store.remove();
});

const OWN = { 'x-tillward-console': '1', 'sec-fetch-site': 'same-origin' };
const api = (cookie: string | null, method: string, path: string, body?: unknown, headers: Record<string, string> = OWN): Promise<Answer> =>
  server.raw(method, `/console/api/${path}`, body, { ...headers, ...(cookie === null ? {} : { cookie }) });
const signIn = async (operatorId: string): Promise<string> => {
  const answer = await api(null, 'POST', 'session', { operatorId, passcode: PASSCODE });
  return answer.headers.get('set-cookie')!.split(';')[0]!;
};
const today = async (cookie: string) => (await api(cookie, 'GET', 'today')).body as Today;
const kinds = (pattern: RegExp) =>
  edge
    .allEntries()
    .map(({ kind }) => kind)
    .filter((kind) => pattern.test(kind));

describe('the page', () => {
  it('is served from disk with every file it names, to be framed, filled or fed by nobody else', async () => {
    for (const [name, type] of Object.entries(CONSOLE_FILES)) {
      const answer = await server.raw('GET', `/console/${name}`);
      expect([name, answer.status, answer.headers.get('content-type')]).toEqual([name, 200, type]);
      for (const [header, value] of Object.entries(CONSOLE_HEADERS)) expect(answer.headers.get(header)).toBe(value);
    }
    expect((await server.raw('GET', '/console/')).status).toBe(200);
    expect((await server.raw('GET', '/console')).headers.get('location')).toBe('/console/');
    for (const path of ['/console/../package.json', '/console/%2e%2e/package.json', '/console/constructor', '/console/nothing.js']) {
      expect((await server.raw('GET', path)).status).not.toBe(200);
    }
    expect((await server.raw('POST', '/console/index.html')).status).toBe(405);
  });

  it('asks nobody outside for anything', () => {
    const folder = fileURLToPath(new URL('../../console/', import.meta.url));
    for (const name of Object.keys(CONSOLE_FILES)) {
      expect(existsSync(folder + name)).toBe(true);
      const text = readFileSync(folder + name, 'utf8').replaceAll('http://www.w3.org/2000/svg', '');
      expect([name, /https?:\/\/|innerHTML|insertAdjacentHTML|eval\(/.test(text)]).toEqual([name, false]);
    }
  });
});

describe('signing in', () => {
  it('is with a passcode, in a cookie no script and no other site can use, and journaled', async () => {
    const answer = await api(null, 'POST', 'session', { operatorId: 'mia', passcode: PASSCODE });
    expect(answer.body).toMatchObject({ storeName: 'Berlin Mitte', person: { operatorId: 'mia', name: 'Mia', manager: true } });
    expect(answer.headers.get('set-cookie')).toMatch(/^tillward_console=[\w-]{43}; Path=\/console; HttpOnly; SameSite=Strict$/);
    const cookie = answer.headers.get('set-cookie')!.split(';')[0]!;
    expect((await api(cookie, 'GET', 'session')).body).toMatchObject({ person: { operatorId: 'mia' } });
    expect((await api(cookie, 'DELETE', 'session')).status).toBe(204);
    expect((await api(cookie, 'GET', 'today')).status).toBe(401);
    expect(kinds(/^Console/)).toEqual(['ConsoleOpened', 'ConsoleClosed']);
  });

  it('is refused after five wrong passcodes, and fills no journal', async () => {
    const attempt = (operatorId: string, passcode: string) => server.refused(api(null, 'POST', 'session', { operatorId, passcode }));
    for (let i = 0; i < 5; i++) expect(await attempt('mia', `00000${i}`)).toEqual([403, 'passcodeWrong']);
    expect(await attempt('mia', PASSCODE)).toEqual([429, 'tooManyAttempts']);
    store.clock.step(-3_600_000);
    expect(await attempt('mia', PASSCODE)).toEqual([429, 'tooManyAttempts']);
    for (let i = 0; i < 100; i++) expect((await attempt(`nobody-${i}`, PASSCODE))[1]).toBe(i < 15 ? 'passcodeWrong' : 'tooManyAttempts');
    expect(kinds(/^ConsoleSignInRefused$/).length).toBeLessThan(30);
    store.clock.jump(5 * 60_000);
    expect((await api(null, 'POST', 'session', { operatorId: 'mia', passcode: PASSCODE })).status).toBe(200);
    expect(JSON.stringify(edge.allEntries())).not.toContain(PASSCODE);
  });

  it('ends when nobody does anything', async () => {
    const cookie = await signIn('ana');
    store.clock.jump(19 * 60_000);
    expect((await api(cookie, 'GET', 'payments?terminal=t1')).status).toBe(200);
    store.clock.jump(19 * 60_000);
    // Watching is not doing.
    expect((await api(cookie, 'GET', 'today')).status).toBe(200);
    store.clock.jump(60_000);
    expect((await api(cookie, 'GET', 'today')).status).toBe(401);
  });

  it('takes no body that does not say it is JSON', async () => {
    const cookie = await signIn('mia');
    const headers = { ...OWN, 'content-type': 'text/plain' };
    const order = api(cookie, 'POST', 'close', { terminals: ['t1'], reason: 'now' }, headers);
    expect(await server.refused(order)).toEqual([415, 'unsupportedMediaType']);
  });

  it.each([
    ['another site', { ...OWN, 'sec-fetch-site': 'cross-site' }],
    ['another site of the same host', { ...OWN, 'sec-fetch-site': 'same-site' }],
    ['another origin', { ...OWN, origin: 'http://evil.example' }],
    ['a form without the header', { 'sec-fetch-site': 'same-origin' }],
  ])('takes no order from %s', async (_name, headers) => {
    const cookie = await signIn('mia');
    expect(await server.refused(api(cookie, 'POST', 'close', { terminals: ['t1'], reason: 'now' }, headers))).toEqual([
      403,
      'foreignOrigin',
    ]);
    expect(kinds(/^CloseOrdered$/)).toEqual([]);
  });

  it.each([
    'GET today',
    'GET events',
    'GET payments',
    'GET team',
    'POST close',
    'POST handovers',
    'POST operator-sessions',
    'POST tills',
    'DELETE session',
  ])('is needed for %s', async (what) => {
    const [method, path] = what.split(' ') as [string, string];
    for (const cookie of [null, 'tillward_console=forged']) {
      expect(await server.refused(api(cookie, method, path, method === 'POST' ? {} : undefined))).toEqual([401, 'signInRequired']);
    }
  });
});

describe('passcodes', () => {
  it('are chosen with a one-time code of a manager; the first manager gets one with the installer’s token', async () => {
    const refused = (pending: Promise<Answer>) => server.refused(pending);
    const choose = (code: string, operatorId = 'ana', passcode = '999999') => api(null, 'POST', 'passcode', { operatorId, code, passcode });
    expect(await refused(api(null, 'POST', 'codes', { operatorId: 'ana' }))).toEqual([401, 'signInRequired']);
    expect(await refused(api(await signIn('ana'), 'POST', 'codes', { operatorId: 'mia' }))).toEqual([403, 'managerNeeded']);
    expect(await refused(api(null, 'POST', 'codes', { operatorId: 'mia', installerToken: 'guessed-token-000' }))).toEqual([
      401,
      'unauthorised',
    ]);
    expect((await api(null, 'POST', 'codes', { operatorId: 'bob', installerToken: TOKEN })).status).toBe(200);
    expect((await api(null, 'POST', 'codes', { operatorId: 'mia', installerToken: TOKEN })).status).toBe(200);
    const mia = await signIn('mia');
    const { code } = (await api(mia, 'POST', 'codes', { operatorId: 'ana' })).body as { code: string };
    expect(await refused(choose(code === '00000000' ? '00000001' : '00000000'))).toEqual([403, 'setupCodeWrong']);
    expect(await refused(choose(code, 'mia'))).toEqual([403, 'setupCodeWrong']);
    // Whoever was signed in as this person before may not be her any more.
    const before = await signIn('ana');
    expect((await api(before, 'GET', 'today')).status).toBe(200);
    expect((await choose(code)).status).toBe(204);
    expect((await api(before, 'GET', 'today')).status).toBe(401);
    expect(await refused(choose(code))).toEqual([403, 'setupCodeWrong']);
    expect((await api(null, 'POST', 'session', { operatorId: 'ana', passcode: '999999' })).status).toBe(200);
    expect(
      edge
        .entries('OperatorCodeIssued')
        .slice(-2)
        .map(({ payload }) => payload),
    ).toEqual([
      { operatorId: 'mia', issuedBy: null },
      { operatorId: 'ana', issuedBy: 'mia' },
    ]);
    const later = (await api(mia, 'POST', 'codes', { operatorId: 'ana' })).body as { code: string };
    store.clock.jump(15 * 60_000);
    expect(await refused(choose(later.code))).toEqual([403, 'setupCodeWrong']);
    const kept = JSON.stringify(edge.allEntries()) + JSON.stringify(edge.journal.store.prepare('SELECT * FROM operator_passcodes').all());
    for (const secret of [code, '999999', PASSCODE]) expect(kept).not.toContain(secret);
  });
});

describe('what the console shows', () => {
  it('says what is open before closing', async () => {
    await edge.pay('key-0001');
    store.terminals.get('t1')!.nextSale = 'lostAfterBooking';
    await edge.pay('key-0002');
    const shown = await today(await signIn('ana'));
    expect(shown).toMatchObject({
      store: { name: 'Berlin Mitte', timeZone: 'UTC' },
      hours: { isOpen: true, closesAt: '2026-05-04T20:00:00.000Z' },
      person: { operatorId: 'ana', manager: false, certifiedUntil: '2027-01-01T00:00:00.000Z' },
      terminals: [
        { id: 't1', name: 'Till t1', operatorName: 'Ana', inDoubt: true, problem: null },
        { id: 't2', inDoubt: false },
      ],
      upload: { connected: true },
    });
    expect(shown.upload.behind).toBeGreaterThan(0);
  });

  it('is told of what happens, and counts no shift for who has yet to count it', async () => {
    const cookie = await signIn('ana');
    const reader = await EventReader.open(server.base, '/console/api/events', { cookie });
    await edge.pay('key-0001');
    await expect.poll(() => reader.events.some(({ type }) => type === 'payment')).toBe(true);
    reader.close();
    expect(JSON.stringify(await today(cookie))).not.toContain('transactions');
  });

  it('names the step at which a close was stopped', async () => {
    store.terminals.get('t1')!.hostUp = false;
    await edge.pay('key-0001');
    const cookie = await signIn('mia');
    expect((await api(cookie, 'POST', 'close', { terminals: ['t1'], reason: 'closing early' })).status).toBe(202);
    await store.clock.until(() => edge.entries('CloseBlocked').length > 0);
    await store.clock.until(() => !edge.terminals.get('t1')!.heldBy);
    const shown = await today(await signIn('mia'));
    expect(shown.terminals[0]).toMatchObject({ problem: { step: 'sendStored', code: 'hostUnreachable' } });
  });
});

describe('what people do there', () => {
  it('sign themselves on and off, and nobody else', async () => {
    edge.operators.signOff('t1', 'till');
    const ana = await signIn('ana');
    expect((await api(ana, 'POST', 'operator-sessions', { terminal: 't1' })).status).toBe(204);
    expect(edge.operators.at('t1')).toMatchObject({ operatorId: 'ana', verified: true });
    edge.operators.signOn('t2', 'mia', true);
    expect(await server.refused(api(ana, 'DELETE', 'operator-sessions/t2'))).toEqual([403, 'managerNeeded']);
    const mia = await signIn('mia');
    expect((await api(mia, 'DELETE', 'operator-sessions/t1')).status).toBe(204);
    expect(edge.operators.at('t1')).toBeUndefined();
  });

  it('hand over, count slips, and print again, with their names', async () => {
    await edge.pay('key-0001');
    const ana = await signIn('ana');
    const key = { ...OWN, 'idempotency-key': 'hand-0001' };
    const handover = { terminal: 't1', slips: 1, incoming: { operatorId: 'mia', passcode: PASSCODE } };
    expect(await api(ana, 'POST', 'handovers', handover, key)).toMatchObject({
      status: 200,
      body: { outgoingOperatorId: 'ana', incomingOperatorId: 'mia' },
    });
    // Now it is Mia's: Ana can't hand it over any more.
    expect(
      await server.refused(api(ana, 'POST', 'handovers', { ...handover, slips: 0 }, { ...OWN, 'idempotency-key': 'hand-0002' })),
    ).toEqual([403, 'managerNeeded']);
    const { payments } = (await api(ana, 'GET', 'payments?terminal=t1')).body as {
      payments: { paymentId: string; operatorName: string; copies: number }[];
    };
    expect(payments).toMatchObject([{ operatorName: 'Ana', copies: 0 }]);
    const copy = await api(ana, 'POST', `payments/${payments[0]!.paymentId}/reprints`, { reason: 'lost at the counter', on: 'till' });
    expect(copy.body).toMatchObject({ copyNo: 1, lines: ['*** COPY 1 ***', 'MERCHANT COPY', '*** COPY 1 ***'] });
    expect(edge.entries('ReceiptReprinted')[0]!.payload).toMatchObject({
      operatorId: 'ana',
      reason: 'lost at the counter',
      tillId: 'console',
    });
  });

  it('approve refunds with their passcode once more, and never their own', async () => {
    edge.operators.signOn('t1', 'ana', true);
    const refund = { terminal: 't1', amountMinor: 800, currency: 'EUR', tillId: 'till-1', reason: 'came back broken' };
    const asked = await edge.payments.refund(refund, 'back-0001');
    if (!asked.ok || !('waits' in asked)) throw new Error('does not wait');
    const { requestId, digest } = asked.waits;
    const decide = (cookie: string, passcode = PASSCODE) =>
      api(cookie, 'POST', `refund-requests/${requestId}`, { passcode, digest, decision: 'approve' });
    const mia = await signIn('mia');
    expect((await today(mia)).refunds).toMatchObject([{ requestId, askedByName: 'Ana', reason: 'came back broken' }]);
    expect(await server.refused(decide(await signIn('ana')))).toEqual([403, 'managerNeeded']);
    expect(await server.refused(decide(mia, '000000'))).toEqual([403, 'passcodeWrong']);
    expect((await decide(mia)).body).toMatchObject({ state: 'approved', decidedBy: 'mia' });
    expect(edge.entries('RefundDecided')[0]!.payload).toMatchObject({ decidedBy: 'mia', where: 'console' });
    expect((await today(mia)).refunds).toEqual([]);
    edge.operators.signOn('t1', 'mia', true);
    const own = await edge.payments.refund(refund, 'back-0002');
    if (!own.ok || !('waits' in own)) throw new Error('does not wait');
    const ownDecision = api(mia, 'POST', `refund-requests/${own.waits.requestId}`, {
      passcode: PASSCODE,
      digest: own.waits.digest,
      decision: 'approve',
    });
    expect(await server.refused(ownDecision)).toEqual([403, 'approverIsAsker']);
  });

  it('close now: the proven close, with name and reason, for the rest of the day', async () => {
    await edge.pay('key-0001');
    const ana = await signIn('ana');
    const close = (cookie: string, terminals: string[], reason = 'a burst pipe') => api(cookie, 'POST', 'close', { terminals, reason });
    expect(await server.refused(close(ana, ['t9']))).toEqual([404, 'unknownTerminal']);
    expect(await server.refused(close(ana, ['t1'], ''))).toEqual([400, 'malformed', 'reason']);
    expect(await close(ana, ['t1'])).toMatchObject({ status: 202, body: { terminals: ['t1'] } });
    expect(edge.entries('CloseOrdered')[0]!.payload).toEqual({ operatorId: 'ana', terminals: ['t1'], reason: 'a burst pipe' });
    expect(edge.entries('ClosingStarted')[0]!.payload).toMatchObject({ by: 'till', terminals: ['t1'] });
    await store.clock.until(() => edge.entries('CloseProven').length > 0 && !edge.terminals.get('t1')!.heldBy);
    expect(edge.entries('CloseProven')[0]!.terminal).toBe('t1');
    expect(await server.refused(close(await signIn('ana'), ['t1']))).toEqual([409, 'nothingToClose']);
    // It stays closed: the scheduler does not open it again before the day is over.
    edge.scheduler.tick();
    expect(edge.terminals.get('t1')!.facts.resting).toBe('closed');
  });

  it('close nothing without a certificate', async () => {
    const ana = await signIn('ana');
    store.clock.jump(300 * 24 * 3_600_000);
    expect(await server.refused(api(await signIn('ana'), 'POST', 'close', { terminals: ['t1'], reason: 'now' }))).toEqual([
      403,
      'operatorNotCertified',
    ]);
    expect((await api(ana, 'GET', 'today')).status).toBe(401);
  });

  it('give tills their tokens, as managers', async () => {
    expect(await server.refused(api(await signIn('ana'), 'POST', 'tills', { tillId: 'till-7' }))).toEqual([403, 'managerNeeded']);
    const mia = await signIn('mia');
    const { token } = (await api(mia, 'POST', 'tills', { tillId: 'till-7' })).body as { token: string };
    expect((await server.raw('GET', '/v1/terminals', undefined, { authorization: `Bearer ${token}` })).status).toBe(200);
    expect((await api(mia, 'GET', 'team')).body).toMatchObject({
      team: [
        { operatorId: 'ana', hasPasscode: true },
        { operatorId: 'bob', hasPasscode: false },
        { operatorId: 'mia', manager: true },
      ],
      tills: [{ tillId: 'till-7', pairedBy: 'mia' }],
    });
    expect((await api(mia, 'DELETE', 'tills/till-7')).status).toBe(204);
    expect((await server.raw('GET', '/v1/terminals', undefined, { authorization: `Bearer ${token}` })).status).toBe(401);
    expect(await server.refused(api(mia, 'DELETE', 'tills/till-7'))).toEqual([404, 'unknownTill']);
  });
});

describe('reminders', () => {
  const look = () => server.parts.reminders.look();

  it('come before closing, come again until somebody acknowledges, across a start, and go when it is over', async () => {
    look();
    expect(kinds(/^Reminder/)).toEqual([]);
    store.clock.jump(7.5 * 3_600_000);
    look();
    look();
    expect(edge.entries('ReminderRaised').map(({ payload }) => payload)).toMatchObject([{ kind: 'closingSoon', terminals: ['t1', 't2'] }]);
    store.clock.jump(10 * 60_000);
    look();
    const cookie = await signIn('ana');
    const [reminder] = (await today(cookie)).reminders;
    expect(reminder).toMatchObject({ kind: 'closingSoon', times: 2, at: '2026-05-04T20:00:00.000Z' });
    expect((await api(cookie, 'POST', `reminders/${reminder!.reminderId}`)).status).toBe(204);
    expect((await api(cookie, 'POST', `reminders/${reminder!.reminderId}`)).status).toBe(204);
    expect(edge.entries('ReminderAcknowledged').map(({ payload }) => payload)).toEqual([
      { reminderId: reminder!.reminderId, kind: 'closingSoon', operatorId: 'ana' },
    ]);
    await server.stop();
    edge.crash();
    edge = store.start();
    edge.recover();
    server = new TestServer(store, edge);
    await server.start();
    store.clock.jump(10 * 60_000);
    look();
    expect(kinds(/^ReminderRaised$/)).toHaveLength(1);
    expect(server.parts.reminders.open()).toEqual([]);
    expect(await server.refused(api(await signIn('ana'), 'POST', 'reminders/none'))).toEqual([404, 'unknownReminder']);
  });

  it('tell of money nobody knows about', async () => {
    const terminal = store.terminals.get('t1')!;
    terminal.nextSale = 'lostAfterBooking';
    await edge.pay('key-0001');
    terminal.outletOn = false;
    look();
    expect(server.parts.reminders.open()).toEqual([]);
    store.clock.jump(61_000);
    look();
    expect(server.parts.reminders.open()).toMatchObject([{ kind: 'inDoubt', terminals: ['t1'] }]);
    terminal.outletOn = true;
    await store.clock.until(() => edge.entries('PaymentResolved').length > 0);
    look();
    expect(server.parts.reminders.open()).toEqual([]);
  });
});

describe('cookieOf and ownPage', () => {
  it.each([
    ['tillward_console=abc', 'abc'],
    ['a=1; tillward_console=a=b', 'a=b'],
    ['tillward_console2=x', null],
    [undefined, null],
  ])('%j', (header, value) => {
    expect(cookieOf(header, 'tillward_console')).toBe(value);
  });

  it.each([
    [{ 'x-tillward-console': '1' }, true],
    [{ 'x-tillward-console': '1', origin: 'http://gw:8080', host: 'gw:8080' }, true],
    [{ 'x-tillward-console': '1', origin: 'null', host: 'gw:8080' }, false],
    [{}, false],
  ])('%j: %s', (headers, own) => {
    expect(ownPage(headers)).toBe(own);
  });
});
