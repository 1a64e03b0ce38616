import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { SeededRandom } from '../seeded-random.js';
import { type ObservedLine, observedLine } from './unionpay.fixtures.js';

const seed = process.env['UNIONPAY_SEED'] ?? String(Math.floor(Math.random() * 2 ** 32));

/** For lines on which answers get lost: long for a busy machine, short for whoever waits for the test. */
const IMPATIENT_MS = 500;

let line: ObservedLine;
afterEach(() => line.close());

/** Waits until events have come that are about what was just done. */
async function settled(check: () => boolean): Promise<void> {
  for (let waited = 0; !check() && waited < 3_000; waited += 5) await sleep(5);
  expect(check(), line.kinds().join(' ')).toBe(true);
}

async function told(kind: string, times = 1): Promise<void> {
  await settled(() => line.kinds().filter((one) => one === kind).length >= times);
}

describe(`the observer on a line between a terminal and its host (UNIONPAY_SEED=${seed})`, () => {
  it('tells a whole day: sign-on, sales, void, refund, echo, settlement, sign-off', async () => {
    line = await observedLine(seed);
    const { terminal, host } = line;
    expect(await terminal.signOn()).toMatchObject({ outcome: 'approved' });
    const sale = await terminal.sale(12_345);
    host.inject({ fault: 'decline', on: 'sale', responseCode: '51' });
    await terminal.sale(500);
    await terminal.void(sale.traceNo);
    await terminal.refund(300);
    await terminal.echo();
    await terminal.status();
    expect(await terminal.settle()).toBe('balanced');
    await terminal.signOff();
    await told('SignedOff');
    expect(line.kinds()).toEqual([
      'SignedOn',
      'ClockSeen',
      'SaleObserved',
      'SaleObserved',
      'VoidObserved',
      'RefundObserved',
      'EchoAnswered',
      'StatusReported',
      'SettlementStarted',
      'SettlementBalanced',
      'SignedOff',
    ]);
    expect(line.events[2]).toMatchObject({
      terminalId: 'TW000001',
      merchantId: 'TILLWARD0000001',
      batchNo: 1,
      traceNo: sale.traceNo,
      approved: true,
      responseCode: '00',
    });
    expect(line.events[3]).toMatchObject({ approved: false, responseCode: '51' });
    expect(line.events[9]).toMatchObject({
      totals: {
        domestic: { debitAmountMinor: 12_345, debitCount: 1, creditAmountMinor: 12_645, creditCount: 2, agreement: 'balanced' },
      },
    });
    expect(line.relay.terminals()).toMatchObject([{ signOn: 'signedOff', settlement: 'closed', reversalsPending: [], pending: [] }]);
    expect(line.breaks).toEqual([]);
    expect(line.relay.stats()).toMatchObject({ unreadable: 0, unpaired: 0, failures: 0 });
  });

  it('flags a sale without sign-on, whether the host takes it or not', async () => {
    line = await observedLine(seed, { host: { requireSignOn: false } });
    const { terminal } = line;
    await terminal.signOn();
    await terminal.signOff();
    expect(await terminal.sale(700)).toMatchObject({ outcome: 'approved' });
    await told('SaleObserved');
    expect(line.kinds().slice(-2)).toEqual(['SaleWithoutSignOn', 'SaleObserved']);
    expect(line.events.at(-1)).toMatchObject({ approved: true });
  });

  it('sees a lost answer, the reversal that follows, and its end; the two ledgers agree', async () => {
    line = await observedLine(seed, { terminal: { answerTimeoutMs: IMPATIENT_MS } });
    const { terminal, host } = line;
    await terminal.signOn();
    host.inject({ fault: 'noAnswer', on: 'sale', booked: true });
    const lost = await terminal.sale(900);
    expect(lost.outcome).toBe('noAnswer');
    await told('AnswerMissing');
    expect(await terminal.sale(100)).toMatchObject({ outcome: 'approved' });
    await told('SaleObserved');
    expect(line.kinds().slice(2)).toEqual(['AnswerMissing', 'ReversalSeen', 'ReversalConfirmed', 'SaleObserved']);
    expect(line.events[3]).toMatchObject({ traceNo: lost.traceNo, reason: '98' });
    expect(await terminal.settle()).toBe('balanced');
    const booked = host.lines().map(({ kind, traceNo, amountMinor }) => [kind, traceNo, amountMinor]);
    expect(booked).toEqual([
      ['sale', lost.traceNo, 900],
      ['reversal', lost.traceNo, 900],
      ['sale', lost.traceNo + 1, 100],
      ['settlement', lost.traceNo + 2, 100],
    ]);
  });

  it('keeps a reversal the host does not answer pending, and counts its attempts as one', async () => {
    line = await observedLine(seed, { terminal: { answerTimeoutMs: IMPATIENT_MS } });
    const { terminal, host } = line;
    await terminal.signOn();
    host.inject({ fault: 'noAnswer', on: 'sale', booked: true });
    await terminal.sale(900);
    for (let n = 0; n < 3; n++) host.inject({ fault: 'noAnswer', on: 'reversal', booked: false });
    expect(await terminal.settle()).toBe('reversalPending');
    await settled(() => line.relay.terminals()[0]?.pending.length === 0);
    expect(line.kinds().filter((kind) => kind === 'ReversalSeen')).toHaveLength(1);
    expect(line.relay.terminals()).toMatchObject([{ reversalsPending: [2] }]);
    expect(await terminal.settle()).toBe('balanced');
    await told('SettlementBalanced');
    expect(line.relay.terminals()).toMatchObject([{ reversalsPending: [] }]);
  });

  it('undoes a void whose answer was lost, after a restart of the host too', async () => {
    line = await observedLine(seed);
    const { terminal, host } = line;
    await terminal.signOn();
    const sale = await terminal.sale(4_200);
    host.inject({ fault: 'drop', on: 'void', booked: true });
    expect((await terminal.void(sale.traceNo)).outcome).toBe('noAnswer');
    await terminal.echo();
    expect(await terminal.settle()).toBe('balanced');
    await told('SettlementBalanced');
    expect(line.kinds()).toContain('ReversalConfirmed');
    expect(host.lines().map(({ kind }) => kind)).toEqual(['sale', 'reversal', 'sale', 'settlement']);
    expect(host.lines().at(-1)).toMatchObject({ amountMinor: 4_200 });
  });

  it('follows a settlement that differs through its upload', async () => {
    line = await observedLine(seed);
    const { terminal, host } = line;
    await terminal.signOn();
    for (let n = 0; n < 11; n++) await terminal.sale(100 + n);
    host.inject({ fault: 'unbalanced' });
    expect(await terminal.settle()).toBe('uploaded');
    await told('BatchUploadEnded');
    expect(line.kinds().slice(-3)).toEqual(['SettlementStarted', 'SettlementUnbalanced', 'BatchUploadEnded']);
    expect(line.events.at(-1)).toMatchObject({ messages: 3, batchNo: 1 });
    expect(line.relay.terminals()).toMatchObject([{ settlement: 'closed' }]);
    await terminal.signOn();
    await told('SignedOn', 2);
    expect(line.relay.terminals()).toMatchObject([{ settlement: 'open', batchNo: 2 }]);
  });

  it('goes on after garbage, a late answer, a dropped line and a host that is down', async () => {
    line = await observedLine(seed, { terminal: { answerTimeoutMs: IMPATIENT_MS } });
    const { terminal, host } = line;
    await terminal.signOn();
    host.inject({ fault: 'garbage', on: 'sale' });
    host.inject({ fault: 'late', on: 'sale', ms: 2 * IMPATIENT_MS });
    host.inject({ fault: 'drop', on: 'sale', booked: true });
    for (let n = 0; n < 3; n++) expect((await terminal.sale(100)).outcome).toBe('noAnswer');
    host.inject({ fault: 'hostDown' });
    expect((await terminal.echo()).outcome).not.toBe('approved');
    host.inject({ fault: 'hostUp' });
    expect((await terminal.sale(100)).outcome).toBe('approved');
    expect(await terminal.settle()).toBe('balanced');
    await told('SettlementBalanced');
    expect(line.kinds().filter((kind) => kind === 'AnswerMissing')).toHaveLength(3);
    expect(line.kinds().filter((kind) => kind === 'ReversalConfirmed')).toHaveLength(3);
  });

  it('reads frames cut into single bytes, from both ends, on one line that is kept', async () => {
    const segments = (frame: Buffer) => Array.from(frame, (byte) => Buffer.of(byte));
    line = await observedLine(seed, { terminal: { segments, connection: 'kept' } });
    line.host.inject({ fault: 'split', active: true });
    await line.terminal.signOn();
    await line.terminal.sale(100);
    expect(await line.terminal.settle()).toBe('balanced');
    await told('SettlementBalanced');
    expect(line.kinds()).toEqual(['SignedOn', 'ClockSeen', 'SaleObserved', 'SettlementStarted', 'SettlementBalanced']);
    expect(line.relay.stats()).toMatchObject({ accepted: 1, unreadable: 0 });
  });

  it('tells terminals apart that work at the same time', async () => {
    line = await observedLine(seed);
    const ids = ['TW000001', 'TW000002', 'TW000003', 'TW000004'];
    const terminals = ids.map((terminalId, n) => (n === 0 ? line.terminal : line.another({ terminalId })));
    await Promise.all(
      terminals.map(async (terminal, n) => {
        await terminal.signOn();
        for (let sale = 0; sale <= n; sale++) await terminal.sale(100);
        await terminal.settle();
      }),
    );
    await told('SettlementBalanced', 4);
    for (const [n, id] of ids.entries()) {
      const own = line.events.filter(({ terminalId }) => terminalId === id).map(({ kind }) => kind);
      expect(own).toEqual(['SignedOn', 'ClockSeen', ...Array(n + 1).fill('SaleObserved'), 'SettlementStarted', 'SettlementBalanced']);
    }
  });
});

