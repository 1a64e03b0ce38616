import type { PaymentRequest, PaymentState, TillRefusalCode } from '@tillward/contracts';
import type { PaymentOutcome } from '@tillward/driver';
import type { BatchState } from '../batches/index.js';
import type { TerminalFacts } from '../terminals/index.js';

/** What decides whether a sale may start. */
export interface SaleSituation {
  request: Pick<PaymentRequest, 'currency'>;
  terminalCurrency: string;
  /** The terminal works on its own and takes no sale of a till. */
  watchedOnly: boolean;
  facts: Pick<TerminalFacts, 'signedOn' | 'resting' | 'power'>;
  heldBy: 'opening' | 'closing' | null;
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
 * Why a sale is refused, or null. The order is what a cashier needs to hear first: what is wrong with the request, then what state the store and
 * terminal are in, then who works it. Nothing was sent and nothing was recorded when a sale is refused here.
 */
export function judgeSale(situation: SaleSituation): TillRefusalCode | null {
  const { request, facts, heldBy, operator } = situation;
  if (situation.watchedOnly) return 'terminalOnlyWatched';
  if (request.currency !== situation.terminalCurrency) return 'currencyMismatch';
  if (situation.inDoubt) return 'paymentInDoubt';
  if (heldBy === 'closing' || facts.resting !== 'idle') return 'terminalClosing';
  if (!situation.storeOpen && situation.afterHours === 'block') return 'outOfHours';
  if (heldBy === 'opening' || !facts.signedOn || facts.power === 'off') return 'terminalNotSignedOn';
  if (!operator) return 'operatorNotSignedOn';
  if (operator.certifiedUntilMs === null || operator.certifiedUntilMs <= situation.now) return 'operatorNotCertified';
  // A settlement whose outcome is unknown is judged by the totals: a sale in between would change them.
  if (situation.occupied || situation.batchState === 'settling' || situation.batchState === 'inDoubt') return 'terminalBusy';
  return null;
}

/** What an idempotency key stands for. */
export type PaymentContent = Pick<PaymentRequest, 'terminal' | 'amountMinor' | 'currency' | 'tillId'>;

/** Whether a repeated request asks for the same payment. */
export function sameContent(a: PaymentContent, b: PaymentContent): boolean {
  return a.terminal === b.terminal && a.amountMinor === b.amountMinor && a.currency === b.currency && a.tillId === b.tillId;
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
