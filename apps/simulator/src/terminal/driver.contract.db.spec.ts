import { createServer } from 'node:net';
import { judgeEnquiry, judgeSettlement } from '@tillward/driver';
import { ZvtDriver } from '@tillward/driver-zvt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TERMINAL_STEPS, type TerminalStep } from './faults.js';
import { SHORT_TIMES, terminalWithDriver } from './terminal.fixtures.js';

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
/** Waits until the terminal has finished what it was doing when the link went. */
const quiet = () => expect.poll(() => rig.terminal.view().running, { timeout: 5_000 }).toBe(false);
/** An observer and a promise of the first intermediate status: from then on the sale is in the middle. */
const inTheMiddle = (code: number) => {
  let reached: () => void = () => undefined;
  const middle = new Promise<void>((resolve) => {
    reached = resolve;
  });
  return { middle, observer: { progress: (shown: number) => shown === code && reached() } };
};

beforeEach(async () => {
  rig = await terminalWithDriver();
});
afterEach(async () => {
  expect(rig.failures).toEqual([]);
  await rig.close();
});

describe('a day at a terminal', () => {
  it('signs on, sells, settles and signs off; the ledger saw the same', async () => {
    await signedOn();
    expect(await rig.driver.status()).toMatchObject({ kind: 'answered', power: 'on', service: 'ready', statusByte: 0 });
    const progress: number[] = [];
    let sent = 0;
    const observer = { progress: (code: number) => progress.push(code), sent: () => sent++ };
    const sold = await rig.driver.pay({ ...rig.sale, observer });
    const line = rig.terminal.ledger[0]!;
    expect(sold).toMatchObject({
      kind: 'booked',
      details: { amountMinor: 1_250, currency: 'EUR', traceNo: line.traceNo, receiptNo: line.receiptNo, cardLast4: line.cardLast4 },
    });
    expect(sent).toBe(1);
    expect(progress).toEqual([0x0a, 0x17]);
    const receipt = (sold.kind === 'booked' && sold.receipt) || [];
    expect(receipt).toContain('** MERCHANT COPY **');
    expect(receipt).not.toContain('** CUSTOMER COPY **');
    expect(await rig.driver.totals()).toEqual({ kind: 'totals', totals: { currency: 'EUR', amountMinor: 1_250, count: 1 } });
    const settled = await rig.driver.settle();
    expect(settled).toMatchObject({ kind: 'settled', hostTotals: { currency: 'EUR', amountMinor: 1_250, count: 1 } });
    expect(await rig.driver.totals()).toMatchObject({ totals: { amountMinor: 0, count: 0 } });
    expect(rig.terminal.ledger.map(({ kind, batch }) => [kind, batch])).toEqual([
      ['sale', 1],
      ['settlement', 1],
    ]);
    expect(await rig.driver.signOff()).toEqual({ kind: 'done' });
    expect(rig.terminal.view()).toMatchObject({ registered: false });
  });

  it('needs a sign-on before money moves: 51 is cured by 06 93', async () => {
    expect(await rig.driver.status()).toMatchObject({ service: 'signOnNeeded', statusByte: 0x51 });
    expect(await rig.driver.pay(rig.sale)).toMatchObject({ kind: 'failed', code: 'signOnNeeded' });
    expect(await rig.driver.settle()).toMatchObject({ kind: 'refused', resultCode: '51' });
    expect(await rig.driver.signOn()).toEqual({ kind: 'done' });
    expect(await rig.driver.pay(rig.sale)).toMatchObject({ kind: 'booked' });
  });

  it('tells a decline from a failure', async () => {
    await signedOn();
    rig.terminal.inject({ fault: 'declineNext', resultCode: 0x71 });
    expect(await rig.driver.pay(rig.sale)).toEqual({ kind: 'declined', resultCode: '71', detail: 'not enough credit' });
    expect(await rig.driver.pay({ amountMinor: 100, currency: 'CHF' })).toMatchObject({ kind: 'failed', code: 'terminalRefused' });
    expect(await rig.driver.pay({ ...rig.sale, currency: 'XXX' })).toMatchObject({ kind: 'failed', code: 'unsupportedCurrency' });
    expect(await rig.driver.pay({ ...rig.sale, signal: { aborted: true } })).toMatchObject({ kind: 'failed', code: 'cancelled' });
    expect(rig.terminal.ledger).toEqual([]);
  });

  it('is refused by a printer out of paper, an inserted card, and an open settlement', async () => {
    await signedOn();
    for (const fault of ['printerNotReady', 'cardInserted', 'settlementNeeded'] as const) {
      rig.terminal.inject({ fault, active: true });
      expect(await rig.driver.status()).toMatchObject({ service: fault });
      expect(await rig.driver.pay(rig.sale)).toMatchObject({ kind: 'failed', code: 'terminalRefused' });
      rig.terminal.inject({ fault: 'clear' });
    }
    rig.terminal.inject({ fault: 'settlementNeeded', active: true });
    expect(await rig.driver.settle()).toMatchObject({ kind: 'settled' });
    expect(await rig.driver.pay(rig.sale)).toMatchObject({ kind: 'booked' });
  });

  it('runs one command at a time', async () => {
    await signedOn({ cardMs: [300, 300] });
    const first = rig.driver.pay(rig.sale);
    expect(await rig.driver.pay(rig.sale)).toMatchObject({ kind: 'failed', code: 'terminalBusy' });
    expect(await rig.driver.settle()).toMatchObject({ kind: 'refused', code: 'terminalBusy' });
    expect(await rig.driver.status()).toEqual({ kind: 'busy', power: 'on' });
    expect(await first).toMatchObject({ kind: 'booked' });
    rig.terminal.inject({ fault: 'busy', seconds: 60 });
    expect(await rig.driver.pay(rig.sale)).toMatchObject({ kind: 'failed', code: 'terminalBusy' });
    expect(await rig.driver.status()).toMatchObject({ service: 'busy' });
    expect(rig.terminal.ledger).toHaveLength(1);
  });

  it('counts connecting and registering as a command: the second caller is told so', async () => {
    await signedOn();
    await rig.driver.close();
    const [first, second] = await Promise.all([rig.driver.pay(rig.sale), rig.driver.pay(rig.sale)]);
    expect(first).toMatchObject({ kind: 'booked' });
    expect(second).toMatchObject({ kind: 'failed', code: 'terminalBusy' });
  });
});

