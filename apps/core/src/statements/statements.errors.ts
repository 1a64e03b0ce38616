import type { RefusalCode } from '@tillward/statements';

/** Stable codes of why a file is not taken or not imported. */
export type StatementRefusalCode =
  /** The same bytes were taken before. */
  | 'duplicateFile'
  | 'acquirerUnknown'
  /** The file said to be corrected doesn't exist, isn't current, or is of another acquirer. */
  | 'supersedesUnknown'
  /** There is a current file of the same acquirer, merchant and period, and nobody said that this one corrects it. */
  | 'alreadyImported'
  /** The file to be corrected has a day, a merchant (of a bank: account) or a terminal of which this one tells nothing. */
  | 'supersedesOther'
  /** A row is of a day that is yet to come. */
  | 'futureDay'
  /** Together with other files of its days, its amounts come to more than is exact in integer minor units. */
  | 'sumTooLarge'
  /** The content is not what the format demands; the line says where. */
  | 'unreadable'
  /** A fault of the program while reading; the log has it. */
  | 'failed'
  | 'tooLarge'
  | 'empty'
  | 'badRequest'
  /** TILLWARD_STATEMENTS_DIR is not set. */
  | 'statementsOff'
  | 'busy';

/** Why a file was refused. `line` counts from 1, where the content is at fault. */
export interface StatementRefusal {
  readonly code: StatementRefusalCode;
  readonly message: string;
  readonly line?: number | undefined;
  /** What is wrong with the content, by the reader's code; with `unreadable`. */
  readonly reason?: RefusalCode | undefined;
  /** The file it collides with. */
  readonly other?: { readonly fileId: string; readonly name: string; readonly arrivedAt: Date } | undefined;
}

/** Ends an import; nothing of the file remains in the database but the refusal. */
export class FileRefused extends Error {
  override name = 'FileRefused';

  constructor(readonly refusal: StatementRefusal) {
    super(refusal.message);
  }
}
