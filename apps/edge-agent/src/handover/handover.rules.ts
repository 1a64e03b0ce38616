import type { HandoverRequest, TillRefusalCode } from '@tillward/contracts';

/** What decides whether a shift can be handed over. */
export interface HandoverSituation {
  /** The operator at the terminal. */
  outgoing: string | null;
  incoming: string | null;
  /** Something of this terminal has no known outcome: nobody can count it. */
  inDoubt: boolean;
  /** A sale is running. */
  occupied: boolean;
  slips: number;
  transactions: number;
  differenceReason: string | null;
}

/** Why a shift is not handed over, or null. A count that differs is refused until somebody says why. */
export function judgeHandover(situation: HandoverSituation): TillRefusalCode | null {
  const { outgoing, incoming, slips, transactions, differenceReason } = situation;
  if (outgoing === null) return 'operatorNotSignedOn';
  if (outgoing === incoming) return 'sameOperator';
  if (situation.inDoubt) return 'paymentInDoubt';
  if (situation.occupied) return 'terminalBusy';
  return slips !== transactions && differenceReason === null ? 'slipCountDiffers' : null;
}

/** What an idempotency key of a handover stands for; the passcode is no part of it and is kept nowhere. */
export function handoverContent({ terminal, slips, incoming, differenceReason, tillId }: HandoverRequest): string {
  return JSON.stringify([terminal, slips, incoming?.operatorId ?? null, differenceReason ?? null, tillId]);
}
