import type { StatementFormat } from './summary.js';

/** What reads one format: takes the bytes of the file in order, throws a StatementRefused where it finds a reason. */
export interface FormatReader {
  push(chunk: Uint8Array): void;
  /** Ends the file and answers which format it was: an XML file shows only inside whether it is a statement or a notification. */
  end(): StatementFormat;
}
