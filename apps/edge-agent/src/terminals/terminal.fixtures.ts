import {
  type DiagnosisOutcome,
  type DriverCapabilities,
  type DriverOperation,
  type EnquiryOutcome,
  type ExchangeOutcome,
  type PaymentOrder,
  type PaymentOutcome,
  type ReprintOutcome,
  type RestartOutcome,
  type SendStoredOutcome,
  type SettlementOutcome,
  type StatusOutcome,
  type TerminalDriver,
  type TotalsOutcome,
  UndeclaredOperationError,
} from '@tillward/driver';
import type { OutletState, PowerSwitch, SwitchOutcome } from '@tillward/power';

const CAPABILITIES: DriverCapabilities = {
  protocol: 'fake',
  operations: new Set(['register', 'status', 'signOn', 'signOff', 'pay', 'settle', 'totals', 'enquireLostOutcome']),
  currencies: new Set(['EUR']),
  countModulus: null,
  enquiry: 'lastTransaction',
  reprints: new Set(),
  partialReversal: false,
};

const UNREACHABLE = { kind: 'failed', code: 'terminalUnreachable', resultCode: null, detail: 'nothing answers' } as const;

/** What the next sale or settlement does: nothing special, the answer lost after or before it counted, never an answer, or refused. */
export type NextMove = 'normal' | 'lostAfterBooking' | 'lostBeforeBooking' | 'hang' | 'refused';

/**
 * A terminal on its outlet, only as true as the agent's rules need: it books, forgets nothing but what power loss takes, and its answers can get lost.
 * Outlives the agents of a test, as a real one does.
 */
export class FakeTerminal {
  outletOn = true;
  outletReachable = true;
  /** The terminal keeps running although its outlet is off: it must be found. */
  stuckOn = false;
  hostUp = true;
  signedOn = false;
  traceNo = 0;
  /** Whether a settlement's answer says what the host agreed to; many terminals only say "done". */
  namesHostTotals = true;
  /** Says that it settled and keeps its batch. */
  keepsBatch = false;
  /** Booked and not settled. */
  batch: { traceNo: number; amountMinor: number }[] = [];
  /** Everything ever booked: the witness. */
  ledger: { traceNo: number; amountMinor: number }[] = [];
  settlements: { amountMinor: number; count: number }[] = [];
  nextSale: NextMove = 'normal';
  nextSettlement: NextMove = 'normal';
  last: EnquiryOutcome = { kind: 'none' };
  calls: string[] = [];
  /** Added to the totals the terminal reports: a transaction the journal doesn't know. */
  foreignMinor = 0;

  get alive(): boolean {
    return this.outletOn || this.stuckOn;
  }

  get totals() {
    const amountMinor = this.batch.reduce((sum, sale) => sum + sale.amountMinor, 0);
    return { currency: 'EUR', amountMinor: amountMinor + this.foreignMinor, count: this.batch.length + (this.foreignMinor ? 1 : 0) };
  }

  book(amountMinor: number): { traceNo: number; amountMinor: number; currency: string } {
    this.traceNo += 1;
    const sale = { traceNo: this.traceNo, amountMinor };
    this.batch.push(sale);
    this.ledger.push(sale);
    const details = { ...sale, currency: 'EUR' };
    this.last = { kind: 'lastTransaction', details };
    return details;
  }

  driver(): TerminalDriver {
    return new FakeDriver(this);
  }

  outlet(): PowerSwitch {
    return new FakeOutlet(this);
  }
}

class FakeDriver implements TerminalDriver {
  readonly capabilities = CAPABILITIES;
  readonly #terminal: FakeTerminal;

  constructor(terminal: FakeTerminal) {
    this.#terminal = terminal;
  }

  async connect(): Promise<ExchangeOutcome> {
    return this.#terminal.alive ? { kind: 'done' } : UNREACHABLE;
  }

  async register(): Promise<ExchangeOutcome> {
    return this.connect();
  }

  async status(): Promise<StatusOutcome> {
    const { alive, signedOn } = this.#terminal;
    if (!alive) return { kind: 'unreachable', power: 'unknown', detail: 'nothing answers' };
    return { kind: 'answered', power: 'on', service: signedOn ? 'ready' : 'signOnNeeded', statusByte: signedOn ? 0 : 0x51 };
  }

