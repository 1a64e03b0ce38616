import { isCurrency } from '@tillward/money';
import { z } from 'zod';
import type { TableFormat } from './csv-table.js';
import { ProfileRows } from './profile-rows.js';
import { StatementRefused } from './refusal.js';
import { STATEMENT_ROW_TYPES } from './statement-row.js';

const column = z.string().min(1).max(200);
const position = z.int().min(1).max(1024);

/**
 * The description of a CSV file as JSON: what its columns are called, how it writes numbers, dates and types, and how its trailer is to be compared. Unknown keys are refused, so that a
 * misspelt one does not silently mean nothing. docs/guide/statements.md explains every key.
 */
export const csvProfileSchema = z
  .strictObject({
    name: z.string().min(1).max(80),
    encoding: z.enum(['utf-8', 'gb18030', 'windows-1252']).default('utf-8'),
    separator: z.enum([',', ';', '\t', '|']).default(','),
    quotes: z.enum(['strict', 'lenient', 'none']).default('strict'),
    comments: z.boolean().default(false),
    skipRows: z.int().min(0).max(100).default(0),
    decimalMark: z.enum(['.', ',']).default('.'),
    groupMark: z.enum([',', '.', ' ', "'"]).optional(),
    /** Places of YYYY, MM, DD, hh, mm, ss; the shortest form is the day alone. */
    dateForm: z
      .string()
      .max(40)
      .regex(/^(?=.*YYYY)(?=.*MM)(?=.*DD)/, 'needs YYYY, MM and DD')
      .default('YYYY-MM-DD'),
    timeZone: z.string().min(1).max(60).optional(),
    /** For files without a column of currencies. */
    currency: z.string().refine(isCurrency, 'is no ISO 4217 currency with a minor unit').optional(),
    amounts: z.enum(['decimal', 'minor']).default('decimal'),
    columns: z.strictObject({
      type: column.optional(),
      gross: column.optional(),
      grossDebit: column.optional(),
      grossCredit: column.optional(),
      fee: column.optional(),
      net: column.optional(),
      currency: column.optional(),
      businessDay: column.optional(),
      at: column.optional(),
      merchant: column.optional(),
      terminal: column.optional(),
      batch: column.optional(),
      trace: column.optional(),
      reference: column.optional(),
      merchantReference: column.optional(),
      authorisation: column.optional(),
      scheme: column.optional(),
      cardFunding: column.optional(),
      card: column.optional(),
      payout: column.optional(),
    }),
    /** `asWritten`: amounts carry their sign. `byType`: they don't, and refunds, chargebacks, fees, deductions and payouts are negative by their type. */
    sign: z.enum(['asWritten', 'byType']).default('asWritten'),
    /** `cost`: a positive fee costs the merchant. `asWritten`: a negative one does. */
    feeSign: z.enum(['cost', 'asWritten']).default('cost'),
    /** Words of the type column, in any letter case. */
    types: z.record(z.string().min(1).max(80), z.enum(STATEMENT_ROW_TYPES)).default({}),
    /** For rows whose word is not listed, or files without a column of types; without it they are refused. */
    otherType: z.enum(STATEMENT_ROW_TYPES).optional(),
    /** The row that is no data: recognised by the text of its first column. Positions count from 1. */
    trailer: z
      .strictObject({
        firstCell: z.string().min(1).max(80),
        required: z.boolean().default(true),
        count: position.optional(),
        gross: position.optional(),
        fee: position.optional(),
        net: position.optional(),
      })
      .optional(),
  })
  .superRefine((profile, context) => {
    const { columns } = profile;
    const complain = (message: string) => context.addIssue({ code: 'custom', message });
    if (columns.gross === undefined && columns.net === undefined && (columns.grossDebit === undefined || columns.grossCredit === undefined))
      complain('columns needs gross, net, or both grossDebit and grossCredit');
    if (columns.gross !== undefined && columns.grossDebit !== undefined) complain('columns has gross and grossDebit: one of them');
    if ((columns.grossDebit === undefined) !== (columns.grossCredit === undefined))
      complain('columns needs both grossDebit and grossCredit');
    if (columns.currency === undefined && profile.currency === undefined) complain('needs currency, or a column of it');
    if (columns.type === undefined && profile.otherType === undefined) complain('needs otherType where there is no column of types');
    if (profile.separator === profile.decimalMark && profile.quotes === 'none') complain('separator and decimalMark are the same');
    if (profile.groupMark === profile.decimalMark) complain('groupMark and decimalMark are the same');
    if (profile.encoding === 'gb18030' && profile.separator === '|') complain('| is part of characters in gb18030 and cannot separate');
  });

/** A checked profile with its defaults filled in. */
export type CsvProfile = z.output<typeof csvProfileSchema>;

/** Reads a profile from the text of a JSON file; refuses (code `profile`) what is no JSON or no profile, and says where. */
export function parseProfile(json: string): CsvProfile {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new StatementRefused('profile', 1, `the profile is no JSON: ${(error as Error).message}`);
  }
  const result = csvProfileSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'the profile' : issue.path.join('.');
  throw new StatementRefused('profile', 1, `${where}: ${issue?.message ?? 'not a profile'}`);
}

/** The table a profile describes. */
export function profileFormat(profile: CsvProfile): TableFormat {
  return {
    format: 'csv',
    skipRows: profile.skipRows,
    dialect: (encoding) => ({ separator: profile.separator, quotes: profile.quotes, comments: profile.comments, encoding }),
    start: (header, tally) => new ProfileRows(profile, header, tally),
  };
}
