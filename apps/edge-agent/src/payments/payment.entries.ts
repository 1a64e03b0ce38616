import type { BookedDetails } from '@tillward/contracts';
import type { JournalTransaction } from '../journal/index.js';
import type { Payment } from './payment.store.js';

/** The second person of a refund. */
export interface Approval {
  readonly requestId: string;
  readonly digest: string;
  readonly approvedBy: string;
}

/** What begins every entry about a payment that takes money. */
function saleOf({ paymentId, batchNo, businessDay }: Payment) {
  return { paymentId, batchNo, businessDay };
}

/** What begins every entry about one that gives money back; null for a sale. */
function repaymentOf(payment: Payment) {
  const { transaction, originalPaymentId } = payment;
  if (transaction === 'sale') return null;
  return { ...saleOf(payment), transaction, ...(originalPaymentId === null ? {} : { originalPaymentId }) };
}

/** Writes the intent. */
export function appendStarted(tx: JournalTransaction, payment: Payment, reason: string | null, approval: Approval | null): void {
  const { terminal, amountMinor, currency, operatorId, tillId, idempotencyKey } = payment;
  const order = { amountMinor, currency, operatorId, tillId, idempotencyKey, reference: payment.reference! };
  const repayment = repaymentOf(payment);
  if (!repayment) tx.append('PaymentStarted', terminal, { ...saleOf(payment), ...order });
  else tx.append('RepaymentStarted', terminal, { ...repayment, ...order, reason: reason ?? '', ...(approval ? { approval } : {}) });
}

/** Writes that money moved. */
export function appendCompleted(tx: JournalTransaction, payment: Payment, booked: BookedDetails, receipt: string[] | undefined): void {
  const told = { booked, ...(receipt ? { receipt } : {}) };
  const repayment = repaymentOf(payment);
  if (!repayment) tx.append('PaymentCompleted', payment.terminal, { ...saleOf(payment), ...told });
  else tx.append('RepaymentCompleted', payment.terminal, { ...repayment, ...told });
}

/** Writes that terminal or acquirer said no. */
export function appendDeclined(tx: JournalTransaction, payment: Payment, resultCode: string, detail: string): void {
  const told = { resultCode: resultCode.slice(0, 16), detail };
  const repayment = repaymentOf(payment);
  if (!repayment) tx.append('PaymentDeclined', payment.terminal, { ...saleOf(payment), ...told });
  else tx.append('RepaymentDeclined', payment.terminal, { ...repayment, ...told });
}

/** Writes that no money moved. */
export function appendFailed(tx: JournalTransaction, payment: Payment, code: string, detail: string): void {
  const repayment = repaymentOf(payment);
  if (!repayment) tx.append('PaymentFailed', payment.terminal, { ...saleOf(payment), code, detail });
  else tx.append('RepaymentFailed', payment.terminal, { ...repayment, code, detail });
}

/** Writes that money may have moved. */
export function appendInDoubt(tx: JournalTransaction, payment: Payment, reason: string): void {
  const repayment = repaymentOf(payment);
  if (!repayment) tx.append('PaymentInDoubt', payment.terminal, { ...saleOf(payment), reason });
  else tx.append('RepaymentInDoubt', payment.terminal, { ...repayment, reason });
}

/** Writes what an enquiry found. */
export function appendResolved(tx: JournalTransaction, payment: Payment, booked: BookedDetails | null, asked: string): void {
  const repayment = repaymentOf(payment);
  if (!repayment) tx.append('PaymentResolved', payment.terminal, { ...saleOf(payment), booked, asked });
  else tx.append('RepaymentResolved', payment.terminal, { ...repayment, booked, asked });
}