  async signOn(): Promise<ExchangeOutcome> {
    if (!this.#terminal.alive) return UNREACHABLE;
    if (!this.#terminal.hostUp) return { kind: 'failed', code: 'hostUnreachable', resultCode: 'a3', detail: 'no host' };
    this.#terminal.signedOn = true;
    return { kind: 'done' };
  }

  async signOff(): Promise<ExchangeOutcome> {
    this.#terminal.calls.push('signOff');
    return this.connect();
  }

  async pay(order: PaymentOrder): Promise<PaymentOutcome> {
    const terminal = this.#terminal;
    terminal.calls.push(`pay ${order.amountMinor}`);
    const move = terminal.nextSale;
    terminal.nextSale = 'normal';
    if (!terminal.alive) return { kind: 'failed', code: 'terminalUnreachable', detail: 'nothing answers' };
    if (move === 'refused') return { kind: 'declined', resultCode: '05', detail: 'declined' };
    if (move === 'lostBeforeBooking') return { kind: 'inDoubt', reason: 'cut off' };
    if (move === 'hang') return new Promise<never>(() => {});
    const details = terminal.book(order.amountMinor);
    return move === 'lostAfterBooking' ? { kind: 'inDoubt', reason: 'cut off' } : { kind: 'booked', details, receipt: ['MERCHANT COPY'] };
  }

  async settle(): Promise<SettlementOutcome> {
    const terminal = this.#terminal;
    terminal.calls.push('settle');
    const move = terminal.nextSettlement;
    terminal.nextSettlement = 'normal';
    if (!terminal.hostUp || move === 'refused') {
      return { kind: 'refused', code: 'hostUnreachable', resultCode: 'a3', detail: 'no connection to the host' };
    }
    if (move === 'lostBeforeBooking') return { kind: 'inDoubt', reason: 'cut off' };
    const { amountMinor, count } = terminal.totals;
    if (terminal.keepsBatch) return { kind: 'settled', hostTotals: null, details: {} };
    terminal.settlements.push({ amountMinor, count });
    terminal.batch = [];
    terminal.foreignMinor = 0;
    if (move === 'lostAfterBooking') return { kind: 'inDoubt', reason: 'cut off' };
    return { kind: 'settled', hostTotals: terminal.namesHostTotals ? { currency: 'EUR', amountMinor, count } : null, details: {} };
  }

  async totals(): Promise<TotalsOutcome> {
    return this.#terminal.alive ? { kind: 'totals', totals: this.#terminal.totals } : UNREACHABLE;
  }

  async enquireLostOutcome(): Promise<EnquiryOutcome> {
    this.#terminal.calls.push('enquire');
    return this.#terminal.alive ? this.#terminal.last : { kind: 'unknown', reason: 'nothing answers' };
  }

  reverse(): Promise<PaymentOutcome> {
    return undeclared('reverse');
  }

  refund(): Promise<PaymentOutcome> {
    return undeclared('refund');
  }

  sendStored(): Promise<SendStoredOutcome> {
    return undeclared('sendStored');
  }

  reprint(): Promise<ReprintOutcome> {
    return undeclared('reprint');
  }

  diagnose(): Promise<DiagnosisOutcome> {
    return undeclared('diagnose');
  }

  restart(): Promise<RestartOutcome> {
    return undeclared('restart');
  }

  setTime(): Promise<ExchangeOutcome> {
    return undeclared('setTime');
  }

  display(): Promise<ExchangeOutcome> {
    return undeclared('display');
  }

  abort(): Promise<ExchangeOutcome> {
    return undeclared('abort');
  }

  async close(): Promise<void> {}
}

function undeclared(operation: DriverOperation): never {
  throw new UndeclaredOperationError(CAPABILITIES.protocol, operation);
}

class FakeOutlet implements PowerSwitch {
  readonly #terminal: FakeTerminal;

  constructor(terminal: FakeTerminal) {
    this.#terminal = terminal;
  }

  on(): Promise<SwitchOutcome> {
    return this.#set(true);
  }

  off(): Promise<SwitchOutcome> {
    return this.#set(false);
  }

  async state(): Promise<OutletState> {
    if (!this.#terminal.outletReachable) return 'unknown';
    return this.#terminal.outletOn ? 'on' : 'off';
  }

  async #set(on: boolean): Promise<SwitchOutcome> {
    if (!this.#terminal.outletReachable) return { kind: 'failed', code: 'powerSwitchUnreachable', detail: 'no answer' };
    this.#terminal.calls.push(on ? 'power on' : 'power off');
    this.#terminal.outletOn = on;
    if (!on) this.#terminal.signedOn = false;
    return { kind: 'done' };
  }
}
