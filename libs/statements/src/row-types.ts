import { decodeText, type TextEncoding } from './ascii.js';
import { ByteLexicon } from './byte-lexicon.js';
import type { CsvCells } from './csv-scanner.js';
import { quoted, StatementRefused } from './refusal.js';
import type { StatementRowType } from './statement-row.js';
import { ROW_TYPE_INDEX, type Tally } from './tally.js';

/** Words a format uses for its types, in lower case. `bySign` is what is a credit or a deduction as its amount says. */
export type TypeWords = Readonly<Record<string, StatementRowType | 'bySign'>>;

/** What a word of the file means; `type` is -1 for what the sign decides. */
export interface TypeWord {
  readonly type: number;
  readonly known: boolean;
  said: boolean;
  readonly word: string;
}

/** Reads type words. An unknown word is never a sale: its row is a credit or deduction by its sign, and the first row with it says so in a note. */
export class TypeColumn {
  private readonly lexicon: ByteLexicon<TypeWord>;

  constructor(
    words: TypeWords,
    private readonly column: number,
    private readonly tally: Tally,
    encoding: TextEncoding = 'utf-8',
  ) {
    this.lexicon = new ByteLexicon((bytes, start, end) => {
      const word = decodeText(bytes, start, end, encoding).trim();
      const type = Object.hasOwn(words, word.toLowerCase()) ? words[word.toLowerCase()] : undefined;
      return { type: type === undefined || type === 'bySign' ? -1 : ROW_TYPE_INDEX[type], known: type !== undefined, said: false, word };
    }, 256);
  }

  /** The type of a row; refuses an empty one. */
  read(cells: CsvCells): TypeWord {
    const column = this.column;
    const start = cells.starts[column]!;
    const end = cells.ends[column]!;
    const word = this.lexicon.get(cells.bytes, start, end);
    if (word.word === '') throw new StatementRefused('row-type', cells.line, 'a row has no type');
    if (!word.known && !word.said) {
      word.said = true;
      this.tally.note(cells.line, `type ${quoted(word.word)} is not known: its rows are taken as credits or deductions, by their sign`);
    }
    return word;
  }
}

/** The type index of a row whose type the sign decides. */
export function typeBySign(net: number): number {
  return net < 0 ? ROW_TYPE_INDEX.deduction : ROW_TYPE_INDEX.credit;
}
