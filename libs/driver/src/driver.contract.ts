import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DialogueFrame } from './dialogue.js';
import { type EnquiryVerdict, judgeEnquiry, judgeSettlement, totalsAgree } from './enquiry.rules.js';
import { orderReference, type PaymentOrder, type ReversalOrder } from './orders.js';
import type { PaymentBooked, PaymentOutcome, TransactionKind } from './outcomes.js';
import { DRIVER_OPERATIONS, type DriverOperation, type TerminalDriver, UndeclaredOperationError } from './terminal-driver.js';
import type { DriverTraits, MakeRig, RigOptions, TerminalRig } from './terminal-rig.contract.js';

export * from './terminal-rig.contract.js';

/** How long a terminal of a rig may take to come back, or to give a usable answer again. */
const PATIENCE = { timeout: 10_000, interval: 50 };
/** A customer who takes long enough for something to happen meanwhile. */
const SLOW: RigOptions = { customerMs: 800 };
const AMOUNT = 1_250;

/**
 * What every terminal driver owes, tested against the simulator of its protocol: it does what it declares and throws for the rest; whatever
 * is cut, late, doubled or broken ends as known or in doubt and never as a wrong answer; what is in doubt is found out by asking; nothing
 * is booked twice. The simulator's ledger is the witness, not the driver.
 */
export function describeTerminalDriver(name: string, traits: DriverTraits, makeRig: MakeRig): void {
  describe(`${name} keeps the contract of terminal drivers`, () => {
    const bench = new Bench(makeRig);
    beforeEach(() => bench.open());
    afterEach(() => bench.close());
    describeDeclared(bench, traits);
    describeUndeclared(bench, traits);
    describeMoneyBack(bench, traits);
    describeService(bench, traits);
    describeLostSales(bench, traits);
    describeOtherLosses(bench, traits);
    describeRefusals(bench, traits);
    describePower(bench);
  });
}

/** One test's rig, with what an agent knows: the orders it gave and the last trace number it heard. */
class Bench {
  rig!: TerminalRig;
  private orderNo = 0;
  private lastKnownTraceNo: number | null = null;

  constructor(private readonly makeRig: MakeRig) {}

  get driver(): TerminalDriver {
    return this.rig.driver;
  }

  async open(options?: RigOptions): Promise<void> {
    this.rig = await this.makeRig(options);
    this.orderNo = 0;
    this.lastKnownTraceNo = null;
  }

  async close(): Promise<void> {
    await this.rig.close();
  }

  /** A signed-on terminal; with options, a new one. */
  async signedOn(options?: RigOptions): Promise<void> {
    if (options) {
      await this.close();
      await this.open(options);
    }
    expect(await this.driver.signOn()).toEqual({ kind: 'done' });
  }

  order(amountMinor = AMOUNT): PaymentOrder {
    this.orderNo += 1;
    return { amountMinor, currency: this.rig.currency, reference: orderReference(this.orderNo, 'TEST') };
  }

  /** Sells; the sale must be booked. */
  async sold(amountMinor = AMOUNT): Promise<PaymentBooked> {
    return this.booked(await this.driver.pay(this.order(amountMinor)));
  }

  /** Takes an outcome that must be `booked`, and remembers its trace number as an agent would. */
  booked(outcome: PaymentOutcome): PaymentBooked {
    expect(outcome).toMatchObject({ kind: 'booked' });
    const booked = outcome as PaymentBooked;
    this.lastKnownTraceNo = booked.details.traceNo;
    return booked;
  }

  reversalOf({ details }: PaymentBooked, amountMinor = details.amountMinor): ReversalOrder {
    const { traceNo, receiptNo, providerReference, bookedAt } = details;
    return {
      ...this.order(amountMinor),
      originalMinor: details.amountMinor,
      original: {
        traceNo,
        ...(receiptNo === undefined ? {} : { receiptNo }),
        ...(providerReference === undefined ? {} : { providerReference }),
        ...(bookedAt === undefined ? {} : { bookedAt }),
      },
    };
  }

