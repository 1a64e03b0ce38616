import type { BatchCardTotalType, BatchEventType, BatchEvidenceType, BatchType, MoneyType, TransactionType } from '../graphql/index.js';
import { batchMoney } from './batch-life.rules.js';
import { cardFunding, cardScheme } from './card.rules.js';
import type { CardTotalView } from './card-total.store.js';
import type { EvidenceView } from './evidence.service.js';
import { signedMinor } from './settlement.rules.js';
import { type BatchEventView, type BatchView, batchId, type TransactionView } from './settlement.service.js';

/** An amount, or null where there is none. */
export function money(amountMinor: number | null, currency: string): MoneyType | null {
  return amountMinor === null ? null : { amountMinor, currency };
}

/** A batch as GraphQL shows it; lists under it are resolved when they are asked for. */
export function batchType(batch: BatchView): BatchType {
  const { currency } = batch;
  return {
    ...batch,
    id: batchId(batch),
    journal: { amountMinor: batch.journalMinor, currency },
    count: batch.journalCount,
    terminalTotal: money(batch.terminalMinor, currency),
    hostTotal: money(batch.hostMinor, currency),
    money: batchMoney(batch),
    confirmed: money(batch.confirmedMinor, currency),
    funded: money(batch.fundedMinor, currency),
  };
}

/** A transaction as GraphQL shows it: its amount has the sign it has in its batch. */
export function transactionType(transaction: TransactionView): TransactionType {
  const { paymentId: id, kind, amountMinor, currency } = transaction;
  return { ...transaction, id, amount: { amountMinor: signedMinor(kind, amountMinor), currency } };
}

/** One card's totals as GraphQL shows them: money given back is negative. */
export function cardTotalType(total: CardTotalView): BatchCardTotalType {
  const { source, cardName, direction, currency, minor, count } = total;
  const amountMinor = direction === 'credit' ? -minor || 0 : minor;
  return {
    source,
    cardName,
    direction,
    count,
    scheme: cardScheme(cardName),
    funding: cardFunding(cardName),
    amount: { amountMinor, currency },
  };
}

/** Sealed evidence as GraphQL shows it. */
export function evidenceType({ settlementId, sealedAt, digest, intact, content }: EvidenceView): BatchEvidenceType {
  return { settlementId, sealedAt, digest, intact, content };
}

/** A row of a batch's history as GraphQL shows it. */
export function eventType({ at, what, actor, detail }: BatchEventView): BatchEventType {
  return { at, what, actor, detail };
}