describe('the host', () => {
  it('down at settlement: refused, the batch stays, and settles when it is back', async () => {
    await signedOn();
    await rig.driver.pay(rig.sale);
    rig.terminal.inject({ fault: 'hostDown' });
    expect(await rig.driver.settle()).toMatchObject({ kind: 'refused', code: 'hostUnreachable', resultCode: 'a3' });
    expect(await rig.driver.signOn()).toMatchObject({ kind: 'failed', code: 'hostUnreachable' });
    expect(await rig.driver.totals()).toMatchObject({ totals: { amountMinor: 1_250, count: 1 } });
    rig.terminal.inject({ fault: 'hostUp' });
    expect(await rig.driver.settle()).toMatchObject({ kind: 'settled', hostTotals: { amountMinor: 1_250 } });
  });
});

describe('a sale that is cut off', () => {
  it('after booking is in doubt, and 06 20 03 03 tells the truth', async () => {
    await signedOn();
    await rig.driver.pay(rig.sale);
    const known = await rig.driver.enquireLostOutcome();
    const lastKnownTraceNo = known.kind === 'lastTransaction' ? known.details.traceNo : null;
    rig.terminal.inject({ fault: 'cutAfterBooking' });
    const sale = { amountMinor: 7_700, currency: 'EUR' };
    expect(await rig.driver.pay(sale)).toMatchObject({ kind: 'inDoubt' });
    const answer = await rig.driver.enquireLostOutcome();
    expect(answer).toMatchObject({ kind: 'lastTransaction', details: { amountMinor: 7_700, traceNo: rig.terminal.ledger[1]!.traceNo } });
    expect(judgeEnquiry({ ...sale, lastKnownTraceNo }, answer)).toBe('booked');
    expect(rig.terminal.ledger).toHaveLength(2);
  });

  const BOOKED: Record<TerminalStep, boolean> = {
    beforeAck: false,
    afterAck: false,
    afterIntermediate: false,
    beforeBooking: true,
    afterBooking: true,
    afterStatus: true,
    beforeCompletion: true,
  };
  it.each(TERMINAL_STEPS)('at step %s is in doubt and is resolved by enquiry to what the ledger says', async (step) => {
    await signedOn();
    expect(await rig.driver.enquireLostOutcome()).toEqual({ kind: 'none' });
    rig.terminal.inject({ fault: 'dropAtStep', step, command: 'authorisation' });
    expect(await rig.driver.pay(rig.sale)).toMatchObject({ kind: 'inDoubt' });
    await quiet();
    const verdict = judgeEnquiry({ ...rig.sale, lastKnownTraceNo: null }, await rig.driver.enquireLostOutcome());
    expect(verdict).toBe(BOOKED[step] ? 'booked' : 'notBooked');
    expect(rig.terminal.ledger).toHaveLength(BOOKED[step] ? 1 : 0);
  });

  it.each(['afterAck', 'afterBooking'] as const)('by garbage at step %s is in doubt', async (step) => {
    await signedOn();
    rig.terminal.inject({ fault: 'garbageAtStep', step, command: 'authorisation' });
    expect(await rig.driver.pay(rig.sale)).toMatchObject({ kind: 'inDoubt' });
    await quiet();
    expect(await rig.driver.pay(rig.sale)).toMatchObject({ kind: 'booked' });
  });

  it('by T3 or T4 is in doubt; the terminal finishes on its own', async () => {
    await signedOn();
    rig.terminal.inject({ fault: 'delayAtStep', step: 'beforeAck', command: 'authorisation', ms: 900 });
    expect(await rig.driver.pay(rig.sale)).toMatchObject({ kind: 'inDoubt', reason: expect.stringContaining('noAnswerInT3') });
    await quiet();
    expect(rig.terminal.ledger).toEqual([]);
    rig.terminal.inject({ fault: 'delayAtStep', step: 'beforeBooking', command: 'authorisation', ms: 1_600 });
    expect(await rig.driver.pay(rig.sale)).toMatchObject({ kind: 'inDoubt', reason: expect.stringContaining('noCompletionInT4') });
    await quiet();
    expect(rig.terminal.ledger).toHaveLength(1);
  });

  it('by power-off before booking has never happened', async () => {
    await signedOn({ hostMs: [400, 400] });
    const { middle, observer } = inTheMiddle(0x17);
    const lost = rig.driver.pay({ ...rig.sale, observer });
    await middle;
    await rig.terminal.powerOff();
    expect(await lost).toMatchObject({ kind: 'inDoubt' });
    expect(rig.terminal.ledger).toEqual([]);
    await rig.terminal.powerOn();
    expect(await rig.driver.enquireLostOutcome()).toEqual({ kind: 'none' });
  });
});

