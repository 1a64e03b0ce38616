import { type CardGroup, type Command, RESULT } from '@tillward/driver-zvt';
import type { LedgerLine } from '../ledger/index.js';
import type { SeededRandom } from '../seeded-random.js';
import type { AcquirerHost, HostAnswer } from './acquirer-host.js';
import type { CommandRun } from './command-run.js';
import type { FaultBox } from './fault-box.js';
import type { TerminalClock } from './terminal-clock.js';
import type { NewTransaction, TerminalStore } from './terminal-store.js';
import type { TillDialogue } from './till-dialogue.js';
import { judgeReversal, type StoredTransaction } from './turnover.rules.js';

/** Codes of 04 FF the simulator shows: insert card, please wait, waiting for the host, sending stored bookings. */
export const SHOWN = { insertCard: 0x0a, pleaseWait: 0x17, waitingForHost: 0x04, sendingStored: 0x06 } as const;

const CARDS: readonly { readonly group: CardGroup; readonly name: string }[] = [
  { group: 'girocard', name: 'girocard' },
  { group: 'mastercard', name: 'Mastercard' },
  { group: 'mastercard', name: 'Debit Mastercard' },
  { group: 'visa', name: 'VISA' },
  { group: 'visa', name: 'V PAY' },
  { group: 'amex', name: 'American Express' },
  { group: 'other', name: 'UnionPay' },
];

/** How long people and hosts take, and what the terminal may decide alone. Times in milliseconds, ranges inclusive. */
export interface Pace {
  readonly random: SeededRandom;
  readonly cardMs: readonly [number, number];
  readonly hostMs: readonly [number, number];
  /** Without a way to the host, sales up to this amount are authorised offline and stored; 0 for none. */
  readonly offlineLimitMinor: number;
  /** The terminal wants an end of day (F0) when its batch holds so many transactions. */
  readonly batchLimit: number;
  /** Told of every line after it is on the disk. */
  readonly booked: (line: LedgerLine) => void;
}

/** The parts of a terminal that its operations work with. */
export interface Workplace {
  readonly store: TerminalStore;
  readonly host: AcquirerHost;
  readonly till: TillDialogue;
  readonly clock: TerminalClock;
  readonly faults: FaultBox;
  readonly currencyNumber: number;
}

type Money = Extract<Command, { kind: 'authorisation' | 'reversal' | 'refund' }>;

/** Sales, reversals and refunds: 06 01, 06 30, 06 31. */
export class MoneyOperations {
  private readonly cards: SeededRandom;

  constructor(
    private readonly pace: Pace,
    private readonly work: Workplace,
  ) {
    // Cards have randomness of their own: which card comes next doesn't depend on how often anybody asked for totals.
    this.cards = pace.random.fork('cards');
  }

  /** 06 01. */
  async sell(run: CommandRun, command: Extract<Command, { kind: 'authorisation' }>): Promise<void> {
    const amountMinor = await this.checkedAmount(run, command);
    if (amountMinor === null) return;
    await this.takeBackUnknown(run, command.transactionIdentifier);
    await this.meetCard(run);
    const offline = this.authorisesOffline(amountMinor);
    const answer: HostAnswer = offline ? { approved: true, authorisationCode: '' } : this.work.host.authorise();
    if (!answer.approved) return this.decline(run, answer.resultCode, amountMinor);
    await this.bookAndTell(run, {
      kind: 'sale',
      amountMinor,
      ...this.nextCard(),
      authorisationCode: answer.authorisationCode,
      ...this.work.clock.dateAndTime(),
      unsent: offline,
    });
  }

  /** 06 31. */
  async refund(run: CommandRun, command: Extract<Command, { kind: 'refund' }>): Promise<void> {
    const amountMinor = await this.checkedAmount(run, command);
    if (amountMinor === null) return;
    await this.meetCard(run);
    const answer = this.work.host.giveBack();
    if (!answer.approved) return this.decline(run, answer.resultCode, amountMinor);
    await this.bookAndTell(run, {
      kind: 'refund',
      amountMinor,
      ...this.nextCard(),
      authorisationCode: answer.authorisationCode,
      ...this.work.clock.dateAndTime(),
      unsent: false,
    });
  }

  /** 06 30, of a whole sale or a part of it; without a receipt number of the last transaction. */
  async reverse(run: CommandRun, command: Extract<Command, { kind: 'reversal' }>): Promise<void> {
    const { store, host } = this.work;
    if (this.foreign(command)) return run.abort(RESULT.wrongCurrency);
    const receiptNo = command.receiptNo ?? store.last?.receiptNo ?? -1;
    const verdict = judgeReversal(store.batch.transactions, receiptNo, command.amountMinor);
    if (!verdict.possible) return run.abort(verdict.resultCode);
    await run.show(SHOWN.pleaseWait);
    await run.reach('afterIntermediate');
    run.requireLink();
    await run.pause(this.duration(this.pace.hostMs));
    const answer = host.giveBack();
    if (!answer.approved) return this.decline(run, answer.resultCode, verdict.amountMinor);
    await this.bookAndTell(run, this.reversalOf(verdict.original, verdict.amountMinor, answer.authorisationCode));
  }

