import type { DeviceFacts, PeripheralState } from '@tillward/contracts';
import {
  type DiagnosisOutcome,
  type DialogueFrame,
  type DisplayOrder,
  DRIVER_OPERATIONS,
  type DriverCapabilities,
  type DriverOperation,
  type EnquiryOutcome,
  type ExchangeOutcome,
  type LostOutcome,
  type PaymentOrder,
  type PaymentOutcome,
  type RefundOrder,
  type ReprintOrder,
  type ReprintOutcome,
  type RestartOutcome,
  type ReversalOrder,
  type SendStoredOutcome,
  type SettlementOutcome,
  type StatusOutcome,
  type StreamBreak,
  type TerminalDriver,
  type TotalsOutcome,
} from '@tillward/driver';
import type { ObserverEvent } from '@tillward/observer-unionpay';
import type { OutletState, PowerCapabilities, PowerSwitch, SwitchOutcome } from '@tillward/power';
import type { PrinterReader, TrafficSource } from './terminal.devices.js';

const NOT_SIGNED_ON = { kind: 'failed', code: 'terminalRefused', resultCode: '78', detail: 'sign-on needed' } as const;
const UNREACHABLE = { kind: 'failed', code: 'terminalUnreachable', resultCode: null, detail: 'nothing answers' } as const;

/** What the next sale or settlement does: nothing special, the answer lost after or before it counted, never an answer, or refused. */
export type NextMove = 'normal' | 'refusedAtOnce' | 'lostAfterBooking' | 'lostBeforeBooking' | 'hang' | 'refused';

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
  /** Booked and not settled; what gives money back has a negative amount. */
  batch: { traceNo: number; amountMinor: number }[] = [];
  /** Everything ever booked: the witness. */
  ledger: { traceNo: number; amountMinor: number }[] = [];
  partialReversal = true;
  settlements: { amountMinor: number; count: number }[] = [];
  nextSale: NextMove = 'normal';
  nextSettlement: NextMove = 'normal';
  last: EnquiryOutcome = { kind: 'none' };
  calls: string[] = [];
  /** What its driver declares. */
  operations = new Set<DriverOperation>(DRIVER_OPERATIONS);
  reprints = new Set<ReprintOrder['which']>(['last', 'receipt']);
  enquiry: DriverCapabilities['enquiry'] = 'lastTransaction';
  device: DeviceFacts | undefined;
  /** The printer beside it: what it says, null when nobody is there; undefined: there is none. */
  printer: PeripheralState | null | undefined;
  printerLooks = 0;
  /** Authorised without the host, to be sent later. */
  stored = 0;
  healthy = true;
  /** The receipt of the next reprint comes to us instead of out of the terminal. */
  handsReceiptOver = false;
  clock = '';
  displayed: string[] = [];
  /** Enquiries for status it leaves unanswered after a restart. */
  silentPolls = 0;
  /** What the driver was asked about, when it was asked by reference. */
  asked: (LostOutcome | undefined)[] = [];
  /** The driver's listeners, as the agent set them. */
  dialogue: (frame: DialogueFrame) => void = () => {};
  streamBroken: (broken: StreamBreak) => void = () => {};
  /** Lets something pass between the terminal and its acquirer, when it is only watched. */
  passes: (event: ObserverEvent) => void = () => {};
  /** Ends a sale that hangs. */
  giveUp: () => void = () => {};
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

  /** Books money that goes back; `transaction` as the terminal tells it later. */
  giveBack(amountMinor: number, transaction: 'reversal' | 'refund'): { traceNo: number; amountMinor: number; currency: string } {
    this.traceNo += 1;
    const entry = { traceNo: this.traceNo, amountMinor: -amountMinor };
    this.batch.push(entry);
    this.ledger.push(entry);
    const details = { traceNo: this.traceNo, amountMinor, currency: 'EUR' };
    this.last = { kind: 'lastTransaction', details, transaction };
    return details;
  }

  driver(): TerminalDriver {
    return new FakeDriver(this);
  }

  outlet(): PowerSwitch {
    return new FakeOutlet(this);
  }

  /** What passes between it and its acquirer, told by {@link passes}. */
  traffic(): TrafficSource {
    return {
      start: async (listener) => {
        this.passes = (event) => listener.event(event);
      },
      stop: async () => {},
    };
  }

  printerReader(): PrinterReader | null {
    if (this.printer === undefined) return null;
    return {
      read: async () => {
        this.printerLooks += 1;
        return this.printer ?? null;
      },
    };
  }
}

