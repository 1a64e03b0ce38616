import type { TrainingRecordsQuery } from '../graphql/generated/graphql.js';

/** A training record as the lists show it. */
export type TrainingRow = TrainingRecordsQuery['trainingRecords']['edges'][number]['node'];

/** Certificates that end within this time are due for renewal. */
const RENEW_MS = 14 * 24 * 3_600_000;

/** Whether a certificate holds: never made, over, ending soon, valid. */
export type CertificateState = 'none' | 'expired' | 'ending' | 'valid';

/** Where a person stands with a course. */
export function certificateState(record: Pick<TrainingRow, 'certificate'>, nowMs: number): CertificateState {
  if (!record.certificate) return 'none';
  const left = Date.parse(record.certificate.validUntil) - nowMs;
  return left <= 0 ? 'expired' : left < RENEW_MS ? 'ending' : 'valid';
}

/** People who must train, those who may not work first. */
export function trainingDue(records: readonly TrainingRow[], nowMs: number): TrainingRow[] {
  const weight: Record<CertificateState, number> = { none: 0, expired: 0, ending: 1, valid: 2 };
  return records
    .filter((record) => record.person.role === 'cashier' && certificateState(record, nowMs) !== 'valid')
    .sort((a, b) => weight[certificateState(a, nowMs)] - weight[certificateState(b, nowMs)] || a.person.name.localeCompare(b.person.name));
}
