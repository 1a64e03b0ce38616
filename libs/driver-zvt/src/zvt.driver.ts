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
  type StreamBreak,
  type TerminalDriver,
  type TotalsOutcome,
  UndeclaredOperationError,
} from '@tillward/driver';
import { type ClientTimes, type ExchangeWatch, SPEC_TIMES, ZvtClient } from './client.js';
import { CONFIG, type Command, encodeCommand, LAST_OUTCOME } from './command.js';
import { numericCurrency, ZVT_CURRENCIES } from './currency.js';
import {
  type ExchangeResult,
  enquiryOutcome,
  exchangeOutcome,
  paymentOutcome,
  settlementOutcome,
  statusOutcome,
  totalsOutcome,
} from './outcome.rules.js';
import { RESULT } from './result-code.js';
import type { CharacterSet } from './text.js';

/** How to reach one ZVT terminal and how to speak to it. `currency` is ISO 4217 alphabetic; `password` six digits. */
export interface ZvtDriverOptions {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  readonly currency: string;
  /** Time limits other than the spec's, for tests. */
  readonly times?: Partial<ClientTimes>;
  /** CP437 unless the terminal is known to differ. */
  readonly characterSet?: CharacterSet;
}

/** Declared abilities of ZVT as this driver speaks it. BMP 60 counts are single bytes, hence the modulus. */
export const ZVT_CAPABILITIES: DriverCapabilities = {
  protocol: 'zvt',
  operations: new Set(['register', 'status', 'signOn', 'signOff', 'pay', 'settle', 'totals', 'enquireLostOutcome']),
  currencies: ZVT_CURRENCIES,
  countModulus: 256,
  enquiry: 'lastTransaction',
  reprints: new Set(),
  partialReversal: false,
};

/** We print (so that receipts reach the journal), want progress, and let nobody sell or settle at the terminal past us. */
const CONFIG_BYTE =
  CONFIG.tillPrintsPayments |
  CONFIG.tillPrintsAdministration |
  CONFIG.intermediateStatus |
  CONFIG.tillControlsPayments |
  CONFIG.tillControlsAdministration |
  CONFIG.receiptsAsBlock;

/**
 * A ZVT terminal over TCP. Registers by itself on every new link, since a terminal may have restarted meanwhile. A currency ZVT has no
 * number for throws at construction: a wrong setting, found before the first sale.
 */
export class ZvtDriver implements TerminalDriver {
  readonly capabilities = ZVT_CAPABILITIES;
  private readonly client: ZvtClient;
  private readonly currencyNumber: number;
  private registeredLink = -1;
  private occupied = false;

  constructor(private readonly options: ZvtDriverOptions) {
    const number = numericCurrency(options.currency);
    if (number === undefined) throw new RangeError(`ZVT has no number for the currency ${options.currency}`);
    this.currencyNumber = number;
    this.client = new ZvtClient({ host: options.host, port: options.port, times: { ...SPEC_TIMES, ...options.times } });
  }

  /** Opens the TCP link. */
  connect(): Promise<ExchangeOutcome> {
    return this.alone(async () => {
      const refused = await this.client.connect();
      return exchangeOutcome(refused === null ? { kind: 'acknowledged' } : { kind: 'notSent', detail: refused });
    }, exchangeOutcome);
  }

  /** 06 00. */
  register(): Promise<ExchangeOutcome> {
    return this.alone(async () => exchangeOutcome(await this.registration()), exchangeOutcome);
  }

  /** 05 01. Needs no registration. */
  status(): Promise<StatusOutcome> {
    const read = (end: ExchangeResult) => statusOutcome(end, this.client.connected);
    return this.alone(async () => read(await this.unregistered({ kind: 'statusEnquiry' })), read);
  }

  /** 06 93. */
  signOn(): Promise<ExchangeOutcome> {
    const command: Command = { kind: 'initialisation', password: this.options.password };
    return this.alone(async () => exchangeOutcome(await this.registered(command)), exchangeOutcome);
  }

  /** 06 02, then the link is closed. The acquirer session itself has no end in ZVT: switching off ends it. */
  signOff(): Promise<ExchangeOutcome> {
    return this.alone(async () => {
      const outcome = exchangeOutcome(await this.registered({ kind: 'logOff' }));
      this.registeredLink = -1;
      this.client.close();
      return outcome;
    }, exchangeOutcome);
  }

