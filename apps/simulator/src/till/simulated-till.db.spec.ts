import { afterEach, describe, expect, it } from 'vitest';
import { SeededRandom } from '../seeded-random.js';
import { basketAmount } from './amounts.js';
import { FakeAgent, type FakeAnswer, paymentBody, type SeenRequest } from './fake-agent.fixtures.js';
import { SimulatedTill } from './simulated-till.js';

let agent: FakeAgent;
let till: SimulatedTill;

async function begin(
  answer: (request: SeenRequest, nth: number) => FakeAnswer,
  options: Partial<ConstructorParameters<typeof SimulatedTill>[0]> = {},
) {
  agent = new FakeAgent(answer);
  await agent.start();
  till = new SimulatedTill({
    store: 'berlin',
    id: 'till-1',
    terminal: 't1',
    currency: 'EUR',
    agent: { url: agent.url, token: 'secret' },
    operatorId: 'anna',
    saleEverySeconds: 0.01,
    random: new SeededRandom('till-tests'),
    run: 'r1',
    ...options,
  });
  till.start();
}
const until = (condition: () => boolean) => expect.poll(condition, { timeout: 8_000 }).toBe(true);
const isPay = (request: SeenRequest) => request.path === '/v1/payments' && request.method === 'POST';

afterEach(async () => {
  await till.stop();
  await agent.close();
});

describe('a simulated till', () => {
  it('is refused with the uncertified operator, then sells with the certified one under fresh keys', async () => {
    await begin(
      (request) => {
        if (isPay(request)) return { body: paymentBody(request, 'completed') };
        return request.body.operatorId === 'bob' ? { refuse: 'operatorNotCertified' } : { body: {} };
      },
      { uncertifiedOperatorId: 'bob' },
    );
    await until(() => till.view().sold >= 3);
    expect(agent.of('POST', '/v1/operator-sessions').map(({ body }) => body.operatorId)).toEqual(['bob', 'anna']);
    expect(till.view()).toMatchObject({ operatorId: 'anna', refusals: { operatorNotCertified: 1 } });
    const keys = agent.of('POST', '/v1/payments').map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('asks again under the same key when the answer is lost, and never sells anew meanwhile', async () => {
    let cuts = 0;
    await begin((request) => {
      if (!isPay(request)) return { body: {} };
      return cuts++ < 2 ? 'cut' : { body: paymentBody(request, 'completed') };
    });
    await until(() => till.view().sold >= 2);
    const payments = agent.of('POST', '/v1/payments');
    expect(payments.slice(0, 3).map(({ key, body }) => `${key} ${body.amountMinor}`)).toEqual(
      Array(3).fill(`${payments[0]?.key} ${payments[0]?.body.amountMinor}`),
    );
    expect(payments[3]?.key).not.toBe(payments[0]?.key);
  });

  it('asks about a payment in doubt until it is resolved, and sells nothing before', async () => {
    let asked = 0;
    await begin((request) => {
      if (isPay(request)) return { body: paymentBody(request, 'inDoubt') };
      if (request.method === 'GET') return { body: paymentBody(request, ++asked < 2 ? 'inDoubt' : 'completed') };
      return { body: {} };
    });
    await until(() => till.view().sold >= 1);
    const before = agent.seen.findLastIndex((request) => request.method === 'GET');
    expect(agent.seen.slice(0, before).filter(isPay)).toHaveLength(1);
    expect(till.view().inDoubt).toBeGreaterThanOrEqual(1);
  });

  it('respects refusals: signs on again when it must, and stays away while the store closes', async () => {
    let signedOn = 0;
    let payments = 0;
    await begin((request) => {
      if (!isPay(request)) {
        signedOn += 1;
        return { body: {} };
      }
      payments += 1;
      return payments === 1 ? { refuse: 'operatorNotSignedOn' } : { refuse: 'terminalClosing' };
    });
    await until(() => payments === 2);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(payments).toBe(2);
    expect(signedOn).toBe(2);
    expect(till.view()).toMatchObject({ doing: 'waiting', sold: 0, refusals: { operatorNotSignedOn: 1, terminalClosing: 1 } });
  });

  it('takes sales back and refunds them as its seed says, a refund with a manager', async () => {
    const waiting = (request: SeenRequest) => ({
      requestId: '00000000-0000-4000-8000-000000000002',
      state: 'waiting',
      terminal: 't1',
      amountMinor: request.body.amountMinor,
      currency: 'EUR',
      tillId: 'till-1',
      reason: 'came back broken',
      askedBy: 'anna',
      askedAt: '2026-11-21T12:00:00.000Z',
      expiresAt: '2026-11-21T12:05:00.000Z',
      digest: 'a'.repeat(64),
    });
    const approved = new Set<string>();
    await begin(
      (request) => {
        if (request.path === '/v1/refunds' && !approved.has('now')) return { body: waiting(request), status: 202 };
        if (request.path.endsWith('/decision')) approved.add('now');
        return { body: request.path === '/v1/operator-sessions' ? {} : paymentBody(request, 'completed') };
      },
      { passcode: '481516', reversalRate: 0.4, refunds: { rate: 0.5, approver: { id: 'mia', passcode: '271828' } } },
    );
    await until(() => agent.of('POST', '/v1/reversals').length >= 2 && agent.of('POST', '/v1/refunds').length >= 2);
    expect(agent.of('POST', '/v1/operator-sessions')[0]!.body).toMatchObject({ operatorId: 'anna', passcode: '481516' });
    for (const { body } of agent.of('POST', '/v1/reversals')) {
      expect(body).toMatchObject({ originalPaymentId: '00000000-0000-4000-8000-000000000001', reason: expect.any(String) });
    }
    const [first, second] = agent.of('POST', '/v1/refunds');
    expect([second!.key, second!.body]).toEqual([first!.key, first!.body]);
    expect(agent.of('POST', '/v1/refund-requests')[0]!.body).toMatchObject({
      approverId: 'mia',
      digest: 'a'.repeat(64),
      decision: 'approve',
    });
    await until(() => till.view().givenBack >= 2);
    expect(till.view().givenBackMinor).toBeGreaterThan(0);
  });

  it('pauses and resumes', async () => {
    await begin((request) => (isPay(request) ? { body: paymentBody(request, 'completed') } : { body: {} }));
    await until(() => till.view().sold > 0);
    till.pause();
    await until(() => till.view().doing === 'paused');
    const { sold } = till.view();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(till.view().sold).toBe(sold);
    till.resume();
    await until(() => till.view().sold > sold);
  });
});

describe('baskets', () => {
  it('are the same for the same seed, positive, and fit the currency', () => {
    const amounts = (seed: string, currency: string) => {
      const random = new SeededRandom(seed);
      return Array.from({ length: 200 }, () => basketAmount(random, currency));
    };
    expect(amounts('a', 'EUR')).toEqual(amounts('a', 'EUR'));
    expect(amounts('a', 'EUR')).not.toEqual(amounts('b', 'EUR'));
    for (const currency of ['EUR', 'CNY', 'USD', 'JPY', 'KWD']) {
      for (const amount of amounts('x', currency)) {
        expect(Number.isSafeInteger(amount)).toBe(true);
        expect(amount).toBeGreaterThan(0);
        expect(amount).toBeLessThan(99_999_999);
      }
    }
  });
});
