import type { RefundRequest, ReversalRequest } from '@tillward/contracts';
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
const net = () => terminal.batch.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
const idle = () => store.clock.until(() => !edge.terminals.get('t1')!.occupied);

async function sold(key = 'sale-0001', amountMinor = 1_250): Promise<string> {
  const answer = await edge.pay(key, { amountMinor });
  if (!answer.ok || answer.view.state !== 'completed') throw new Error('not sold');
  return answer.view.paymentId;
}

function reverse(originalPaymentId: string, key: string, more: Partial<ReversalRequest> = {}) {
  return edge.payments.reverse({ originalPaymentId, tillId: 'till-1', reason: 'wrong article', ...more }, key);
}

const REFUND: RefundRequest = { terminal: 't1', amountMinor: 800, currency: 'EUR', tillId: 'till-1', reason: 'came back broken' };

/** Ana and Mia have passcodes with codes of the installer, and Ana is signed on with hers: only then may she ask for refunds. */
async function anaIsKnown(): Promise<void> {
  for (const id of ['ana', 'mia']) await edge.choosePasscode(id);
  edge.operators.signOn('t1', 'ana', true);
}

async function asked(key: string, more: Partial<RefundRequest> = {}) {
  const answer = await edge.payments.refund({ ...REFUND, ...more }, key);
  if (!answer.ok || !('waits' in answer)) throw new Error(`does not wait: ${JSON.stringify(answer)}`);
  return answer.waits;
}

async function approved(key: string, more: Partial<RefundRequest> = {}) {
  const { requestId, digest } = await asked(key, more);
  return edge.payments.refunds.decide(requestId, 'approve', { operatorId: 'mia', digest, where: 'till' });
}

