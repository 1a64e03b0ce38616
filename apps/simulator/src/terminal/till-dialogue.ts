import {
  type CharacterSet,
  CONFIG,
  type Command,
  encodePrintBlock,
  encodePrintLine,
  encodeStatusInformation,
  RESULT,
  type ReceiptCopy,
} from '@tillward/driver-zvt';
import type { CommandRun } from './command-run.js';
import { administrative, type ReceiptHead, transactionReceipt } from './receipt.js';
import type { TerminalClock } from './terminal-clock.js';
import type { StoredTransaction, Turnover } from './turnover.rules.js';

/** Who a terminal says it is. */
export interface TerminalIdentity {
  readonly storeName: string;
  readonly terminalId: string;
  readonly currency: string;
}

/** A receipt on its way to paper. */
export interface PrintJob {
  readonly copy: ReceiptCopy;
  readonly lines: readonly string[];
}

/** What the till said of itself in 06 00. */
type Registration = Extract<Command, { kind: 'registration' }>;

/**
 * What a terminal knows of its till, and how it therefore talks to it: whether 04 FF is wanted, who prints, as lines (06 D1) or blocks (06 D3),
 * in which characters. 06 02 and a power cut make it forget everything, the permission to send TLV included.
 */
export class TillDialogue {
  private registration: Registration | null = null;

  constructor(
    private readonly identity: TerminalIdentity & { readonly characterSet: CharacterSet },
    private readonly currencyNumber: number,
    private readonly clock: TerminalClock,
  ) {}

  /** Whether a till has introduced itself since the power came. */
  get registered(): boolean {
    return this.registration !== null;
  }

  /** Whether the till can read TLV containers. */
  get tlv(): boolean {
    return this.registration?.tlv ?? false;
  }

  /** Characters of its texts: those the till asked for, else the terminal's own. */
  get characterSet(): CharacterSet {
    return this.registration?.characterSet ?? this.identity.characterSet;
  }

  /** Takes what the till said of itself. */
  register(registration: Registration): void {
    this.registration = registration;
  }

  /** Knows no till any more. */
  forget(): void {
    this.registration = null;
  }

  /** Whether the till set this bit of its configuration byte. */
  configured(bit: number): boolean {
    return ((this.registration?.config ?? 0) & bit) !== 0;
  }

  /** Sends a payment's receipts to the till, if it is the one that prints them. */
  async printPayment(
    run: CommandRun,
    transaction: StoredTransaction,
    copies: readonly ('merchant' | 'cardholder')[],
    again = false,
  ): Promise<void> {
    const jobs = copies.map((copy) => ({ copy, lines: transactionReceipt(this.receiptHead(), transaction, copy, again) }));
    await this.print(run, CONFIG.tillPrintsPayments, jobs);
  }

  /** Sends a receipt about the terminal itself to the till, if it is the one that prints those. */
  async printAdministration(run: CommandRun, lines: readonly string[]): Promise<void> {
    await this.print(run, CONFIG.tillPrintsAdministration, [{ copy: 'administrative', lines }]);
  }

  /** Lines of a receipt about the terminal itself. */
  administrative(title: string, lines: readonly string[]): string[] {
    return administrative(this.receiptHead(), title, lines);
  }

  /** What stands on every receipt. */
  receiptHead(): ReceiptHead {
    const { storeName, terminalId, currency } = this.identity;
    return { storeName, terminalId, currency };
  }

  /** 04 0F of a booked transaction. */
  transactionInformation(transaction: StoredTransaction): Uint8Array {
    const { amountMinor, traceNo, receiptNo, cardLast4, cardName, authorisationCode, date, time, originalTraceNo } = transaction;
    return encodeStatusInformation({
      resultCode: RESULT.ready,
      currency: this.currencyNumber,
      terminalId: this.identity.terminalId,
      amountMinor,
      traceNo,
      receiptNo,
      cardLast4,
      cardName,
      authorisationCode,
      date,
      time,
      characterSet: this.characterSet,
      ...(originalTraceNo === undefined ? {} : { originalTraceNo }),
    });
  }

  /** 04 0F of a transaction that came to nothing. */
  refusalInformation(resultCode: number, amountMinor: number, traceNo: number): Uint8Array {
    return encodeStatusInformation({ resultCode, amountMinor, traceNo, currency: this.currencyNumber });
  }

  /** 04 0F with the totals of a batch. The amount has no sign: a batch that gave back more than it took shows 0. */
  totalsInformation({ individual, amountMinor }: Turnover, traceNo?: number): Uint8Array {
    return encodeStatusInformation({
      resultCode: RESULT.ready,
      amountMinor: Math.max(0, amountMinor),
      currency: this.currencyNumber,
      terminalId: this.identity.terminalId,
      totals: individual,
      ...this.clock.dateAndTime(),
      ...(traceNo === undefined ? {} : { traceNo }),
    });
  }

  /** Without `receiptsAsText` the till makes its receipts itself, from 04 0F. One that can't print (84 CC) is spared the rest. */
  private async print(run: CommandRun, bit: number, jobs: readonly PrintJob[]): Promise<void> {
    if (!this.configured(bit) || !this.configured(CONFIG.receiptsAsText)) return;
    for (const { copy, lines } of jobs) {
      if (this.registration?.printBlocks) {
        if ((await run.say(encodePrintBlock(copy, lines, this.characterSet))) === RESULT.printerNotReady) return;
        continue;
      }
      for (const [index, line] of lines.entries()) {
        const code = await run.say(encodePrintLine(line, index === lines.length - 1, this.characterSet));
        if (code === RESULT.printerNotReady) return;
      }
    }
  }
}