class FakeDriver implements TerminalDriver {
  readonly capabilities: DriverCapabilities;
  readonly #terminal: FakeTerminal;

  constructor(terminal: FakeTerminal) {
    this.#terminal = terminal;
    const { operations, reprints, enquiry, partialReversal } = terminal;
    const currencies = new Set(['EUR']);
    this.capabilities = { protocol: 'fake', operations, currencies, countModulus: null, enquiry, reprints, partialReversal };
  }

  async connect(): Promise<ExchangeOutcome> {
    return this.#terminal.alive ? { kind: 'done' } : UNREACHABLE;
  }

  async register(): Promise<ExchangeOutcome> {
    return this.connect();
  }

  async status(): Promise<StatusOutcome> {
    const { alive, signedOn, device } = this.#terminal;
    const silent = this.#terminal.silentPolls > 0;
    if (silent) this.#terminal.silentPolls -= 1;
    if (!alive || silent) return { kind: 'unreachable', power: 'unknown', detail: 'nothing answers' };
    this.#says('sent', '05 01 Status-Enquiry');
    const statusByte = signedOn ? 0 : 0x51;
    return { kind: 'answered', power: 'on', service: signedOn ? 'ready' : 'signOnNeeded', statusByte, ...(device ? { device } : {}) };
  }