describe('a settlement that is cut off', () => {
  it.each(['afterAck', 'afterBooking'] as const)('at step %s is in doubt and is judged by the totals', async (step) => {
    await signedOn();
    await rig.driver.pay(rig.sale);
    const before = await rig.driver.totals();
    rig.terminal.inject({ fault: 'dropAtStep', step, command: 'endOfDay' });
    expect(await rig.driver.settle()).toMatchObject({ kind: 'inDoubt' });
    await quiet();
    const verdict = before.kind === 'totals' && judgeSettlement(before.totals, await rig.driver.totals());
    expect(verdict).toBe(step === 'afterBooking' ? 'settled' : 'notSettled');
  });
});

describe('power', () => {
  it('off really kills: nothing listens, and nothing is known of tills or sign-on afterwards', async () => {
    await signedOn();
    await rig.driver.pay(rig.sale);
    await rig.terminal.powerOff();
    expect(await rig.driver.status()).toMatchObject({ kind: 'unreachable', power: 'unknown' });
    expect(await rig.driver.pay(rig.sale)).toMatchObject({ kind: 'failed', code: 'terminalUnreachable' });
    await rig.terminal.powerOn();
    expect(await rig.driver.status()).toMatchObject({ service: 'signOnNeeded' });
    expect(await rig.driver.totals()).toMatchObject({ totals: { amountMinor: 1_250, count: 1 } });
    expect(await rig.driver.signOn()).toEqual({ kind: 'done' });
    expect(await rig.driver.pay(rig.sale)).toMatchObject({ kind: 'booked', details: { traceNo: 2 } });
  });

  it('a reboot in the middle of a sale leaves it in doubt and the terminal unregistered for a while', async () => {
    await signedOn({ cardMs: [400, 400] });
    const { middle, observer } = inTheMiddle(0x0a);
    const sale = rig.driver.pay({ ...rig.sale, observer });
    await middle;
    rig.terminal.inject({ fault: 'reboot', seconds: 0.8 });
    expect(await sale).toMatchObject({ kind: 'inDoubt' });
    expect(await rig.driver.register()).toMatchObject({ kind: 'failed', code: 'terminalUnreachable' });
    await expect.poll(() => rig.driver.register(), { timeout: 5_000 }).toEqual({ kind: 'done' });
    expect(await rig.driver.enquireLostOutcome()).toEqual({ kind: 'none' });
  });

  it('its memory outlives the process: counters, open batch, last transaction', async () => {
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
  it('carries everything when every byte is its own segment, as lines where blocks are not permitted', async () => {
    await signedOn({ fragmentation: 'bytes' });
    expect(await rig.driver.pay(rig.sale)).toMatchObject({ kind: 'booked', receipt: expect.arrayContaining(['APPROVED']) });
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