  /** Finds out about a lost order by asking, as long as the terminal gives no usable answer; then everything must agree with the ledger. */
  async resolved(order: PaymentOrder, transaction: TransactionKind = 'sale'): Promise<EnquiryVerdict> {
    await this.rig.quiet();
    const expected = { transaction, amountMinor: order.amountMinor, currency: order.currency, lastKnownTraceNo: this.lastKnownTraceNo };
    const ask = async () => judgeEnquiry(expected, await this.driver.enquireLostOutcome({ reference: order.reference, transaction }));
    let verdict: EnquiryVerdict = 'unknown';
    await expect
      .poll(async () => {
        verdict = await ask();
        return verdict;
      }, PATIENCE)
      .not.toBe('unknown');
    const booked = this.kinds(transaction).length;
    expect(await ask()).toBe(verdict);
    expect(this.kinds(transaction)).toHaveLength(booked);
    return verdict;
  }

  /** The ledger's lines of one kind. */
  kinds(kind: TransactionKind | 'settlement') {
    return this.rig.ledger().filter((line) => line.kind === kind);
  }

  /** Waits until the terminal is in the middle of a command. */
  async inTheMiddle(): Promise<void> {
    await expect.poll(() => this.rig.running(), { timeout: 5_000, interval: 5 }).toBe(true);
  }

  /** Waits until the terminal answers a status enquiry. */
  async answering(): Promise<void> {
    await expect.poll(async () => (await this.driver.status()).kind, PATIENCE).toBe('answered');
  }

  /** Signs on again if need be and sells once more: nothing of what went before is in the way. */
  async worksAgain(): Promise<void> {
    await this.rig.quiet();
    await expect.poll(() => this.driver.signOn(), PATIENCE).toEqual({ kind: 'done' });
    const before = this.kinds('sale').length;
    await this.sold(990);
    expect(this.kinds('sale')).toHaveLength(before + 1);
  }
}

/** Calls an operation with sensible arguments. */
function call(bench: Bench, operation: DriverOperation): Promise<unknown> {
  const { driver } = bench;
  switch (operation) {
    case 'pay':
      return driver.pay(bench.order());
    case 'refund':
      return driver.refund(bench.order());
    case 'reverse':
      return driver.reverse({ ...bench.order(), originalMinor: AMOUNT, original: { traceNo: 1, receiptNo: 1 } });
    case 'reprint':
      return driver.reprint({ which: 'last' });
    case 'diagnose':
      return driver.diagnose('host');
    case 'setTime':
      return driver.setTime('2026-11-21T20:00:00');
    case 'display':
      return driver.display({ lines: ['Hello'], seconds: 1 });
    case 'enquireLostOutcome':
      return driver.enquireLostOutcome({ reference: orderReference(1, 'TEST'), transaction: 'sale' });
    default:
      return driver[operation]();
  }
}

