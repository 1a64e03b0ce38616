import { createServer } from 'node:net';
import { judgeSettlement } from '@tillward/driver';
import { CONFIG, DEFAULT_CONFIG_BYTE, ZvtDriver } from '@tillward/driver-zvt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SHORT_TIMES, terminalWithDriver } from './terminal.fixtures.js';

// What ZVT has beyond the contract of all drivers.

type Rig = Awaited<ReturnType<typeof terminalWithDriver>>;

let rig: Rig;
const open = async (...args: Parameters<typeof terminalWithDriver>): Promise<Rig> => {
  await rig.close();
  rig = await terminalWithDriver(...args);
  return rig;
};
const signedOn = async (...args: Parameters<typeof terminalWithDriver>): Promise<Rig> => {
  await open(...args);
  expect(await rig.driver.signOn()).toEqual({ kind: 'done' });
  return rig;
};

beforeEach(async () => {
  rig = await terminalWithDriver();
});
afterEach(async () => {
  expect(rig.failures).toEqual([]);
  await rig.close();
});

describe('a day at a ZVT terminal', () => {
  it('tells what the ledger knows, shows the customer’s steps, and keeps the merchant’s copy', async () => {
    await signedOn();
    const progress: number[] = [];
    const sold = await rig.driver.pay({ ...rig.sale, observer: { progress: (code) => progress.push(code) } });
    const line = rig.terminal.ledger[0]!;
    expect(sold).toMatchObject({
      kind: 'booked',
      details: { amountMinor: 1_250, currency: 'EUR', traceNo: line.traceNo, receiptNo: line.receiptNo, cardLast4: line.cardLast4 },
    });
    expect(progress).toEqual([0x0a, 0x17]);
    const receipt = (sold.kind === 'booked' && sold.receipt) || [];
    expect(receipt).toContain('** MERCHANT COPY **');
    expect(receipt).not.toContain('** CUSTOMER COPY **');
    const settled = await rig.driver.settle();
    expect(settled).toMatchObject({ kind: 'settled', hostTotals: { currency: 'EUR', amountMinor: 1_250, count: 1 } });
    expect(rig.terminal.ledger.map(({ kind, batch }) => [kind, batch])).toEqual([
      ['sale', 1],
      ['settlement', 1],
    ]);
    expect(await rig.driver.signOff()).toEqual({ kind: 'done' });
    expect(rig.terminal.view()).toMatchObject({ registered: false });
  });

  it('splits the totals by card', async () => {
    await signedOn();
    for (let i = 0; i < 6; i++) await rig.driver.pay(rig.sale);
    const answer = await rig.driver.totals();
    expect(answer).toMatchObject({ kind: 'totals', totals: { amountMinor: 7_500, count: 6 } });
    const byCard = (answer.kind === 'totals' && answer.byCard) || [];
    expect(byCard.length).toBeGreaterThan(1);
    expect(byCard.reduce((sum, { amountMinor }) => sum + amountMinor, 0)).toBe(7_500);
  });

  it('tells a decline from a failure', async () => {
    await signedOn();
    rig.terminal.inject({ fault: 'declineNext', resultCode: 0x71 });
    expect(await rig.driver.pay(rig.sale)).toEqual({ kind: 'declined', resultCode: '71', detail: 'not enough credit' });
    expect(await rig.driver.pay({ ...rig.sale, currency: 'CHF' })).toMatchObject({ kind: 'failed', code: 'terminalRefused' });
    rig.terminal.inject({ fault: 'hostDown' });
    expect(await rig.driver.settle()).toMatchObject({ kind: 'refused', code: 'hostUnreachable', resultCode: 'a3' });
    rig.terminal.inject({ fault: 'hostUp' });
    rig.terminal.inject({ fault: 'endOfDayImpossible' });
    expect(await rig.driver.settle()).toMatchObject({ kind: 'refused', code: 'settlementRefused', resultCode: '77' });
    expect(rig.terminal.ledger).toEqual([]);
  });

  it('names every state, and what cures it', async () => {
    await signedOn();
    const cures = {
      diagnosisNeeded: () => rig.driver.diagnose('host'),
      clockWrong: () => rig.driver.setTime('2026-11-21T20:15:00'),
      settlementNeeded: () => rig.driver.settle(),
      signOnNeeded: () => rig.driver.signOn(),
      printerNotReady: async () => rig.terminal.inject({ fault: 'clear' }),
      cardInserted: async () => rig.terminal.inject({ fault: 'clear' }),
      outOfOrder: async () => rig.terminal.inject({ fault: 'clear' }),
      activationNeeded: async () => rig.terminal.inject({ fault: 'clear' }),
    };
    for (const [service, cure] of Object.entries(cures)) {
      const fault = service as keyof typeof cures;
      rig.terminal.inject(fault === 'clockWrong' ? { fault, active: true, offsetSeconds: 3_600 } : { fault, active: true });
      expect(await rig.driver.status()).toMatchObject({ kind: 'answered', service });
      expect(await rig.driver.pay(rig.sale)).toMatchObject({ kind: 'failed' });
      await cure();
      expect(await rig.driver.status()).toMatchObject({ service: 'ready' });
    }
    expect(await rig.driver.pay(rig.sale)).toMatchObject({ kind: 'booked' });
  });

  it('tells of itself in the extended status', async () => {
    await signedOn({ dailyRebootAt: '03:30' });
    const status = await rig.driver.status();
    expect(status).toMatchObject({
      device: {
        model: 'Tillward Simulated Terminal',
        clock: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
        nextRebootAt: expect.stringMatching(/T03:30:00$/),
      },
    });
  });

  it('counts connecting and registering as a command: the second caller is told so', async () => {
    await signedOn();
    await rig.driver.close();
    const [first, second] = await Promise.all([rig.driver.pay(rig.sale), rig.driver.pay(rig.sale)]);
    expect(first).toMatchObject({ kind: 'booked' });
    expect(second).toMatchObject({ kind: 'failed', code: 'terminalBusy' });
  });
});

