import type { ReprintRequest, ReprintView, TillRefusalCode } from '@tillward/contracts';
import type { ReprintOutcome } from '@tillward/driver';
import type { Clock } from '../clock.js';
import type { Journal } from '../journal/index.js';
import type { TerminalActor, Terminals } from '../terminals/index.js';
import { markedCopy } from './payments.rules.js';
import type { PaymentService } from './payments.service.js';

/** A copy, or why there is none. */
export type ReprintAnswer = { ok: true; view: ReprintView } | { ok: false; code: TillRefusalCode };

/** How a terminal printed: from its own memory, or from lines it was given. */
type Printed = { which: 'receipt' | 'lines'; receiptNo?: number };

const refused = (code: TillRefusalCode): { ok: false; code: TillRefusalCode } => ({ ok: false, code });

/** Prints receipts again: with reason and person, counted, and marked as a copy. */
export class Reprints {
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #terminals: Terminals;
  readonly #payments: PaymentService;

  constructor(context: { clock: Clock }, parts: { journal: Journal; terminals: Terminals; payments: PaymentService }) {
    this.#clock = context.clock;
    this.#journal = parts.journal;
    this.#terminals = parts.terminals;
    this.#payments = parts.payments;
  }

  /** Makes a copy for the person who asked. On the till: its lines, recorded before they are handed out. */
  async reprint(paymentId: string, request: ReprintRequest, operatorId: string): Promise<ReprintAnswer> {
    const payment = this.#payments.find(paymentId);
    if (!payment) return refused('unknownPayment');
    const kept = this.#payments.receipts.find(paymentId);
    const copyNo = (kept?.copies ?? 0) + 1;
    const record = (printed: Printed) => this.#record(payment.terminal, { ...printed, paymentId, operatorId, copyNo }, request);
    if (request.on === 'till') {
      if (!kept || kept.lines.length === 0) return refused('noReceipt');
      record({ which: 'lines' });
      return { ok: true, view: { paymentId, copyNo, lines: markedCopy(kept.lines, copyNo) } };
    }
    const actor = this.#terminals.get(payment.terminal);
    if (!actor) return refused('unknownTerminal');
    if (actor.watchedOnly) return refused('operationUnsupported');
    if (actor.heldBy) return refused('terminalClosing');
    if (actor.occupied) return refused('terminalBusy');
    return actor.run('maintaining', async () => {
      const printed = await this.#print(actor, payment.booked?.receiptNo, kept?.lines ?? [], copyNo);
      if (!('which' in printed)) return printed;
      record(printed);
      return { ok: true, view: { paymentId, copyNo } };
    });
  }

  async #print(
    actor: TerminalActor,
    receiptNo: number | undefined,
    lines: readonly string[],
    copyNo: number,
  ): Promise<Printed | { ok: false; code: TillRefusalCode }> {
    const { reprints } = actor.driver.capabilities;
    if (receiptNo !== undefined && reprints.has('receipt')) {
      const outcome = await actor.driver.reprint({ which: 'receipt', receiptNo });
      if (outcome.kind === 'failed') return refused('notPrinted');
      if (!handedOver(outcome)) return { which: 'receipt', receiptNo };
    }
    if (!reprints.has('lines')) return refused(reprints.has('receipt') ? 'notPrinted' : 'operationUnsupported');
    if (lines.length === 0) return refused('noReceipt');
    const outcome = await actor.driver.reprint({ which: 'lines', lines: markedCopy(lines, copyNo) });
    return outcome.kind === 'failed' ? refused('notPrinted') : { which: 'lines' };
  }

  #record(
    terminal: string,
    copy: Printed & { paymentId: string; operatorId: string; copyNo: number },
    { reason, tillId }: ReprintRequest,
  ): void {
    this.#journal.commit((tx) => {
      this.#payments.receipts.copied(tx, copy.paymentId, this.#clock.now());
      tx.append('ReceiptReprinted', terminal, { by: 'till', ...copy, reason, tillId });
    });
  }
}

/** The terminal left the printing to us: it made no copy. */
function handedOver(outcome: ReprintOutcome): boolean {
  return outcome.kind === 'printed' && outcome.receipt !== undefined && outcome.receipt.length > 0;
}