describe('a reversal', () => {
  it('takes a sale of the open batch back, recorded before its bytes leave, and the batch settles equal', async () => {
    const original = await sold();
    await sold('sale-0002', 300);
    let whenAsked: string[] = [];
    const giveBack = terminal.giveBack.bind(terminal);
    terminal.giveBack = (...order) => {
      whenAsked = kinds();
      return giveBack(...order);
    };
    expect(await reverse(original, 'back-0001')).toMatchObject({
      ok: true,
      view: { transaction: 'reversal', state: 'completed', amountMinor: 1_250, originalPaymentId: original },
    });
    expect(whenAsked.at(-1)).toBe('RepaymentStarted');
    expect(edge.entries('RepaymentStarted')[0]!.payload).toMatchObject({
      transaction: 'reversal',
      reason: 'wrong article',
      amountMinor: 1_250,
    });
    expect(edge.entries('RepaymentCompleted')[0]!.payload).toMatchObject({ transaction: 'reversal', booked: { amountMinor: 1_250 } });
    expect(edge.payments.find(original)).toMatchObject({ givenBackMinor: 1_250 });
    const settled = await edge.settlement.settleWithin(edge.terminals.get('t1')!, 'command', { attempts: 1, retryDelayMs: 0 });
    expect(settled).toMatchObject({ kind: 'over', result: { kind: 'settled' } });
    expect(edge.entries('SettlementCompleted')[0]!.payload).toMatchObject({
      journalTotals: { amountMinor: 300, count: 3 },
      terminalTotals: { amountMinor: 300, count: 3 },
    });
  });

  it('of parts takes back what is left and never more', async () => {
    const original = await sold();
    expect(await reverse(original, 'back-0001', { amountMinor: 250 })).toMatchObject({ ok: true, view: { amountMinor: 250 } });
    expect(await reverse(original, 'back-0002', { amountMinor: 1_001 })).toEqual({ ok: false, code: 'amountTooLarge' });
    expect(await reverse(original, 'back-0003')).toMatchObject({ ok: true, view: { amountMinor: 1_000 } });
    expect(await reverse(original, 'back-0004')).toEqual({ ok: false, code: 'alreadyGivenBack' });
    expect(net()).toBe(0);
  });

  it('is refused for what is no completed sale of the open batch', async () => {
    const original = await sold();
    terminal.nextSale = 'refused';
    const declined = await edge.pay('sale-0002');
    await idle();
    expect(await reverse('2052a146-cce1-47ac-a259-218cd817524a', 'back-0001')).toEqual({ ok: false, code: 'unknownPayment' });
    expect(await reverse(declined.ok ? declined.view.paymentId : '', 'back-0002')).toEqual({ ok: false, code: 'originalNotCompleted' });
    await edge.settlement.settleWithin(edge.terminals.get('t1')!, 'command', { attempts: 1, retryDelayMs: 0 });
    await idle();
    expect(await reverse(original, 'back-0003')).toEqual({ ok: false, code: 'originalSettled' });
    expect(kinds()).not.toContain('RepaymentStarted');
  });

  it('is asked of no terminal that can not, and of no part where it can only take back whole sales', async () => {
    const original = await sold();
    terminal.partialReversal = false;
    const actor = edge.terminals.get('t1')!;
    await actor.replace(actor.connection, store.devices.devices(actor.connection));
    expect(await reverse(original, 'back-0001', { amountMinor: 1 })).toEqual({ ok: false, code: 'partialReversalUnsupported' });
    terminal.operations.delete('reverse');
    await actor.replace(actor.connection, store.devices.devices(actor.connection));
    expect(await reverse(original, 'back-0002')).toEqual({ ok: false, code: 'operationUnsupported' });
  });

  it('of a sale the terminal does not know has failed, and the sale stays as it is', async () => {
    const original = await sold();
    terminal.batch = [];
    expect(await reverse(original, 'back-0001')).toMatchObject({ ok: true, view: { state: 'failed' } });
    expect(edge.entries('RepaymentFailed')[0]!.payload.code).toBe('notReversible');
    expect(edge.payments.find(original)!.givenBackMinor).toBeUndefined();
  });

  it.each([
    ['after it was booked', 'lostAfterBooking', 'completed', 0],
    ['before it was booked', 'lostBeforeBooking', 'failed', 1_250],
  ] as const)('cut off %s is in doubt, blocks the terminal and the sale, and is resolved by asking', async (_name, move, state, left) => {
    const original = await sold();
    terminal.nextSale = move;
    const answer = await reverse(original, 'back-0001');
    expect(answer).toMatchObject({ ok: true, view: { state: 'inDoubt' } });
    expect(await edge.pay('sale-0002')).toEqual({ ok: false, code: 'paymentInDoubt' });
    expect(edge.payments.find(original)!.givenBackMinor).toBe(1_250);
    await store.clock.until(() => edge.entries('RepaymentResolved').length > 0);
    const { reference } = edge.entries('RepaymentStarted')[0]!.payload;
    expect(terminal.asked).toContainEqual({ reference, transaction: 'reversal' });
    expect(edge.payments.find(answer.ok ? answer.view.paymentId : '')).toMatchObject({ state });
    expect(terminal.calls.filter((call) => call === 'reverse 1250')).toHaveLength(1);
    expect(net()).toBe(left);
    await idle();
    if (left > 0) expect(await reverse(original, 'back-0002')).toMatchObject({ ok: true, view: { state: 'completed' } });
    else expect(await reverse(original, 'back-0002')).toEqual({ ok: false, code: 'alreadyGivenBack' });
    expect(net()).toBe(0);
  });
});

