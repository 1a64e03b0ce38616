import {
  type CardGroup,
  CONFIG,
  type Command,
  encodeAbort,
  encodeCompletion,
  encodePrintBlock,
  encodePrintLine,
  encodeStatusCompletion,
  encodeStatusInformation,
  numericCurrency,
  RESULT,
  type ReceiptCopy,
} from '@tillward/driver-zvt';
import type { SeededRandom } from '../seeded-random.js';
import type { AcquirerHost } from './acquirer-host.js';
import { statusByteOf, type TerminalCondition } from './admission.rules.js';
import type { CommandRun } from './command-run.js';
import type { LedgerLine } from './ledger.js';
import { type ReceiptHead, saleReceipt, settlementReceipt } from './receipt.js';
import type { StoredSale, TerminalStore } from './terminal-store.js';

/** Codes of 04 FF the simulator shows: insert card, please wait, waiting for the host. */
const SHOWN = { insertCard: 0x0a, pleaseWait: 0x17, waitingForHost: 0x04 } as const;

const CARDS: readonly { readonly group: CardGroup; readonly name: string }[] = [
  { group: 'girocard', name: 'girocard' },
  { group: 'mastercard', name: 'Mastercard' },
  { group: 'mastercard', name: 'Debit Mastercard' },
  { group: 'visa', name: 'VISA' },
  { group: 'visa', name: 'V PAY' },
  { group: 'amex', name: 'American Express' },
  { group: 'other', name: 'UnionPay' },
];

/** Who a terminal is and how long things take at it, as far as its operations care. Times in milliseconds, ranges inclusive. */
export interface OperationOptions {
  readonly storeName: string;
  readonly terminalId: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly random: SeededRandom;
  readonly cardMs: readonly [number, number];
  readonly hostMs: readonly [number, number];
  /** Told of every line after it is on the disk. */
  readonly booked: (line: LedgerLine) => void;
}

/** What a terminal does when it has taken a command: the acts behind the frames, and the condition they leave it in. */
export class TerminalOperations {
  settlementNeeded = false;
  printerNotReady = false;
  cardInserted = false;
  private readonly currencyNumber: number;
  private readonly cards: SeededRandom;
  private registration: { readonly config: number; readonly tlv: boolean } | null = null;
  private signedOn = false;

  constructor(
    private readonly options: OperationOptions,
    private readonly store: TerminalStore,
    private readonly host: AcquirerHost,
  ) {
    const number = numericCurrency(options.currency);
    if (number === undefined) throw new RangeError(`ZVT has no number for the currency ${options.currency}`);
    this.currencyNumber = number;
    // Cards have randomness of their own: which card comes next doesn't depend on how often anybody asked for totals.
    this.cards = options.random.fork('cards');
  }

  /** The till's configuration byte; 0 when none is registered. */
  get config(): number {
    return this.registration?.config ?? 0;
  }

  /** Forgets what lives in volatile memory. */
  losePower(): void {
    this.registration = null;
    this.signedOn = false;
  }

  /** How the terminal stands. */
  condition(): TerminalCondition {
    const { settlementNeeded, printerNotReady, cardInserted } = this;
    return { registered: this.registration !== null, signedOn: this.signedOn, settlementNeeded, printerNotReady, cardInserted };
  }

  /** Carries out an admitted command, from after its 80 00 00 to its completion. `busy` is what a status enquiry then says. */
  async perform(command: Command, run: CommandRun, busy: boolean): Promise<void> {
    switch (command.kind) {
      case 'registration':
        this.registration = { config: command.config, tlv: command.tlv };
        return this.complete(run, encodeCompletion(this.options.terminalId));
      case 'logOff':
        this.registration = null;
        return;
      case 'statusEnquiry': {
        const version = `TILLWARD-SIM 1.0 ${this.options.terminalId}`;
        return this.complete(run, encodeStatusCompletion(version, busy ? RESULT.busy : statusByteOf(this.condition())));
      }
      case 'initialisation':
        return this.initialise(run);
      case 'authorisation':
        return this.sell(run, command.amountMinor, command.currency);
      case 'endOfDay':
        return this.endOfDay(run);
      case 'turnoverTotals':
        await run.say(this.totalsInformation({}));
        return this.complete(run, encodeCompletion());
      case 'repeatReceipt':
        return this.repeat(run, command.serviceByte === null);
    }
  }

  private async complete(run: CommandRun, completion: Uint8Array): Promise<void> {
    await run.reach('beforeCompletion');
    await run.say(completion);
  }

  private async initialise(run: CommandRun): Promise<void> {
    await run.show(SHOWN.waitingForHost);
    await run.pause(this.duration(this.options.hostMs));
    const resultCode = this.host.connect();
    if (resultCode !== RESULT.ready) return run.say(encodeAbort(resultCode));
    this.signedOn = true;
    return this.complete(run, encodeCompletion());
  }

