import { z } from 'zod';

/** Steps of the proven close, in order (DOMAIN.md section 1). */
export const CLOSING_STEPS = [
  'stopSales',
  'waitIdle',
  'resolveInDoubt',
  'sendStored',
  'settle',
  'compareTotals',
  'backUpJournal',
  'signOff',
  'powerOff',
  'verifyOff',
] as const;
export const closingStep = z.enum(CLOSING_STEPS);
export type ClosingStep = z.infer<typeof closingStep>;

/** Steps of the opening, in order. */
export const OPENING_STEPS = ['powerOn', 'register', 'signOn', 'catchUpSettlement', 'ready'] as const;
export const openingStep = z.enum(OPENING_STEPS);
export type OpeningStep = z.infer<typeof openingStep>;

/** Steps of the maintenance window in which a vendor may work on a terminal that stays on overnight, in order. */
export const MAINTENANCE_STEPS = ['givePower', 'recordBefore', 'leaveAlone', 'recordAfter'] as const;
export const maintenanceStep = z.enum(MAINTENANCE_STEPS);
export type MaintenanceStep = z.infer<typeof maintenanceStep>;

/** `skipped` carries the reason in its evidence (nothing stored, policy keeps the terminal on…). */
export const stepOutcome = z.enum(['done', 'skipped']);
export type StepOutcome = z.infer<typeof stepOutcome>;

/** Why a step stopped a routine. Stable codes: the dashboard and the playbooks are written against them. */
export const stepFailure = z.enum([
  'terminalUnreachable',
  'terminalBusy',
  'terminalRefused',
  'hostUnreachable',
  'settlementRefused',
  'settlementInDoubt',
  'paymentInDoubt',
  'totalsUnequal',
  'coreUnreachable',
  'powerSwitchUnreachable',
  'stillOn',
  'stillOff',
  'manualSettlementRequired',
  'internal',
]);
export type StepFailure = z.infer<typeof stepFailure>;

/** Small facts that show a step happened: numbers and short words, never card data. */
export const stepEvidence = z.record(z.string().max(48), z.union([z.string().max(200), z.number(), z.boolean(), z.null()]));
export type StepEvidence = z.infer<typeof stepEvidence>;