describe('a refund', () => {
  it('waits for a second person, who approves exactly this, and is started once', async () => {
    await anaIsKnown();
    const original = await sold();
    const request = await asked('back-0001', { originalPaymentId: original });
    expect(request).toMatchObject({ state: 'waiting', askedBy: 'ana', amountMinor: 800 });
    expect(await asked('back-0001', { originalPaymentId: original })).toEqual(request);
    expect(terminal.calls).not.toContain('refund 800');
    const by = { operatorId: 'mia', digest: request.digest, where: 'console' } as const;
    expect(edge.payments.refunds.decide(request.requestId, 'approve', { ...by, digest: 'f'.repeat(64) })).toEqual({
      ok: false,
      code: 'requestChanged',
    });
    expect(edge.payments.refunds.decide(request.requestId, 'approve', by)).toMatchObject({ ok: true, request: { state: 'approved' } });
    const again = () => edge.payments.refund({ ...REFUND, originalPaymentId: original }, 'back-0001');
    const [first, second] = await Promise.all([again(), again()]);
    expect(first).toMatchObject({ ok: true, view: { transaction: 'refund', state: 'completed', originalPaymentId: original } });
    expect(second).toEqual(first);
    expect(await again()).toEqual(first);
    expect(terminal.calls.filter((call) => call === 'refund 800')).toHaveLength(1);
    expect(edge.entries('RepaymentStarted')[0]!.payload.approval).toEqual({
      requestId: request.requestId,
      digest: request.digest,
      approvedBy: 'mia',
    });
    expect(edge.payments.refunds.find(request.requestId)).toMatchObject({ state: 'used', decidedBy: 'mia' });
    expect(kinds().filter((kind) => kind.startsWith('Refund'))).toEqual(['RefundRequested', 'RefundDecisionRefused', 'RefundDecided']);
  });

  it('is approved neither by who asked, nor by a cashier, nor twice, nor late (P6)', async () => {
    await anaIsKnown();
    const { requestId, digest } = await asked('back-0001');
    const decide = (operatorId: string) => edge.payments.refunds.decide(requestId, 'approve', { operatorId, digest, where: 'till' });
    expect(decide('ana')).toEqual({ ok: false, code: 'managerNeeded' });
    edge.operators.signOn('t1', 'mia', true);
    const own = await asked('back-0002');
    expect(edge.payments.refunds.decide(own.requestId, 'approve', { operatorId: 'mia', digest: own.digest, where: 'till' })).toEqual({
      ok: false,
      code: 'approverIsAsker',
    });
    store.clock.jump(5 * 60_000);
    expect(decide('mia')).toEqual({ ok: false, code: 'approvalExpired' });
    expect(await edge.payments.refund(REFUND, 'back-0001')).toEqual({ ok: false, code: 'approvalExpired' });
    expect(terminal.calls).not.toContain('refund 800');
  });

  it('that was denied, or approved too long ago, is not started', async () => {
    await anaIsKnown();
    const { requestId, digest } = await asked('back-0001');
    edge.payments.refunds.decide(requestId, 'deny', { operatorId: 'mia', digest, where: 'till' });
    expect(await edge.payments.refund(REFUND, 'back-0001')).toEqual({ ok: false, code: 'refundDenied' });
    await approved('back-0002');
    store.clock.jump(5 * 60_000);
    expect(await edge.payments.refund(REFUND, 'back-0002')).toEqual({ ok: false, code: 'approvalExpired' });
    expect(terminal.calls).not.toContain('refund 800');
  });

  it('is asked for only by somebody who is known, and started only by that person', async () => {
    expect(await edge.payments.refund(REFUND, 'back-0001')).toEqual({ ok: false, code: 'refundNeedsPasscode' });
    await anaIsKnown();
    await approved('back-0001');
    edge.operators.signOn('t1', 'mia', true);
    expect(await edge.payments.refund(REFUND, 'back-0001')).toEqual({ ok: false, code: 'requestChanged' });
    edge.operators.signOn('t1', 'ana', true);
    expect(await edge.payments.refund(REFUND, 'back-0001')).toMatchObject({ ok: true, view: { state: 'completed' } });
  });

  it('never gives back more than was taken, together with reversals', async () => {
    await anaIsKnown();
    const original = await sold();
    await reverse(original, 'back-0001', { amountMinor: 500 });
    const refund = (amountMinor: number, key: string) => edge.payments.refund({ ...REFUND, amountMinor, originalPaymentId: original }, key);
    expect(await refund(751, 'back-0002')).toEqual({ ok: false, code: 'amountTooLarge' });
    await approved('back-0003', { amountMinor: 750, originalPaymentId: original });
    await approved('back-0004', { amountMinor: 750, originalPaymentId: original });
    expect(await refund(750, 'back-0003')).toMatchObject({ ok: true, view: { state: 'completed' } });
    expect(await refund(750, 'back-0004')).toEqual({ ok: false, code: 'alreadyGivenBack' });
    expect(net()).toBe(0);
  });

  it('cut off is in doubt and asked about as a refund', async () => {
    await anaIsKnown();
    await approved('back-0001');
    terminal.nextSale = 'lostAfterBooking';
    expect(await edge.payments.refund(REFUND, 'back-0001')).toMatchObject({ ok: true, view: { state: 'inDoubt' } });
    await store.clock.until(() => edge.entries('RepaymentResolved').length > 0);
    expect(terminal.asked.at(-1)).toMatchObject({ transaction: 'refund' });
    expect(await edge.payments.refund(REFUND, 'back-0001')).toMatchObject({ ok: true, view: { state: 'completed' } });
    expect(net()).toBe(-800);
  });
});