  async signOn(): Promise<ExchangeOutcome> {
    if (!this.#terminal.alive) return UNREACHABLE;
    if (!this.#terminal.hostUp) return { kind: 'failed', code: 'hostUnreachable', resultCode: 'a3', detail: 'no host' };
    this.#terminal.signedOn = true;
    return { kind: 'done' };
  }

  async signOff(): Promise<ExchangeOutcome> {
    this.#terminal.calls.push('signOff');
    if (this.#terminal.alive) this.#terminal.signedOn = false;
    return this.connect();
  }

  pay(order: PaymentOrder): Promise<PaymentOutcome> {
    return this.#money('pay', '06 01 Authorisation', order, () => this.#terminal.book(order.amountMinor));
  }

  async reverse(order: ReversalOrder): Promise<PaymentOutcome> {
    const terminal = this.#terminal;
    if (terminal.alive && !terminal.batch.some(({ traceNo }) => traceNo === order.original.traceNo)) {
      terminal.calls.push(`reverse ${order.amountMinor}`);
      return { kind: 'failed', code: 'notReversible', detail: 'no such sale' };
    }
    return this.#money('reverse', '06 30 Reversal', order, () => terminal.giveBack(order.amountMinor, 'reversal'));
  }

  refund(order: RefundOrder): Promise<PaymentOutcome> {
    return this.#money('refund', '06 31 Refund', order, () => this.#terminal.giveBack(order.amountMinor, 'refund'));
  }

  async #money(
    call: string,
    name: string,
    order: PaymentOrder,
    book: () => { traceNo: number; amountMinor: number; currency: string },
  ): Promise<PaymentOutcome> {
    const terminal = this.#terminal;
    terminal.calls.push(`${call} ${order.amountMinor}`);
    const move = terminal.nextSale;
    terminal.nextSale = 'normal';
    if (!terminal.alive) return { kind: 'failed', code: 'terminalUnreachable', detail: 'nothing answers' };
    this.#says('sent', name);
    order.observer?.sent?.();
    if (move === 'refusedAtOnce') return { kind: 'failed', code: 'terminalRefused', detail: 'no' };
    if (move === 'refused') return { kind: 'declined', resultCode: '05', detail: 'declined' };
    if (move === 'lostBeforeBooking') return { kind: 'inDoubt', reason: 'cut off' };
    if (move === 'hang') {
      return new Promise((resolve) => {
        terminal.giveUp = () => resolve({ kind: 'declined', resultCode: '6c', detail: 'given up' });
      });
    }
    order.observer?.progress?.(0x0a);
    const details = book();
    return move === 'lostAfterBooking' ? { kind: 'inDoubt', reason: 'cut off' } : { kind: 'booked', details, receipt: ['MERCHANT COPY'] };
  }

  async settle(): Promise<SettlementOutcome> {
    const terminal = this.#terminal;
    terminal.calls.push('settle');
    const move = terminal.nextSettlement;
    terminal.nextSettlement = 'normal';
    if (!terminal.signedOn) return { ...NOT_SIGNED_ON, kind: 'refused' };
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

  async enquireLostOutcome(lost?: LostOutcome): Promise<EnquiryOutcome> {
    this.#terminal.calls.push('enquire');
    this.#terminal.asked.push(lost);
    return this.#terminal.alive ? this.#terminal.last : { kind: 'unknown', reason: 'nothing answers' };
  }

  async sendStored(): Promise<SendStoredOutcome> {
    this.#terminal.calls.push('sendStored');
    if (!this.#terminal.alive) return UNREACHABLE;
    if (!this.#terminal.signedOn) return NOT_SIGNED_ON;
    if (!this.#terminal.hostUp) return { kind: 'failed', code: 'hostUnreachable', resultCode: 'a3', detail: 'no host' };
    const count = this.#terminal.stored;
    this.#terminal.stored = 0;
    return { kind: 'sent', count };
  }

  async reprint(order: ReprintOrder): Promise<ReprintOutcome> {
    this.#terminal.calls.push(`reprint ${order.which === 'lines' ? order.lines.join('|') : JSON.stringify(order)}`);
    if (!this.#terminal.alive) return UNREACHABLE;
    return this.#terminal.handsReceiptOver && order.which !== 'lines'
      ? { kind: 'printed', receipt: ['MERCHANT COPY'] }
      : { kind: 'printed' };
  }

  async diagnose(depth: 'host' | 'self'): Promise<DiagnosisOutcome> {
    this.#terminal.calls.push(`diagnose ${depth}`);
    return this.#terminal.alive ? { kind: 'diagnosed', healthy: this.#terminal.healthy, detail: 'looked at' } : UNREACHABLE;
  }

  async restart(): Promise<RestartOutcome> {
    this.#terminal.calls.push('restart');
    if (!this.#terminal.alive) return UNREACHABLE;
    this.#terminal.signedOn = false;
    return { kind: 'pending' };
  }

  async setTime(localDateTime: string): Promise<ExchangeOutcome> {
    this.#terminal.clock = localDateTime;
    return this.connect();
  }

  async display({ lines }: DisplayOrder): Promise<ExchangeOutcome> {
    this.#terminal.displayed.push(...lines);
    return this.connect();
  }

  async abort(): Promise<ExchangeOutcome> {
    this.#terminal.calls.push('abort');
    this.#terminal.giveUp();
    return this.connect();
  }

  onDialogue(listener: (frame: DialogueFrame) => void): void {
    this.#terminal.dialogue = listener;
  }

  onStreamBroken(listener: (broken: StreamBreak) => void): void {
    this.#terminal.streamBroken = listener;
  }

  async close(): Promise<void> {}

  #says(direction: DialogueFrame['direction'], name: string): void {
    this.#terminal.dialogue({ direction, name, fields: [], bytes: 3 });
  }
}

class FakeOutlet implements PowerSwitch {
  readonly capabilities: PowerCapabilities = { kind: 'fake', operations: new Set(['on', 'off', 'state', 'cycle']), cyclesOnDevice: false };
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

  async cycle(_offSeconds: number): Promise<SwitchOutcome> {
    const off = await this.#set(false);
    return off.kind === 'done' ? this.#set(true) : off;
  }

  async #set(on: boolean): Promise<SwitchOutcome> {
    if (!this.#terminal.outletReachable) return { kind: 'failed', code: 'powerSwitchUnreachable', reason: 'noAnswer', detail: 'no answer' };
    this.#terminal.calls.push(on ? 'power on' : 'power off');
    this.#terminal.outletOn = on;
    if (!on) this.#terminal.signedOn = false;
    return { kind: 'done' };
  }
}
