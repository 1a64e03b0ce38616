/** Why a file is refused. `path` and `changed` are said by who reads the file, the rest by the reader. */
export type CsvRefusalCode =
  | 'empty'
  | 'encoding'
  | 'header'
  | 'columnMissing'
  | 'columnTwice'
  | 'fieldCount'
  | 'fieldTooLong'
  | 'lineTooLong'
  | 'controlCharacter'
  | 'quote'
  | 'amount'
  | 'sumTooLarge'
  | 'currency'
  | 'businessDay'
  | 'type'
  | 'sameFile'
  | 'tooManyDifferences'
  | 'changed'
  | 'path';

/** A file that can't be taken (R8). The message says what is wrong without the field's content; `line` counts from 1, 0 where it is about the file as a whole. */
export class CsvRefusal extends Error {
  override name = 'CsvRefusal';
  constructor(
    readonly code: CsvRefusalCode,
    readonly line: number,
    message: string,
  ) {
    super(message);
  }
}
