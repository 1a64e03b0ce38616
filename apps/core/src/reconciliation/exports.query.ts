import { RESULT_TYPES } from '@tillward/reconciliation';
import { z } from 'zod';
import { PayoutState, Role } from '../graphql/index.js';

// PostgreSQL has no year 0.
const day = z.iso
  .date()
  .refine((text) => !text.startsWith('0000'))
  .optional();
const id = z
  .string()
  .min(1)
  .max(64)
  // No identifier has one, and PostgreSQL's text can't.
  .refine((text) => !text.includes('\0'))
  .optional();
const flag = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .optional();
const list = <const T extends readonly [string, ...string[]]>(words: T) =>
  z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(words)))
    .optional();
const words = <T extends Record<string, string>>(of: T) => Object.values(of) as [T[keyof T], ...T[keyof T][]];

const format = z.enum(['csv', 'xlsx']).default('csv');
/** What every download is asked with. */
export interface BaseQuery {
  readonly format: 'csv' | 'xlsx';
  readonly storeId?: string | undefined;
}

/** What a table may be narrowed to: the filters of its list in GraphQL under the same names, lists separated by commas. */
export const EXPORT_QUERIES = {
  differences: z.strictObject({
    format,
    storeId: id,
    acquirerId: id,
    terminalId: id,
    fromDay: day,
    toDay: day,
    type: list(RESULT_TYPES),
    state: list(['open', 'assigned', 'resolved', 'accepted']),
    ownerRole: z.enum(Role).optional(),
    ownerId: id,
  }),
  batches: z.strictObject({
    format,
    storeId: id,
    acquirerId: id,
    terminalId: id,
    batchNo: id,
    businessDay: day,
    fromDay: day,
    toDay: day,
    equal: flag,
  }),
  statementRows: z.strictObject({ format, storeId: id, acquirerId: id, terminalId: id, businessDay: day }),
  payouts: z.strictObject({ format, acquirerId: id, state: list(words(PayoutState)), fromDay: day, toDay: day }),
  correctingEntries: z.strictObject({ format, storeId: id, fromDay: day, toDay: day }),
  feeChecks: z.strictObject({
    format,
    storeId: id,
    acquirerId: id,
    businessDay: day,
    fromDay: day,
    toDay: day,
    cardKind: id,
    wrong: flag,
  }),
} as const;