function describeDeclared(bench: Bench, { capabilities }: DriverTraits): void {
  describe('a normal day', () => {
    it('declares what it does', () => {
      expect(bench.driver.capabilities).toEqual(capabilities);
      // Without these no store can be opened, sell and close.
      for (const operation of ['register', 'status', 'signOn', 'signOff', 'pay', 'settle', 'totals', 'enquireLostOutcome'] as const) {
        expect(capabilities.operations).toContain(operation);
      }
    });

    it('connect, register and sign-on are confirmed, and the terminal is ready', async () => {
      expect(await bench.driver.connect()).toEqual({ kind: 'done' });
      expect(await bench.driver.register()).toEqual({ kind: 'done' });
      expect(await bench.driver.signOn()).toEqual({ kind: 'done' });
      expect(await bench.driver.status()).toMatchObject({ kind: 'answered', power: 'on', service: 'ready' });
    });

    it('pay books once, with the amount and a name the terminal knows it by', async () => {
      await bench.signedOn();
      let sent = 0;
      const order = { ...bench.order(), observer: { sent: () => sent++ } };
      const outcome = await bench.driver.pay(order);
      // Asked as an agent asks that never heard this answer.
      expect(await bench.resolved(order)).toBe('booked');
      const { details, receipt } = bench.booked(outcome);
      expect(details).toMatchObject({ amountMinor: AMOUNT, currency: bench.rig.currency });
      expect(details.traceNo).toBeGreaterThan(0);
      expect(sent).toBe(1);
      expect(bench.rig.ledger()).toMatchObject([{ kind: 'sale', amountMinor: AMOUNT, currency: bench.rig.currency }]);
      expect(cardNumbers(JSON.stringify([details, receipt]))).toEqual([]);
    });

    it('totals are those of the open batch, settle agrees with them and empties it', async () => {
      await bench.signedOn();
      await bench.sold(700);
      await bench.sold(550);
      const expected = { currency: bench.rig.currency, amountMinor: 1_250, count: 2 };
      const before = await bench.driver.totals();
      expect(before.kind === 'totals' && totalsAgree(before.totals, expected, capabilities.countModulus)).toBe(true);
      const settled = await bench.driver.settle();
      expect(settled).toMatchObject({ kind: 'settled' });
      if (settled.kind === 'settled' && settled.hostTotals) {
        expect(totalsAgree(settled.hostTotals, expected, capabilities.countModulus)).toBe(true);
      }
      expect(bench.kinds('settlement')).toMatchObject([{ amountMinor: 1_250 }]);
      expect(judgeSettlement(expected, await bench.driver.totals())).toBe('settled');
    });

    it('sign-off ends the session, and the next operation opens one by itself', async () => {
      await bench.signedOn();
      expect(await bench.driver.signOff()).toEqual({ kind: 'done' });
      expect(await bench.driver.status()).toMatchObject({ kind: 'answered' });
      expect(await bench.driver.signOn()).toEqual({ kind: 'done' });
      await bench.sold();
    });

    it('tells of every frame, both ways, without a card number in it', async () => {
      const frames: DialogueFrame[] = [];
      bench.driver.onDialogue?.((frame) => frames.push(frame));
      await bench.signedOn();
      await bench.sold();
      expect(new Set(frames.map(({ direction }) => direction))).toEqual(new Set(['sent', 'received']));
      expect(frames.every(({ bytes, name }) => bytes > 0 && name !== '')).toBe(true);
      expect(frames.flatMap(({ fields }) => cardNumbers(fields.map(({ value }) => value).join('\n')))).toEqual([]);
    });
  });
}

function describeUndeclared(bench: Bench, { capabilities }: DriverTraits): void {
  const undeclared = DRIVER_OPERATIONS.filter((operation) => !capabilities.operations.has(operation));
  if (undeclared.length > 0) {
    describe('what is not declared', () => {
      it.each(undeclared)('%s throws and reaches nobody', async (operation) => {
        await bench.signedOn();
        await expect((async () => call(bench, operation))()).rejects.toBeInstanceOf(UndeclaredOperationError);
        expect(bench.rig.ledger()).toEqual([]);
      });
    });
  }
}

