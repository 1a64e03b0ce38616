export type { BankBalance, BankEntry, BankEntryDetail, BankStatement } from './bank-entry.js';
export { type CardNumberStandIn, couldBeCardNumber, withoutCardNumbers } from './card-number.js';
export { CHECK_NAMES, type CheckName } from './check-names.js';
export { type CsvCells, type CsvDialect, type CsvHandler, CsvScanner } from './csv-scanner.js';
export { DecimalReader, type DecimalStyle, REMAINDERS_PER_MINOR } from './decimal.js';
export { type CsvProfile, csvProfileSchema, parseProfile } from './profile.js';
export { REFUSALS, type RefusalCode, StatementRefused } from './refusal.js';
export { BATCH_ROWS, ROW_TEXTS, RowBatch, type RowText } from './row-batch.js';
export { parseStatement, type ReadOptions, StatementReader, statementRows } from './statement-reader.js';
export { type CardFunding, STATEMENT_ROW_TYPES, type StatementRow, type StatementRowType } from './statement-row.js';
export {
  STATEMENT_FORMATS,
  type StatementCheck,
  type StatementFormat,
  type StatementNote,
  type StatementSummary,
  type StatementTotals,
} from './summary.js';
export type { StatementSink } from './tally.js';
