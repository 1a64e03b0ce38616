import {
  type DiagnosisOutcome,
  type DialogueFrame,
  type DisplayOrder,
  DRIVER_OPERATIONS,
  type DriverCapabilities,
  type EnquiryOutcome,
  type ExchangeOutcome,
  type PaymentObserver,
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
  UndeclaredOperationError,
} from '@tillward/driver';
import { type ClientTimes, type ExchangeWatch, SPEC_TIMES, ZvtClient } from './client.js';
import { CONFIG, type Command, DISPLAY_LINES, EXTENDED_STATUS, encodeCommand, LAST_OUTCOME } from './command.js';
import { numericCurrency, ZVT_CURRENCIES } from './currency.js';
import { dialogueFrame, sentFrame } from './dialogue.js';
import { enquiryOutcome, paymentOutcome, reversalOutcome, settlementOutcome, totalsOutcome } from './outcome.rules.js';
import { RESULT } from './result-code.js';
import {
  abortOutcome,
  diagnosisOutcome,
  type ExchangeResult,
  exchangeOutcome,
  reprintOutcome,
  restartOutcome,
  sendStoredOutcome,
  statusOutcome,
} from './service-outcome.rules.js';
import type { CharacterSet } from './text.js';

/** How to reach one ZVT terminal and how to speak to it. `currency` is ISO 4217 alphabetic; `password` six digits. */
export interface ZvtDriverOptions {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  readonly currency: string;
  /** Time limits other than the spec's, for tests. */
  readonly times?: Partial<ClientTimes>;
  /** CP437 unless the terminal is known to differ. UTF-8 is asked for at registration and used when the terminal grants it, else CP437. */
  readonly characterSet?: CharacterSet;
  /** Configuration byte of 06 00, see {@link CONFIG}. Without the printing bits the terminal prints on its own printer. */
  readonly configByte?: number;
  /** How receipts come: as blocks (06 D3) unless the terminal is known to garble them, else line by line (06 D1). */
  readonly receipts?: 'blocks' | 'lines';
  /** Whether receipts can be taken just now; asked before each command. When they can't, the terminal is told so (84 CC 00). */
  readonly canPrint?: () => boolean;
}

/** Declared abilities of ZVT as this driver speaks it. BMP 60 counts are single bytes, hence the modulus. */
export const ZVT_CAPABILITIES: DriverCapabilities = {
  protocol: 'zvt',
  operations: new Set(DRIVER_OPERATIONS),
  currencies: ZVT_CURRENCIES,
  countModulus: 256,
  enquiry: 'lastTransaction',
  reprints: new Set(['last', 'receipt']),
  partialReversal: true,
};

/** We print (so that receipts reach the journal), want progress, and let nobody sell or settle at the terminal past us. */
export const DEFAULT_CONFIG_BYTE =
  CONFIG.tillPrintsPayments |
  CONFIG.tillPrintsAdministration |
  CONFIG.intermediateStatus |
  CONFIG.tillControlsPayments |
  CONFIG.tillControlsAdministration |
  CONFIG.receiptsAsText;

const LONGEST_DISPLAY_SECONDS = 255;
const HIGHEST_RECEIPT_NO = 9_999;
/** BMP 04 has twelve digits. */
const HIGHEST_AMOUNT = 999_999_999_999;
const LOCAL_TIME = /^\d\d(\d\d)-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)$/;
/** Commands that end with their 80 00 00 (spec 13.08: no completion follows). */
const WITHOUT_COMPLETION: ReadonlySet<Command['kind']> = new Set(['logOff', 'displayText', 'abort']);

/**
 * A ZVT terminal over TCP. Registers by itself on every new link, since a terminal may have restarted meanwhile. A currency ZVT has no
 * number for, and a password that isn't six digits, throw at construction: wrong settings, found before the first sale.
 */
export class ZvtDriver implements TerminalDriver {
  readonly capabilities = ZVT_CAPABILITIES;
  private readonly client: ZvtClient;
  private readonly currencyNumber: number;
  private registeredLink = -1;
  private occupied = false;
  private asksExtended = true;
  /** What texts are read as: the setting, and for UTF-8 what the terminal granted. */
  private characterSet: CharacterSet;