describe('the two persons of a refund (P6)', () => {
  const by = (operatorId: string, digest: string) => ({ operatorId, digest, where: 'console' as const });
  const decide = ({ requestId, digest }: { requestId: string; digest: string }, decision: 'approve' | 'deny' = 'approve') =>
    edge.payments.refunds.decide(requestId, decision, by('mia', digest));

  it.each<[string, [person: string, from: string | null][]]>([
    [
      'the approver gave the asker the code',
      [
        ['mia', null],
        ['ana', 'mia'],
      ],
    ],
    [
      'the asker gave the approver the code',
      [
        ['ana', null],
        ['mia', 'ana'],
      ],
    ],
    [
      'a third person gave codes to both',
      [
        ['bob', null],
        ['ana', 'bob'],
        ['mia', 'bob'],
      ],
    ],
  ])('are not two when %s: refused, journaled once, and free to be denied', async (_name, codes) => {
    for (const [person, from] of codes) await edge.choosePasscode(person, from);
    edge.operators.signOn('t1', 'ana', true);
    const request = await asked('back-0001');
    for (let i = 0; i < 3; i++) expect(decide(request)).toEqual({ ok: false, code: 'personsNotIndependent' });
    const { requestId, digest } = request;
    expect(edge.entries('RefundDecisionRefused')).toMatchObject([
      { terminal: 't1', payload: { requestId, digest, operatorId: 'mia', code: 'personsNotIndependent', where: 'console' } },
    ]);
    expect(decide(request, 'deny')).toMatchObject({ ok: true, request: { state: 'denied' } });
    expect(terminal.calls).not.toContain('refund 800');
  });

  it('are judged by the passcode the asker was signed on with, also when there is another one by now', async () => {
    await edge.choosePasscode('mia');
    await edge.choosePasscode('ana', 'mia');
    edge.operators.signOn('t1', 'ana', true);
    const request = await asked('back-0001');
    await edge.choosePasscode('ana');
    expect(decide(request)).toEqual({ ok: false, code: 'personsNotIndependent' });
    // Whoever was signed on with the passcode before may be somebody else, also after a start.
    expect(await edge.payments.refund(REFUND, 'back-0002')).toEqual({ ok: false, code: 'refundNeedsPasscode' });
    edge.crash();
    edge = store.start();
    edge.recover();
    expect(edge.operators.at('t1')).toMatchObject({ operatorId: 'ana', verified: false });
    edge.operators.signOn('t1', 'ana', true);
    expect(decide(await asked('back-0003'))).toMatchObject({ ok: true });
  });

  it('are not known to be two with a passcode of which nobody wrote down from whom it is', async () => {
    await anaIsKnown();
    const request = await asked('back-0001');
    edge.journal.store.prepare('UPDATE operator_passcodes SET sponsors = NULL WHERE operator_id = ?').run('mia');
    expect(decide(request)).toEqual({ ok: false, code: 'personsNotIndependent' });
  });
});