function describeMoneyBack(bench: Bench, { capabilities }: DriverTraits): void {
  const { operations } = capabilities;
  if (operations.has('reverse')) {
    describe('a reversal', () => {
      it('takes a sale back once; the second time it is refused', async () => {
        await bench.signedOn();
        const sale = await bench.sold();
        const { details } = bench.booked(await bench.driver.reverse(bench.reversalOf(sale)));
        expect(details).toMatchObject({ amountMinor: AMOUNT, currency: bench.rig.currency });
        expect(bench.rig.ledger().map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([
          ['sale', AMOUNT],
          ['reversal', AMOUNT],
        ]);
        expect(await bench.driver.totals()).toMatchObject({ kind: 'totals', totals: { amountMinor: 0 } });
        expect(await bench.driver.reverse(bench.reversalOf(sale))).toMatchObject({ kind: 'failed', code: 'notReversible' });
        expect(bench.kinds('reversal')).toHaveLength(1);
      });

      it(`of a part is ${capabilities.partialReversal ? 'booked' : 'not made, since it is not declared'}`, async () => {
        await bench.signedOn();
        const sale = await bench.sold();
        const part = bench.reversalOf(sale, 400);
        if (capabilities.partialReversal) {
          expect(bench.booked(await bench.driver.reverse(part)).details).toMatchObject({ amountMinor: 400 });
          expect(bench.kinds('reversal')).toMatchObject([{ amountMinor: 400 }]);
          expect(await bench.driver.totals()).toMatchObject({ totals: { amountMinor: AMOUNT - 400 } });
        } else {
          await expect((async () => bench.driver.reverse(part))()).rejects.toThrow();
          expect(bench.kinds('reversal')).toEqual([]);
        }
      });

      it('of something the terminal never sold is refused', async () => {
        await bench.signedOn();
        const sale = await bench.sold();
        const { original, ...rest } = bench.reversalOf(sale);
        const unknown = { ...rest, original: { ...original, receiptNo: 4_711, traceNo: 4_711, providerReference: 'unknown.4711' } };
        expect(await bench.driver.reverse(unknown)).toMatchObject({ kind: 'failed', code: 'notReversible' });
        expect(bench.kinds('reversal')).toEqual([]);
      });
    });
  }
  if (operations.has('refund')) {
    it('a refund gives money back without a sale', async () => {
      await bench.signedOn();
      const { details } = bench.booked(await bench.driver.refund(bench.order(300)));
      expect(details).toMatchObject({ amountMinor: 300, currency: bench.rig.currency });
      expect(bench.rig.ledger()).toMatchObject([{ kind: 'refund', amountMinor: 300 }]);
    });
  }
}

function describeService(bench: Bench, { capabilities }: DriverTraits): void {
  const { operations, reprints } = capabilities;
  const declared = (operation: DriverOperation, title: string, test: () => Promise<void>) => {
    if (operations.has(operation)) it(title, test);
  };
  describe('service', () => {
    declared('sendStored', 'sends what was stored offline, each once', async () => {
      await bench.signedOn();
      expect(await bench.driver.sendStored()).toMatchObject({ kind: 'sent' });
      bench.rig.inject({ fault: 'storeOffline' });
      await bench.sold();
      const sent = await bench.driver.sendStored();
      expect(sent).toMatchObject({ kind: 'sent' });
      if (sent.kind === 'sent' && sent.count !== null) expect(sent.count).toBe(1);
      const again = await bench.driver.sendStored();
      if (again.kind === 'sent' && again.count !== null) expect(again.count).toBe(0);
      expect(bench.kinds('sale')).toHaveLength(1);
    });

    for (const which of reprints) {
      declared('reprint', `prints again: ${which}`, async () => {
        await bench.signedOn();
        const { details } = await bench.sold();
        const printed = await bench.driver.reprint(
          which === 'last'
            ? { which }
            : which === 'lines'
              ? { which, lines: ['COPY', 'TOTAL 12.50'] }
              : { which, receiptNo: details.receiptNo! },
        );
        expect(printed).toMatchObject({ kind: 'printed' });
        expect(cardNumbers(JSON.stringify(printed))).toEqual([]);
        expect(bench.rig.ledger()).toHaveLength(1);
      });
    }

    declared('diagnose', 'diagnoses the host, up and down, and itself', async () => {
      await bench.signedOn();
      expect(await bench.driver.diagnose('host')).toMatchObject({ kind: 'diagnosed', healthy: true });
      expect(await bench.driver.diagnose('self')).toMatchObject({ kind: 'diagnosed', healthy: true });
      bench.rig.inject({ fault: 'hostDown' });
      const down = await bench.driver.diagnose('host');
      expect(down.kind === 'diagnosed' ? down.healthy : down.code).toBe(down.kind === 'diagnosed' ? false : 'hostUnreachable');
    });

    declared('restart', 'restarts and comes back with its books', async () => {
      await bench.signedOn();
      await bench.sold();
      expect(['done', 'pending']).toContain((await bench.driver.restart()).kind);
      await bench.answering();
      await bench.worksAgain();
      expect(await bench.driver.totals()).toMatchObject({ totals: { amountMinor: AMOUNT + 990 } });
    });

    declared('setTime', 'sets the clock', async () => {
      await bench.signedOn();
      expect(await bench.driver.setTime('2026-11-21T20:00:00')).toEqual({ kind: 'done' });
    });

    declared('display', 'shows a text', async () => {
      await bench.signedOn();
      expect(await bench.driver.display({ lines: ['Please wait', 'for help'], seconds: 1 })).toEqual({ kind: 'done' });
    });

    declared('abort', 'aborts a sale while the card is awaited; the sale says how it ended', async () => {
      await bench.signedOn(SLOW);
      const sale = bench.driver.pay(bench.order());
      await bench.inTheMiddle();
      expect(await bench.driver.abort()).toEqual({ kind: 'done' });
      const ended = await sale;
      expect(['declined', 'failed']).toContain(ended.kind);
      await bench.rig.quiet();
      expect(bench.rig.ledger()).toEqual([]);
      await bench.worksAgain();
    });
  });
}

function describeLostSales(bench: Bench, { steps, timers }: DriverTraits): void {
  /** The next sale must end in doubt; asking must then tell what the ledger says, and that must be as expected. */
  const lose = async (booked: boolean | null): Promise<void> => {
    const order = bench.order();
    expect(await bench.driver.pay(order)).toMatchObject({ kind: 'inDoubt' });
    const verdict = await bench.resolved(order);
    expect(bench.kinds('sale')).toHaveLength(verdict === 'booked' ? 1 : 0);
    if (booked !== null) expect(verdict).toBe(booked ? 'booked' : 'notBooked');
    await bench.worksAgain();
  };

  describe('a sale whose answer is lost', () => {
    it.each(steps)('by a dropped link at $name is in doubt, and asking tells the truth', async ({ name, booked }) => {
      await bench.signedOn();
      bench.rig.inject({ fault: 'dropAt', step: name, command: 'sale' });
      await lose(booked);
    });

    it.each(timers)('by silence longer than $name is in doubt, and asking tells the truth', async ({ name, booked }) => {
      await bench.signedOn();
      bench.rig.inject({ fault: 'delayPast', timer: name });
      await lose(booked);
    });

    it.each(['truncate', 'garbage'] as const)('by an answer that is broken (%s) is in doubt, and asking tells the truth', async (fault) => {
      await bench.signedOn();
      bench.rig.inject({ fault });
      await lose(true);
    });

    it('by death right after booking is in doubt, and asking tells the truth', async () => {
      await bench.signedOn();
      bench.rig.inject({ fault: 'dieAfterBooking', command: 'sale' });
      const order = bench.order();
      expect(await bench.driver.pay(order)).toMatchObject({ kind: 'inDoubt' });
      expect(bench.kinds('sale')).toHaveLength(1);
      await bench.rig.powerOn();
      expect(await bench.resolved(order)).toBe('booked');
      await bench.worksAgain();
    });

    it('is told apart from an equal sale just before it', async () => {
      await bench.signedOn();
      await bench.sold();
      bench.rig.inject({ fault: 'dropAt', step: steps.find(({ booked }) => !booked)!.name, command: 'sale' });
      const order = bench.order();
      expect(await bench.driver.pay(order)).toMatchObject({ kind: 'inDoubt' });
      expect(await bench.resolved(order)).toBe('notBooked');
      expect(bench.kinds('sale')).toHaveLength(1);
    });
  });

  it('everything said twice is one sale', async () => {
    await bench.signedOn();
    bench.rig.inject({ fault: 'duplicate' });
    await bench.sold();
    await bench.rig.quiet();
    expect(bench.kinds('sale')).toHaveLength(1);
    await bench.worksAgain();
  });
}

function describeOtherLosses(bench: Bench, { capabilities, steps }: DriverTraits): void {
  const first = (booked: boolean) => steps.find((step) => step.booked === booked)!;
  const ends = [first(false), steps.findLast((step) => step.booked)!];

  if (capabilities.operations.has('reverse')) {
    it.each(ends)('a reversal dropped at $name is in doubt, and asking tells the truth', async ({ name, booked }) => {
      await bench.signedOn();
      const sale = await bench.sold();
      bench.rig.inject({ fault: 'dropAt', step: name, command: 'reversal' });
      const order = bench.reversalOf(sale);
      expect(await bench.driver.reverse(order)).toMatchObject({ kind: 'inDoubt' });
      expect(await bench.resolved(order, 'reversal')).toBe(booked ? 'booked' : 'notBooked');
      expect(bench.kinds('reversal')).toHaveLength(booked ? 1 : 0);
    });
  }

  if (capabilities.operations.has('refund')) {
    it.each(ends)('a refund dropped at $name is in doubt, and asking tells the truth', async ({ name, booked }) => {
      await bench.signedOn();
      bench.rig.inject({ fault: 'dropAt', step: name, command: 'refund' });
      const order = bench.order(300);
      expect(await bench.driver.refund(order)).toMatchObject({ kind: 'inDoubt' });
      expect(await bench.resolved(order, 'refund')).toBe(booked ? 'booked' : 'notBooked');
      expect(bench.kinds('refund')).toHaveLength(booked ? 1 : 0);
    });
  }

  it.each(ends)('a settlement dropped at $name is in doubt, and the totals tell the truth', async ({ name, booked }) => {
    await bench.signedOn();
    await bench.sold();
    const before = await bench.driver.totals();
    if (before.kind !== 'totals') throw new Error(`no totals: ${before.detail}`);
    bench.rig.inject({ fault: 'dropAt', step: name, command: 'settlement' });
    expect(await bench.driver.settle()).toMatchObject({ kind: 'inDoubt' });
    await bench.rig.quiet();
    expect(judgeSettlement(before.totals, await bench.driver.totals())).toBe(booked ? 'settled' : 'notSettled');
    expect(bench.kinds('settlement')).toHaveLength(booked ? 1 : 0);
  });
}

function describeRefusals(bench: Bench, { capabilities }: DriverTraits): void {
  describe('a refusal', () => {
    it('of the host is a decline: no money moved', async () => {
      await bench.signedOn();
      bench.rig.inject({ fault: 'decline' });
      const order = bench.order();
      expect(await bench.driver.pay(order)).toMatchObject({ kind: 'declined' });
      expect(bench.rig.ledger()).toEqual([]);
      expect(await bench.resolved(order)).toBe('notBooked');
      await bench.worksAgain();
    });

    it('of a busy terminal is known, and over when it is over', async () => {
      await bench.signedOn();
      bench.rig.inject({ fault: 'busy' });
      expect(await bench.driver.pay(bench.order())).toMatchObject({ kind: 'failed', code: 'terminalBusy' });
      expect(await bench.driver.settle()).toMatchObject({ kind: 'refused', code: 'terminalBusy' });
      expect(await bench.driver.status()).toMatchObject({ kind: 'answered', service: 'busy' });
      expect(bench.rig.ledger()).toEqual([]);
      bench.rig.heal();
      await bench.worksAgain();
    });

    it('of a locked terminal is known, and a sign-on cures it', async () => {
      await bench.signedOn();
      bench.rig.inject({ fault: 'locked' });
      expect(await bench.driver.pay(bench.order())).toMatchObject({ kind: 'failed', code: 'signOnNeeded' });
      expect(await bench.driver.settle()).toMatchObject({ kind: 'refused' });
      expect(await bench.driver.status()).toMatchObject({ service: 'signOnNeeded' });
      expect(bench.rig.ledger()).toEqual([]);
      expect(await bench.driver.signOn()).toEqual({ kind: 'done' });
      await bench.sold();
    });

    it('to settle without the host leaves the batch as it was', async () => {
      await bench.signedOn();
      await bench.sold();
      bench.rig.inject({ fault: 'hostDown' });
      expect(await bench.driver.settle()).toMatchObject({ kind: 'refused', code: 'hostUnreachable' });
      expect(bench.kinds('settlement')).toEqual([]);
      bench.rig.heal();
      expect(await bench.driver.totals()).toMatchObject({ totals: { amountMinor: AMOUNT } });
      expect(await bench.driver.settle()).toMatchObject({ kind: 'settled' });
    });

    it('for a withdrawn sale comes before its first byte', async () => {
      await bench.signedOn();
      const withdrawn = { ...bench.order(), signal: { aborted: true } };
      expect(await bench.driver.pay(withdrawn)).toMatchObject({ kind: 'failed', code: 'cancelled' });
      expect(bench.rig.ledger()).toEqual([]);
    });

    it('of a currency that the protocol can not name is known', async () => {
      await bench.signedOn();
      expect(capabilities.currencies.has('XXX')).toBe(false);
      expect(await bench.driver.pay({ ...bench.order(), currency: 'XXX' })).toMatchObject({ kind: 'failed', code: 'unsupportedCurrency' });
      expect(bench.rig.ledger()).toEqual([]);
    });
  });

  it('one command runs at a time: the second is told so and reaches nobody', async () => {
    await bench.signedOn(SLOW);
    const first = bench.driver.pay(bench.order());
    expect(await bench.driver.pay(bench.order(500))).toMatchObject({ kind: 'failed', code: 'terminalBusy' });
    expect(await bench.driver.settle()).toMatchObject({ kind: 'refused', code: 'terminalBusy' });
    expect(await bench.driver.status()).toMatchObject({ kind: 'busy' });
    bench.booked(await first);
    expect(bench.rig.ledger()).toMatchObject([{ kind: 'sale', amountMinor: AMOUNT }]);
  });
}

function describePower(bench: Bench): void {
  describe('power', () => {
    const MIDDLES = {
      'a reboot': async () => bench.rig.inject({ fault: 'reboot' }),
      'a power cut': async () => {
        await bench.rig.powerOff();
        await bench.rig.powerOn();
      },
    };
    it.each(Object.entries(MIDDLES))('%s in the middle of a sale leaves no wrong answer behind', async (_name, strike) => {
      await bench.signedOn(SLOW);
      const order = bench.order();
      const sale = bench.driver.pay(order);
      await bench.inTheMiddle();
      await strike();
      expect(await sale).toMatchObject({ kind: 'inDoubt' });
      await bench.answering();
      expect(await bench.resolved(order)).toBe('notBooked');
      expect(bench.rig.ledger()).toEqual([]);
      await bench.worksAgain();
    });

    it('off is unreachable, never "off", and a sale is known not to have begun', async () => {
      await bench.signedOn();
      await bench.sold();
      await bench.rig.powerOff();
      expect(await bench.driver.status()).toMatchObject({ kind: 'unreachable', power: 'unknown' });
      expect(await bench.driver.pay(bench.order())).toMatchObject({ kind: 'failed', code: 'terminalUnreachable' });
      expect(await bench.driver.settle()).toMatchObject({ kind: 'refused', code: 'terminalUnreachable' });
      expect(bench.rig.ledger()).toHaveLength(1);
      await bench.rig.powerOn();
      await bench.worksAgain();
      expect(await bench.driver.totals()).toMatchObject({ totals: { amountMinor: AMOUNT + 990 } });
    });

    it('a closed driver can be used again', async () => {
      await bench.signedOn();
      await bench.driver.close();
      await bench.worksAgain();
    });
  });
}

/** Runs of twelve or more digits that pass the Luhn check (ISO/IEC 7812-1 annex B): nothing of the kind may come out of a driver. */
function cardNumbers(text: string): string[] {
  return (text.match(/[1-9](?:[ .-]?\d){11,18}/g) ?? []).filter((run) => {
    const digits = run.replace(/\D/g, '');
    let sum = 0;
    for (let i = 0; i < digits.length; i++) {
      const value = Number(digits[digits.length - 1 - i]);
      sum += i % 2 === 0 ? value : value > 4 ? value * 2 - 9 : value * 2;
    }
    return sum % 10 === 0;
  });
}