  private reversalOf(original: StoredTransaction, amountMinor: number, authorisationCode: string): NewTransaction {
    const { cardGroup, cardName, cardLast4, receiptNo, traceNo, unsent } = original;
    return {
      kind: 'reversal',
      amountMinor,
      cardGroup,
      cardName,
      cardLast4,
      authorisationCode,
      ...this.work.clock.dateAndTime(),
      reversedReceiptNo: receiptNo,
      originalTraceNo: traceNo,
      // The host must not hear of a reversal before it hears of the sale.
      unsent,
    };
  }

  /**
   * Tag 1F1F names the last receipt the till knows of. When the terminal's own is one ahead of it, the till never learned of a sale: the
   * terminal takes that back before it begins the new one (spec 13.08, "Authorisation").
   */
  private async takeBackUnknown(run: CommandRun, lastKnownReceiptNo: number | null): Promise<void> {
    const { store, host } = this.work;
    if (lastKnownReceiptNo === null || store.last?.receiptNo !== lastKnownReceiptNo + 1) return;
    const verdict = judgeReversal(store.batch.transactions, store.last.receiptNo, null);
    if (!verdict.possible) return;
    await run.pause(this.duration(this.pace.hostMs));
    const answer = host.giveBack();
    if (answer.approved) this.book(this.reversalOf(verdict.original, verdict.amountMinor, answer.authorisationCode));
  }

  /** The amount of a command that can be carried out; null when it was refused. */
  private async checkedAmount(run: CommandRun, command: Money): Promise<number | null> {
    if (this.foreign(command)) {
      await run.abort(RESULT.wrongCurrency);
      return null;
    }
    if (command.amountMinor) return command.amountMinor;
    await run.abort(RESULT.protocolError);
    return null;
  }

  private foreign({ currency }: Money): boolean {
    return currency !== null && currency !== this.work.currencyNumber;
  }

  /** Waits for the customer, who can be sent away until the card was read, and then for the host's line. */
  private async meetCard(run: CommandRun): Promise<void> {
    await run.show(SHOWN.insertCard);
    await run.awaitCustomer(this.duration(this.pace.cardMs));
    await run.show(SHOWN.pleaseWait);
    await run.reach('afterIntermediate');
    // Until here a vanished till means that nobody wants this any more.
    run.requireLink();
    await run.pause(this.duration(this.pace.hostMs));
  }

  private authorisesOffline(amountMinor: number): boolean {
    if (this.work.faults.takeOfflineSale()) return true;
    return !this.work.host.up && amountMinor <= this.pace.offlineLimitMinor;
  }

  private async decline(run: CommandRun, resultCode: number, amountMinor: number): Promise<void> {
    await run.sayOutcome(this.work.till.refusalInformation(resultCode, amountMinor, this.work.store.useTraceNo()));
    await run.abort(resultCode);
  }

  private async bookAndTell(run: CommandRun, transaction: NewTransaction): Promise<void> {
    const { till } = this.work;
    await run.reach('beforeBooking');
    const stored = this.book(transaction);
    await run.reach('afterBooking');
    const refused = await run.sayOutcome(till.transactionInformation(stored));
    if (refused !== 0 && stored.kind === 'sale') return this.takeBackRefused(run, stored);
    await run.reach('afterStatus');
    await till.printPayment(run, stored, ['merchant', 'cardholder']);
    await run.complete();
  }

  /** The till said 84 to the outcome: it can't hand the goods over, and the customer gets the money back (spec 13.08, "Authorisation"). */
  private async takeBackRefused(run: CommandRun, sale: StoredTransaction): Promise<void> {
    this.book(this.reversalOf(sale, sale.amountMinor, ''));
    await run.abort(RESULT.aborted);
  }

  private book(transaction: NewTransaction): StoredTransaction {
    const { store, faults } = this.work;
    const earlier = store.batch.transactions.findLast(({ kind }) => kind === 'sale');
    const repeats = transaction.kind === 'sale' && earlier !== undefined && faults.takeRepeatedTraceNo();
    const { stored, line } = store.book(transaction, new Date(), repeats ? earlier.traceNo : undefined);
    this.pace.booked(line);
    if (store.batch.transactions.length >= this.pace.batchLimit) faults.set('settlementNeeded', true);
    return stored;
  }

  private nextCard(): { cardGroup: CardGroup; cardName: string; cardLast4: string } {
    const card = this.cards.pick(CARDS);
    return { cardGroup: card.group, cardName: card.name, cardLast4: String(this.cards.integer(0, 9_999)).padStart(4, '0') };
  }

  private duration([min, max]: readonly [number, number]): number {
    return this.pace.random.integer(min, max);
  }
}