  /** 06 01. */
  pay(order: PaymentOrder): Promise<PaymentOutcome> {
    const read = (end: ExchangeResult) => paymentOutcome(end, order);
    return this.alone(async () => {
      const currency = numericCurrency(order.currency);
      if (currency === undefined) {
        return { kind: 'failed', code: 'unsupportedCurrency', detail: `ZVT has no number for the currency ${order.currency}` };
      }
      if (!Number.isSafeInteger(order.amountMinor) || order.amountMinor <= 0) throw new RangeError('an amount is a positive integer');
      const notReady = await this.ensureRegistered();
      if (notReady) return read(notReady);
      if (order.signal?.aborted) return { kind: 'failed', code: 'cancelled', detail: 'withdrawn before it was sent' };
      return read(await this.run({ kind: 'authorisation', amountMinor: order.amountMinor, currency }, order.observer));
    }, read);
  }

  /** 06 50. */
  settle(): Promise<SettlementOutcome> {
    const read = (end: ExchangeResult) => settlementOutcome(end, this.options.currency);
    return this.alone(async () => read(await this.registered({ kind: 'endOfDay', password: this.options.password })), read);
  }

  /** 06 10. */
  totals(): Promise<TotalsOutcome> {
    const read = (end: ExchangeResult) => totalsOutcome(end, this.options.currency);
    return this.alone(async () => read(await this.registered({ kind: 'turnoverTotals', password: this.options.password })), read);
  }

  /** 06 20 with service byte 03 03. */
  enquireLostOutcome(): Promise<EnquiryOutcome> {
    const read = (end: ExchangeResult) => enquiryOutcome(end, this.options.currency);
    const command: Command = { kind: 'repeatReceipt', password: this.options.password, serviceByte: LAST_OUTCOME };
    return this.alone(async () => read(await this.registered(command)), read);
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

  /** One listener: the last one set. */
  onStreamBroken(listener: (broken: StreamBreak) => void): void {
    this.client.streamBroken = listener;
  }

  /** Drops the link. */
  async close(): Promise<void> {
    this.registeredLink = -1;
    this.client.close();
  }

  /** One operation at a time, registration included: the second one is told so and sends nothing. */
  private async alone<T>(work: () => Promise<T>, busy: (end: ExchangeResult) => T): Promise<T> {
    if (this.occupied) return busy({ kind: 'busy' });
    this.occupied = true;
    try {
      return await work();
    } finally {
      this.occupied = false;
    }
  }

  /** Null when we are registered on a link that is up; else why not, and nothing of the command was sent. */
  private async ensureRegistered(): Promise<ExchangeResult | null> {
    if (this.client.connected && this.registeredLink === this.client.linkNo) return null;
    const end = await this.registration();
    const outcome = exchangeOutcome(end);
    if (outcome.kind === 'done') return null;
    // However the registration went wrong, nothing of the command itself has left: never a doubt about money, never a decline.
    const detail = `registration failed: ${outcome.detail}`;
    return outcome.resultCode === null ? { kind: 'notSent', detail } : { kind: 'refused', code: Number.parseInt(outcome.resultCode, 16) };
  }

  private async registration(): Promise<ExchangeResult> {
    const refused = await this.client.connect();
    if (refused !== null) return { kind: 'notSent', detail: refused };
    const { password } = this.options;
    const end = await this.run({ kind: 'registration', password, config: CONFIG_BYTE, currency: this.currencyNumber, tlv: true });
    if (exchangeOutcome(end).kind === 'done') this.registeredLink = this.client.linkNo;
    return end;
  }

  private async registered(command: Command): Promise<ExchangeResult> {
    return (await this.ensureRegistered()) ?? (await this.run(command));
  }

  private async unregistered(command: Command): Promise<ExchangeResult> {
    const refused = await this.client.connect();
    return refused === null ? this.run(command) : { kind: 'notSent', detail: refused };
  }

  private async run(command: Command, watch?: ExchangeWatch): Promise<ExchangeResult> {
    const end = await this.client.execute(
      {
        name: command.kind,
        bytes: encodeCommand(command),
        endsWhenAcknowledged: command.kind === 'logOff',
        completionShape: command.kind === 'statusEnquiry' ? 'status' : 'bitmaps',
        characterSet: this.options.characterSet ?? 'cp437',
      },
      watch,
    );
    // The terminal has forgotten us: the next command registers again.
    if (end.kind === 'aborted' && end.resultCode === RESULT.notRegistered) this.registeredLink = -1;
    return end;
  }
}

function undeclared(operation: DriverOperation): never {
  throw new UndeclaredOperationError(ZVT_CAPABILITIES.protocol, operation);
}