describe(`what may not come out (UNIONPAY_SEED=${seed})`, () => {
  it('nothing that was sent where card data would be is in an event, a break, a state, a view or a file', async () => {
    line = await observedLine(seed, { terminal: { answerTimeoutMs: IMPATIENT_MS } });
    const { terminal, host } = line;
    const random = new SeededRandom(`${seed}/canaries`);
    await terminal.signOn();
    for (let n = 0; n < 25; n++) {
      if (random.chance(0.1)) host.inject({ fault: 'garbage', on: 'sale' });
      if (random.chance(0.1)) host.inject({ fault: 'drop', on: 'sale', booked: true });
      await terminal.sale(random.integer(100, 10_000));
      if (random.chance(0.2)) await terminal.refund(50);
    }
    host.inject({ fault: 'unbalanced' });
    expect(await terminal.settle()).toBe('uploaded');
    await told('BatchUploadEnded');
    const files = readdirSync(line.dataDir, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    const everything = [
      ...[line.events, line.breaks, line.relay.terminals(), line.relay.stats(), host.view(), terminal.view()].map((part) =>
        JSON.stringify(part),
      ),
      ...files.map((file) => readFileSync(join(file.parentPath, file.name), 'utf8')),
    ].join('\n');
    expect(files.length).toBeGreaterThan(1);
    expect(line.kinds().filter((kind) => kind === 'SaleObserved').length).toBeGreaterThan(10);
    // Eight fields a sale, and the numbers of the upload; the four digits of field 14 say nothing about where they come from.
    const canaries = terminal.cardFieldsSent.filter((sent) => sent.length >= 8);
    expect(canaries.length).toBeGreaterThan(100);
    for (const canary of canaries) {
      for (let at = 0; at + 8 <= canary.length; at += 4) {
        const part = canary.slice(at, at + 8);
        if (everything.includes(part)) expect.fail(`${part} came out`);
      }
    }
  });
});