describe('an idempotency key', () => {
  it('that is a UUID is the same in upper and lower case, also one that was kept in upper case before', async () => {
    await anaIsKnown();
    const key = '2052a146-cce1-47ac-a259-218cd817524a';
    const sale = await edge.pay(key);
    edge.journal.store.prepare('UPDATE payments SET idempotency_key = upper(idempotency_key)').run();
    expect(await edge.pay(key)).toEqual(sale);
    const refundKey = key.replace('2052', 'abcd');
    const request = await asked(refundKey);
    edge.journal.store.prepare('UPDATE refund_requests SET idempotency_key = upper(idempotency_key)').run();
    expect(await asked(refundKey)).toEqual(request);
    expect(terminal.ledger).toHaveLength(1);
  });

  it('means one thing for ever, across kinds of orders, restarts, pruning and years', async () => {
    await anaIsKnown();
    const original = await sold('key-0001');
    const reversed = await reverse(original, 'key-0002');
    const request = await asked('key-0003');
    const check = async () => {
      expect(await edge.pay('key-0001', { amountMinor: 1_250 })).toMatchObject({ ok: true, view: { paymentId: original } });
      expect(await reverse(original, 'key-0002')).toEqual(reversed);
      expect(await edge.pay('key-0002')).toEqual({ ok: false, code: 'idempotencyKeyReused' });
      expect(await edge.pay('key-0003')).toEqual({ ok: false, code: 'idempotencyKeyReused' });
      expect(await reverse(original, 'key-0001')).toEqual({ ok: false, code: 'idempotencyKeyReused' });
      expect(await reverse(original, 'key-0002', { reason: 'another' })).toEqual({ ok: false, code: 'idempotencyKeyReused' });
      expect(await edge.payments.refund(REFUND, 'key-0001')).toEqual({ ok: false, code: 'idempotencyKeyReused' });
      expect(await edge.payments.refund({ ...REFUND, amountMinor: 1 }, 'key-0003')).toEqual({ ok: false, code: 'idempotencyKeyReused' });
    };
    await check();
    edge.crash();
    store.clock.jump(5 * 366 * 24 * 3_600_000);
    edge = store.start();
    edge.recover();
    edge.journal.acknowledge(edge.journal.headSeq);
    edge.journal.prune(store.clock.now());
    await check();
    expect(edge.payments.refunds.find(request.requestId)).toMatchObject({ state: 'expired' });
    expect(terminal.ledger).toHaveLength(2);
  });
});

describe('a crash while money is given back', () => {
  /** Runs `flow` with a crash at its n-th commit, for every n there is, and checks after each that a new start ends well. */
  async function crashEverywhere(flow: () => Promise<void>, afterwards: (crashed: boolean) => Promise<void>): Promise<number> {
    for (let failAt = 1; ; failAt++) {
      edge.crash();
      let commits = failAt;
      edge = store.start(() => {
        if (--commits === 0) throw new Error('crash');
      });
      let crashed = false;
      try {
        await flow();
      } catch (error) {
        if (!(error instanceof Error) || error.message !== 'crash') throw error;
        crashed = true;
      }
      edge.crash();
      edge = store.start();
      edge.recover();
      await store.clock.until(() => edge.payments.newest('t1', 50).every(({ state }) => state !== 'inDoubt' && state !== 'started'));
      await idle();
      await afterwards(crashed);
      if (!crashed) return failAt - 1;
    }
  }

  it('at every commit of a reversal takes the sale back once', async () => {
    let n = 0;
    const flow = async () => {
      const original = await sold(`sale-000${n}`);
      return await reverse(original, `back-000${n}`);
    };
    const commits = await crashEverywhere(
      async () => {
        n += 1;
        await flow();
      },
      async () => {
        expect(await flow()).toMatchObject({ ok: true, view: { state: 'completed' } });
        expect(net()).toBe(0);
      },
    );
    expect(commits).toBeGreaterThanOrEqual(4);
  });

  it('at every commit of a refund, from asking to booking, gives the money back once and only with its approval', async () => {
    await anaIsKnown();
    let n = 0;
    let given = 0;
    const commits = await crashEverywhere(
      async () => {
        n += 1;
        await approved(`back-000${n}`);
        await edge.payments.refund(REFUND, `back-000${n}`);
      },
      async () => {
        const view = await edge.payments.refund(REFUND, `back-000${n}`);
        if (view.ok && 'waits' in view) await approved(`back-000${n}`);
        expect(await edge.payments.refund(REFUND, `back-000${n}`)).toMatchObject({ ok: true, view: { state: 'completed' } });
        given += 1;
        expect(net()).toBe(-800 * given);
      },
    );
    expect(commits).toBeGreaterThanOrEqual(4);
    const started = edge.entries('RepaymentStarted').map(({ payload }) => payload.approval?.digest);
    expect(new Set(started).size).toBe(given);
    expect(started).not.toContain(undefined);
  });
});
