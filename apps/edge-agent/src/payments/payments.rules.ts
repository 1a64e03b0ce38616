import type { PaymentRequest, PaymentState, RefundRequest, ReversalRequest, TillRefusalCode, TransactionKind } from '@tillward/contracts';
import type { PaymentOutcome } from '@tillward/driver';
import type { BatchState } from '../batches/index.js';
import type { TerminalFacts } from '../terminals/index.js';

/** What decides whether a terminal may move money now. */
export interface SaleSituation {
  request: Pick<PaymentRequest, 'currency'>;
  terminalCurrency: string;
  /** The terminal works on its own and takes no sale of a till. */
  watchedOnly: boolean;
  facts: Pick<TerminalFacts, 'signedOn' | 'resting' | 'power'>;
  heldBy: 'opening' | 'closing' | 'maintenance' | null;
  occupied: boolean;
  /** A payment of this terminal has an unknown outcome. */
  inDoubt: boolean;
  batchState: BatchState | null;
  /** The operator signed on, and until when the certificate is valid by the policy in force (epoch ms; null: not certified any more). */
  operator: { certifiedUntilMs: number | null } | null;
  storeOpen: boolean;
  afterHours: 'block' | 'allow';
  now: number;
}

/**
 * Why a sale, a reversal or a refund is refused at this terminal, or null. The order is what a cashier needs to hear first: what is wrong with the request, then what state the store and
 * terminal are in, then who works it. Nothing was sent and nothing was recorded when a sale is refused here.
 */
export function judgeSale(situation: SaleSituation): TillRefusalCode | null {
  const { request, facts, heldBy, operator } = situation;
  if (situation.watchedOnly) return 'terminalOnlyWatched';
  if (request.currency !== situation.terminalCurrency) return 'currencyMismatch';
  if (situation.inDoubt) return 'paymentInDoubt';
  if (heldBy === 'closing') return 'terminalClosing';
  if (facts.resting === 'closed') return 'terminalClosed';
  if (facts.resting === 'blocked') return 'terminalBlocked';
  if (!situation.storeOpen && situation.afterHours === 'block') return 'outOfHours';
  if (heldBy === 'opening' || !facts.signedOn || facts.power === 'off') return 'terminalNotSignedOn';
  if (!operator) return 'operatorNotSignedOn';
  if (operator.certifiedUntilMs === null || operator.certifiedUntilMs <= situation.now) return 'operatorNotCertified';
  // A settlement whose outcome is unknown is judged by the totals: a sale in between would change them.
  if (situation.occupied || situation.batchState === 'settling' || situation.batchState === 'inDoubt') return 'terminalBusy';
  return null;
}

/** The sale that is to be given back, and what is left of it. */
export interface OriginalSale {
  transaction: TransactionKind;
  state: PaymentState;
  batchNo: number;
  currency: string;
  bookedMinor: number;
  /** Taken back before, or perhaps, while a reversal of it is in doubt. */
  givenBackMinor: number;
}

/**
 * Why a sale can't be given back, or null; `amountMinor` null wants all that is left. Only completed sales, never more than is left of one; nothing is given back
 * twice while nobody knows how the first time ended.
 */
export function judgeGivingBack(original: OriginalSale | undefined, amountMinor: number | null): TillRefusalCode | null {
  if (!original) return 'unknownPayment';
  if (original.transaction !== 'sale' || original.state !== 'completed') return 'originalNotCompleted';
  const leftMinor = original.bookedMinor - original.givenBackMinor;
  if (leftMinor <= 0) return 'alreadyGivenBack';
  return amountMinor !== null && amountMinor > leftMinor ? 'amountTooLarge' : null;
}

/** Beyond {@link judgeGivingBack}: a reversal needs the sale's batch to be the terminal's open one, and a part needs a terminal that can. */
export function judgeReversal(
  original: OriginalSale | undefined,
  amountMinor: number | null,
  terminal: { openBatchNo: number | null; canReverse: boolean; canReverseParts: boolean },
): TillRefusalCode | null {
  const refusal = judgeGivingBack(original, amountMinor);
  if (refusal) return refusal;
  if (!terminal.canReverse) return 'operationUnsupported';
  if (original!.batchNo !== terminal.openBatchNo) return 'originalSettled';
  const whole = amountMinor === null ? original!.givenBackMinor === 0 : amountMinor === original!.bookedMinor;
  return whole || terminal.canReverseParts ? null : 'partialReversalUnsupported';
}

/** A request of a till for money to be moved. */
export type MoneyRequest =
  | ({ transaction: 'sale' } & PaymentRequest)
  | ({ transaction: 'reversal' } & ReversalRequest)
  | ({ transaction: 'refund' } & RefundRequest);

/** What an idempotency key stands for, as one text: the same for the same request, whatever order its fields came in. */
export function contentOf(request: MoneyRequest): string {
  switch (request.transaction) {
    case 'sale':
      return JSON.stringify(['sale', request.terminal, request.amountMinor, request.currency, request.tillId]);
    case 'reversal':
      return JSON.stringify(['reversal', request.originalPaymentId, request.amountMinor ?? null, request.tillId, request.reason]);
    case 'refund': {
      const { terminal, amountMinor, currency, tillId, originalPaymentId = null, reason } = request;
      return JSON.stringify(['refund', terminal, amountMinor, currency, tillId, originalPaymentId, reason]);
    }
  }
}

/** What the agent does with a payment row it finds at start. A payment that was started and has no outcome may have moved money. */
export function afterRestart(state: PaymentState): 'declareInDoubt' | 'enquire' | 'leave' {
  if (state === 'started') return 'declareInDoubt';
  return state === 'inDoubt' ? 'enquire' : 'leave';
}

/**
 * What an outcome leaves to be explained by the protocol dialogue: money in doubt, or a terminal that said no where nothing spoke against the sale. A refused
 * card, a terminal that is away, busy or signed off explain themselves.
 */
export function evidenceFor(outcome: PaymentOutcome): 'inDoubt' | 'failed' | null {
  if (outcome.kind === 'inDoubt') return 'inDoubt';
  return outcome.kind === 'failed' && outcome.code === 'terminalRefused' ? 'failed' : null;
}

const MAX_RECEIPT_BYTES = 8 * 1024;

/** As many lines of a receipt as fit a journal entry, each at most 200 characters. Undefined when there is none. */
export function receiptWithin(receipt: readonly string[] | undefined): string[] | undefined {
  if (!receipt || receipt.length === 0) return undefined;
  const lines: string[] = [];
  let bytes = 0;
  for (const line of receipt.slice(0, 200)) {
    const clipped = line.slice(0, 200);
    bytes += Buffer.byteLength(JSON.stringify(clipped)) + 1;
    if (bytes > MAX_RECEIPT_BYTES) break;
    lines.push(clipped);
  }
  return lines;
}

/** The lines of a kept receipt as they are printed again: nobody must take the copy for the receipt. In characters every terminal prints. */
export function markedCopy(lines: readonly string[], copyNo: number): string[] {
  const mark = `*** COPY ${copyNo} ***`;
  return [mark, ...lines, mark];
}
