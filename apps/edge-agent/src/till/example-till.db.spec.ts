import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PASSCODE, type TestEdge, TestStore } from '../edge.fixtures.js';
import { TestServer } from './till.fixtures.js';

const EXAMPLE = fileURLToPath(new URL('../../../../docs/guide/example-till/till.mjs', import.meta.url));

/** The example is a program of its own, which takes a while to start on a busy machine. */
const BUSY = { timeout: 15_000 };

let store: TestStore;
let edge: TestEdge;
let server: TestServer;
let token: string;

beforeEach(async () => {
  store = new TestStore();
  edge = store.start();
  edge.recover();
  await edge.readyForSales();
  for (const id of ['ana', 'mia']) await edge.choosePasscode(id);
  server = new TestServer(store, edge);
  await server.start();
  token = server.parts.tokens.pair('till-1', 'mia');
});
afterEach(async () => {
  await server.stop();
  if (!edge.dead) edge.crash();
  store.remove();
});

/** Runs the example as docs/guide/till.md says. */
function till(...words: string[]): Promise<{ code: number | null; out: string; said: string }> {
  const child = spawn(process.execPath, [EXAMPLE, '--url', server.base, '--token', token, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out: out.trim(), said: said.trim() })));
}

describe('the example till', () => {
  it('signs on, sells, takes back, refunds with a second person, prints and hands over', async () => {
    expect(await till('sign-on', 'ana', PASSCODE)).toMatchObject({ code: 0, out: expect.stringContaining('"verified":true') });
    const sold = await till('sell', '1250');
    expect(sold.code).toBe(0);
    const { paymentId } = JSON.parse(sold.out) as { paymentId: string };
    expect(JSON.parse((await till('status', paymentId)).out)).toMatchObject({ state: 'completed', amountMinor: 1250 });
    expect((await till('receipt', paymentId)).out).toBe('MERCHANT COPY');
    expect((await till('reprint', paymentId, 'lost it')).out).toBe('*** COPY 1 ***\nMERCHANT COPY\n*** COPY 1 ***');
    expect(JSON.parse((await till('reverse', paymentId, 'wrong article')).out)).toMatchObject({
      transaction: 'reversal',
      state: 'completed',
    });
    const refund = till('refund', '800', 'came back broken');
    await expect.poll(() => edge.payments.refunds.newest(), BUSY).toHaveLength(1);
    const [request] = edge.payments.refunds.newest();
    edge.payments.refunds.decide(request!.requestId, 'approve', { operatorId: 'mia', digest: request!.digest, where: 'console' });
    expect(await refund).toMatchObject({ code: 0, out: expect.stringContaining('"transaction":"refund"') });
    expect(JSON.parse((await till('hand-over', '3', 'mia', PASSCODE)).out)).toMatchObject({ differs: false, incomingOperatorId: 'mia' });
  });

  it('asks again with the same key when the answer is lost, waits out what is in doubt, and charges once', async () => {
    const terminal = store.terminals.get('t1')!;
    terminal.nextSale = 'lostAfterBooking';
    const sale = till('sell', '1250');
    await expect.poll(() => terminal.ledger.length, BUSY).toBe(1);
    await store.clock.until(() => edge.entries('PaymentResolved').length > 0);
    const first = await sale;
    expect(first).toMatchObject({ code: 0, said: expect.stringContaining('do not charge again') });
    const key = /key (\S+)/.exec(first.said)![1]!;
    await store.clock.until(() => !edge.terminals.get('t1')!.occupied);
    const { port } = new URL(server.base);
    await server.stop();
    const again = till('--key', key, 'sell', '1250');
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    server = new TestServer(store, edge, undefined, Number(port));
    await server.start();
    const second = await again;
    expect(second.said).toContain('asking again with the same key');
    expect(second.out).toBe(first.out);
    expect(terminal.ledger).toHaveLength(1);
  });

  it('shows refusals in the cashier’s language', async () => {
    edge.operators.signOff('t1', 'till');
    expect(await till('--language', 'zh', 'sell', '1250')).toMatchObject({
      code: 2,
      said: expect.stringContaining('refused (operatorNotSignedOn): 该终端尚无收银员上岗。'),
    });
    expect(await till('--till', 'till-2', 'sell', '1250')).toMatchObject({ code: 2, said: expect.stringContaining('wrongTill') });
    expect((await till('dance')).code).toBe(1);
  });
});