describe('what is lost', () => {
  it('by T3 or T4 says so; the terminal finishes on its own', async () => {
    await signedOn();
    rig.terminal.inject({ fault: 'delayAtStep', step: 'beforeAck', command: 'authorisation', ms: 900 });
    expect(await rig.driver.pay(rig.sale)).toMatchObject({ kind: 'inDoubt', reason: expect.stringContaining('noAnswerInT3') });
    await rig.quiet();
    expect(rig.terminal.ledger).toEqual([]);
    rig.terminal.inject({ fault: 'delayAtStep', step: 'beforeBooking', command: 'authorisation', ms: 1_600 });
    expect(await rig.driver.pay(rig.sale)).toMatchObject({ kind: 'inDoubt', reason: expect.stringContaining('noCompletionInT4') });
    await rig.quiet();
    expect(rig.terminal.ledger).toHaveLength(1);
  });

  it('with the 04 0F alone is in doubt, although the command was completed', async () => {
    await signedOn();
    rig.terminal.inject({ fault: 'loseStatus', command: 'authorisation' });
    expect(await rig.driver.pay(rig.sale)).toMatchObject({ kind: 'inDoubt' });
    expect(await rig.driver.enquireLostOutcome()).toMatchObject({ kind: 'lastTransaction', details: { traceNo: 1 } });
  });

  it.each(['afterAck', 'afterBooking'] as const)('of a settlement at step %s is judged by the totals', async (step) => {
    await signedOn();
    await rig.driver.pay(rig.sale);
    const before = await rig.driver.totals();
    rig.terminal.inject({ fault: 'dropAtStep', step, command: 'endOfDay' });
    expect(await rig.driver.settle()).toMatchObject({ kind: 'inDoubt' });
    await rig.quiet();
    const verdict = before.kind === 'totals' && judgeSettlement(before.totals, await rig.driver.totals());
    expect(verdict).toBe(step === 'afterBooking' ? 'settled' : 'notSettled');
  });
});

describe('its memory', () => {
  it('outlives the process: counters, open batch, last transaction', async () => {
    await signedOn();
    await rig.driver.pay(rig.sale);
    await rig.driver.close();
    await rig.terminal.close();
    const again = await terminalWithDriver({ dataDir: rig.options.dataDir });
    try {
      expect(await again.driver.enquireLostOutcome()).toMatchObject({
        kind: 'lastTransaction',
        details: { traceNo: 1, amountMinor: 1_250 },
      });
      expect(again.terminal.view()).toMatchObject({ batch: { no: 1, count: 1, amountMinor: 1_250 } });
    } finally {
      await again.close();
    }
    rig = await terminalWithDriver();
  });
});

describe('the wire', () => {
  it.each(['none', 'random', 'bytes', 'joined'] as const)(
    'carries everything whole when it is cut like this: %s',
    async (fragmentation) => {
      await signedOn({ fragmentation });
      for (let i = 0; i < 3; i++) {
        expect(await rig.driver.pay(rig.sale)).toMatchObject({ kind: 'booked', receipt: expect.arrayContaining(['APPROVED']) });
      }
    },
  );

  it('carries receipts as lines, or none, as the till registered', async () => {
    await signedOn({}, SHORT_TIMES, { receipts: 'lines' });
    expect(await rig.driver.pay(rig.sale)).toMatchObject({ kind: 'booked', receipt: expect.arrayContaining(['APPROVED']) });
    await signedOn({}, SHORT_TIMES, { configByte: DEFAULT_CONFIG_BYTE & ~CONFIG.tillPrintsPayments });
    const sold = await rig.driver.pay(rig.sale);
    expect([sold.kind, 'receipt' in sold]).toEqual(['booked', false]);
  });

  it.each(['cp437', 'latin1', 'zvt7', 'utf8'] as const)('carries umlauts in %s', async (characterSet) => {
    await signedOn({ storeName: 'Köln Süd', characterSet }, SHORT_TIMES, { characterSet });
    const sold = await rig.driver.pay(rig.sale);
    expect(sold.kind === 'booked' && sold.receipt?.[0]).toBe('Köln Süd');
  });

  it('tells the terminal when we can not print; the sale is booked all the same', async () => {
    await signedOn({}, SHORT_TIMES, { canPrint: () => false });
    expect(await rig.driver.pay(rig.sale)).toMatchObject({ kind: 'booked' });
    expect(rig.terminal.ledger).toHaveLength(1);
  });

  it('drops a link that answers nothing, and never connects twice for one command', async () => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = address && typeof address === 'object' ? address.port : 0;
    let connections = 0;
    server.on('connection', () => connections++);
    const driver = new ZvtDriver({ host: '127.0.0.1', port, password: '000000', currency: 'EUR', times: SHORT_TIMES });
    expect(await driver.pay(rig.sale)).toMatchObject({ kind: 'failed', code: 'terminalUnreachable' });
    expect(connections).toBe(1);
    await driver.close();
    server.close();
  });
});