  constructor(private readonly options: ZvtDriverOptions) {
    const number = numericCurrency(options.currency);
    if (number === undefined) throw new RangeError(`ZVT has no number for the currency ${options.currency}`);
    if (!/^[0-9]{6}$/.test(options.password)) throw new RangeError('a ZVT password has six digits');
    this.currencyNumber = number;
    this.characterSet = startingSet(options);
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

  /**
   * 05 01, asking for the extended status (device, locks, clock, next reboot). Needs no registration. A terminal too old for that is asked the
   * plain way from then on.
   */
  status(): Promise<StatusOutcome> {
    const read = (end: ExchangeResult) => statusOutcome(end, this.client.connected);
    return this.alone(async () => {
      const end = await this.unregistered(this.statusEnquiry());
      if (!this.asksExtended || !refusedAs(end, RESULT.notPossible, RESULT.protocolError)) return read(end);
      this.asksExtended = false;
      return read(await this.unregistered(this.statusEnquiry()));
    }, read);
  }

  private statusEnquiry(): Command {
    const { password } = this.options;
    if (!this.asksExtended) return { kind: 'statusEnquiry', password: null, serviceByte: null };
    return { kind: 'statusEnquiry', password, serviceByte: EXTENDED_STATUS };
  }

  /** 06 93. */
  signOn(): Promise<ExchangeOutcome> {
    return this.plain({ kind: 'initialisation', password: this.options.password }, exchangeOutcome);
  }

  /** 06 02, then the link is closed. The acquirer session itself has no end in ZVT: switching off ends it. */
  signOff(): Promise<ExchangeOutcome> {
    return this.alone(async () => {
      const outcome = exchangeOutcome(await this.registered({ kind: 'logOff' }));
      this.forget();
      return outcome;
    }, exchangeOutcome);
  }

  /** 06 01. */
  pay(order: PaymentOrder): Promise<PaymentOutcome> {
    return this.money(
      order,
      (end) => paymentOutcome(end, order),
      (fields) => ({ kind: 'authorisation', ...fields }),
    );
  }

  /**
   * 06 30. The amount is always sent: the terminal compares it with the sale's, and less than that is a partial reversal where the terminal
   * knows such a thing (else it refuses).
   */
  async reverse(order: ReversalOrder): Promise<PaymentOutcome> {
    const { receiptNo } = order.original;
    if (order.amountMinor > order.originalMinor) throw new RangeError('a reversal takes back at most what was sold');
    if (receiptNo === undefined || receiptNo < 1 || receiptNo > HIGHEST_RECEIPT_NO) {
      return { kind: 'failed', code: 'notReversible', detail: 'ZVT reverses by receipt number, and the sale has none' };
    }
    const { password } = this.options;
    return this.money(
      order,
      (end) => reversalOutcome(end, order),
      (fields) => ({ kind: 'reversal', password, receiptNo, ...fields }),
    );
  }

  /** 06 31. */
  refund(order: RefundOrder): Promise<PaymentOutcome> {
    const { password } = this.options;
    return this.money(
      order,
      (end) => paymentOutcome(end, order),
      (fields) => ({ kind: 'refund', password, ...fields }),
    );
  }

  /** 06 50. */
  settle(): Promise<SettlementOutcome> {
    return this.plain({ kind: 'endOfDay', password: this.options.password }, (end) => settlementOutcome(end, this.options.currency));
  }

  /** 06 10. */
  totals(): Promise<TotalsOutcome> {
    return this.plain({ kind: 'turnoverTotals', password: this.options.password }, (end) => totalsOutcome(end, this.options.currency));
  }

  /** 06 51. */
  sendStored(): Promise<SendStoredOutcome> {
    return this.plain({ kind: 'sendOfflineTransactions', password: this.options.password }, sendStoredOutcome);
  }

  /** 06 20 for the last receipt, 06 12 for one by its number. Lines of our own can't be printed by the terminal. */
  async reprint(order: ReprintOrder): Promise<ReprintOutcome> {
    const { password } = this.options;
    switch (order.which) {
      case 'last':
        return this.plain({ kind: 'repeatReceipt', password, serviceByte: null }, reprintOutcome);
      case 'receipt':
        return this.plain({ kind: 'reprintReceipts', password, from: order.receiptNo, to: null }, reprintOutcome);
      case 'lines':
        throw new UndeclaredOperationError(this.capabilities.protocol, 'reprint');
    }
  }

  /** 06 70 for the way to the host, 06 79 for the terminal itself. */
  diagnose(depth: 'host' | 'self'): Promise<DiagnosisOutcome> {
    const command: Command = depth === 'host' ? { kind: 'diagnosis', diagnosisType: null } : { kind: 'selftest' };
    return this.plain(command, (end) => diagnosisOutcome(end, depth));
  }

  /** 06 18. The link is closed afterwards, whatever the terminal said: it forgets us. */
  restart(): Promise<RestartOutcome> {
    return this.alone(async () => {
      const outcome = restartOutcome(await this.registered({ kind: 'resetTerminal' }));
      if (outcome.kind !== 'failed') this.forget();
      return outcome;
    }, restartOutcome);
  }

  /** 06 91. */
  async setTime(localDateTime: string): Promise<ExchangeOutcome> {
    const parts = LOCAL_TIME.exec(localDateTime);
    if (!parts) throw new RangeError('a local date and time is YYYY-MM-DDTHH:MM:SS');
    const [, year, month, day, hour, minute, second] = parts;
    const { password } = this.options;
    const command: Command = { kind: 'setDateAndTime', password, date: `${year}${month}${day}`, time: `${hour}${minute}${second}` };
    return this.plain(command, exchangeOutcome);
  }

  /** 06 E0. At most eight lines; the terminal may answer only when the text has been shown. */
  async display({ lines, seconds }: DisplayOrder): Promise<ExchangeOutcome> {
    if (lines.length > DISPLAY_LINES) throw new RangeError(`a ZVT terminal shows at most ${DISPLAY_LINES} lines`);
    const shown = Math.min(LONGEST_DISPLAY_SECONDS, Math.max(0, Math.round(seconds)));
    return this.plain({ kind: 'displayText', old: false, lines: [...lines], seconds: shown, beeps: null }, exchangeOutcome);
  }

  /** 06 B0: in between when a command runs, else by itself, which also takes a shown text away. */
  async abort(): Promise<ExchangeOutcome> {
    const answer = this.client.abort();
    if (answer) return abortOutcome(await answer);
    // A command of ours that has not reached the wire yet can't be aborted there, and a second request adds nothing to the first.
    if (this.occupied) return abortOutcome(null);
    return this.alone(async () => exchangeOutcome(await this.unregistered({ kind: 'abort' })), exchangeOutcome);
  }

  /** 06 20 with service byte 03 03. It can't be asked for a reference: the terminal tells its last transaction. */
  enquireLostOutcome(): Promise<EnquiryOutcome> {
    const command: Command = { kind: 'repeatReceipt', password: this.options.password, serviceByte: LAST_OUTCOME };
    return this.plain(command, (end) => enquiryOutcome(end, this.options.currency));
  }

  /** One listener: the last one set. */
  onStreamBroken(listener: (broken: StreamBreak) => void): void {
    this.client.streamBroken = listener;
  }

  /** One listener: the last one set. Decoding costs something for every frame, so nobody is told while nobody listens. */
  onDialogue(listener: (frame: DialogueFrame) => void): void {
    this.client.watch = {
      sent: (bytes) => listener(sentFrame(bytes, this.characterSet)),
      received: (frame) => listener(dialogueFrame('received', frame, this.characterSet)),
    };
  }

  /** Drops the link. */
  async close(): Promise<void> {
    this.forget();
  }

  private forget(): void {
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

  private plain<T>(command: Command, read: (end: ExchangeResult) => T): Promise<T> {
    return this.alone(async () => read(await this.registered(command)), read);
  }

  private money(
    order: PaymentOrder,
    read: (end: ExchangeResult) => PaymentOutcome,
    command: (fields: { amountMinor: number; currency: number; transactionIdentifier: null }) => Command,
  ): Promise<PaymentOutcome> {
    return this.alone(async () => {
      const currency = numericCurrency(order.currency);
      if (currency === undefined) {
        return { kind: 'failed', code: 'unsupportedCurrency', detail: `ZVT has no number for the currency ${order.currency}` };
      }
      if (!Number.isSafeInteger(order.amountMinor) || order.amountMinor <= 0 || order.amountMinor > HIGHEST_AMOUNT) {
        throw new RangeError('an amount is a positive integer of at most twelve digits');
      }
      const notReady = await this.ensureRegistered();
      if (notReady) return read(notReady);
      if (order.signal?.aborted) return { kind: 'failed', code: 'cancelled', detail: 'withdrawn before it was sent' };
      return read(
        await this.run(command({ amountMinor: order.amountMinor, currency, transactionIdentifier: null }), watchOf(order.observer)),
      );
    }, read);
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
    const { password, receipts, configByte, characterSet } = this.options;
    const end = await this.run({
      kind: 'registration',
      password,
      config: configByte ?? DEFAULT_CONFIG_BYTE,
      currency: this.currencyNumber,
      serviceByte: null,
      tlv: true,
      printBlocks: receipts !== 'lines',
      characterSet: characterSet === 'utf8' ? 'utf8' : null,
    });
    if (exchangeOutcome(end).kind !== 'done' || end.kind !== 'completed') return end;
    this.registeredLink = this.client.linkNo;
    // Asked for and not said back means not granted (spec 13.08, tag 14).
    this.characterSet = characterSet === 'utf8' && end.completion.characterSet === 'utf8' ? 'utf8' : startingSet(this.options);
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
        bytes: encodeCommand(command, this.characterSet),
        endsWhenAcknowledged: WITHOUT_COMPLETION.has(command.kind),
        completionShape: command.kind === 'statusEnquiry' ? 'status' : 'bitmaps',
        characterSet: this.characterSet,
        canPrint: this.options.canPrint?.() ?? true,
        ...(command.kind === 'displayText' ? { extraT3Seconds: command.seconds ?? 0 } : {}),
      },
      watch,
    );
    // The terminal has forgotten us: the next command registers again.
    if (refusedAs(end, RESULT.notRegistered)) this.registeredLink = -1;
    return end;
  }
}

/** Whether the terminal said no with one of these codes, by 84 or by 06 1E. */
function refusedAs(end: ExchangeResult, ...codes: number[]): boolean {
  const code = end.kind === 'refused' ? end.code : end.kind === 'aborted' ? end.resultCode : null;
  return code !== null && codes.includes(code);
}

/** UTF-8 has to be granted first. */
function startingSet({ characterSet = 'cp437' }: ZvtDriverOptions): CharacterSet {
  return characterSet === 'utf8' ? 'cp437' : characterSet;
}

function watchOf(observer: PaymentObserver | undefined): ExchangeWatch {
  return {
    sent: () => observer?.sent?.(),
    progress: (code) => observer?.progress?.(code),
  };
}