  private async sell(run: CommandRun, amountMinor: number | null, currency: number | null): Promise<void> {
    if (currency !== null && currency !== this.currencyNumber) return run.say(encodeAbort(RESULT.wrongCurrency));
    if (amountMinor === null || amountMinor === 0) return run.say(encodeAbort(RESULT.protocolError));
    await run.show(SHOWN.insertCard);
    await run.pause(this.duration(this.options.cardMs));
    await run.show(SHOWN.pleaseWait);
    await run.reach('afterIntermediate');
    // Until here a vanished till means that nobody wants this sale any more.
    run.requireLink();
    await run.pause(this.duration(this.options.hostMs));
    const answer = this.host.authorise();
    if (!answer.approved) {
      const traceNo = this.store.nextTraceNo();
      await run.say(encodeStatusInformation({ resultCode: answer.resultCode, amountMinor, traceNo, currency: this.currencyNumber }));
      return run.say(encodeAbort(answer.resultCode));
    }
    await run.reach('beforeBooking');
    const sale = this.newSale(amountMinor, answer.authorisationCode);
    this.options.booked(this.store.bookSale(sale, new Date()));
    await run.reach('afterBooking');
    await run.say(this.saleInformation(sale));
    await run.reach('afterStatus');
    await this.print(run, CONFIG.tillPrintsPayments, [
      { copy: 'merchant', lines: saleReceipt(this.receiptHead(), sale, 'merchant') },
      { copy: 'cardholder', lines: saleReceipt(this.receiptHead(), sale, 'cardholder') },
    ]);
    return this.complete(run, encodeCompletion());
  }

  private async endOfDay(run: CommandRun): Promise<void> {
    await run.show(SHOWN.waitingForHost);
    await run.reach('afterIntermediate');
    run.requireLink();
    await run.pause(this.duration(this.options.hostMs));
    const resultCode = this.host.connect();
    if (resultCode !== RESULT.ready) return run.say(encodeAbort(resultCode));
    await run.reach('beforeBooking');
    const settled = { no: this.store.batch.no, ...this.store.totals() };
    const traceNo = this.store.nextTraceNo();
    const information = this.totalsInformation({ traceNo });
    this.options.booked(this.store.settle(traceNo, this.store.nextReceiptNo(), new Date()));
    this.settlementNeeded = false;
    await run.reach('afterBooking');
    await run.say(information);
    await run.reach('afterStatus');
    const lines = settlementReceipt(this.receiptHead(), settled);
    await this.print(run, CONFIG.tillPrintsAdministration, [{ copy: 'administrative', lines }]);
    return this.complete(run, encodeCompletion());
  }

  private async repeat(run: CommandRun, printed: boolean): Promise<void> {
    const { last } = this.store;
    if (!last) return run.say(encodeAbort(RESULT.notPossible, true));
    await run.say(this.saleInformation(last));
    if (printed) {
      await this.print(run, CONFIG.tillPrintsPayments, [{ copy: 'merchant', lines: saleReceipt(this.receiptHead(), last, 'merchant') }]);
    }
    return this.complete(run, encodeCompletion());
  }

  /** Sends receipts to the till if it registered to print them: as a block when it permits blocks, else line by line. */
  private async print(run: CommandRun, bit: number, receipts: readonly { copy: ReceiptCopy; lines: readonly string[] }[]): Promise<void> {
    const { registration } = this;
    if (!registration || (registration.config & bit) === 0) return;
    for (const { copy, lines } of receipts) {
      if (registration.tlv && (registration.config & CONFIG.receiptsAsBlock) !== 0) {
        await run.say(encodePrintBlock(copy, lines));
        continue;
      }
      for (const [index, line] of lines.entries()) await run.say(encodePrintLine(line, index === lines.length - 1));
    }
  }

  private newSale(amountMinor: number, authorisationCode: string): StoredSale {
    const card = this.cards.pick(CARDS);
    return {
      traceNo: this.store.nextTraceNo(),
      receiptNo: this.store.nextReceiptNo(),
      amountMinor,
      cardGroup: card.group,
      cardName: card.name,
      cardLast4: String(this.cards.integer(0, 9_999)).padStart(4, '0'),
      authorisationCode,
      ...this.localTime(),
    };
  }

  private saleInformation(sale: StoredSale): Uint8Array {
    const { cardGroup: _group, ...fields } = sale;
    return encodeStatusInformation({
      resultCode: RESULT.ready,
      currency: this.currencyNumber,
      terminalId: this.options.terminalId,
      ...fields,
    });
  }

  private totalsInformation(extra: { traceNo?: number }): Uint8Array {
    const { individual, amountMinor } = this.store.totals();
    return encodeStatusInformation({
      resultCode: RESULT.ready,
      amountMinor,
      currency: this.currencyNumber,
      terminalId: this.options.terminalId,
      totals: individual,
      ...this.localTime(),
      ...extra,
    });
  }

  private receiptHead(): ReceiptHead {
    const { storeName, terminalId, currency } = this.options;
    return { storeName, terminalId, currency };
  }

  private duration([min, max]: readonly [number, number]): number {
    return this.options.random.integer(min, max);
  }

  private localTime(): { date: string; time: string } {
    const parts = new Intl.DateTimeFormat('en-GB', {
      timeZone: this.options.timeZone,
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    }).formatToParts(new Date());
    const part = (type: string) => parts.find((entry) => entry.type === type)?.value ?? '00';
    return { date: `${part('month')}${part('day')}`, time: `${part('hour')}${part('minute')}${part('second')}` };
  }
}
