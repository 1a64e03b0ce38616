/** How a field's length is known and how its content is packed. */
export interface FieldFormat {
  /** Bytes of the length before the content, packed decimal: 0 none, 1 for LLVAR, 2 for LLLVAR. */
  readonly prefixBytes: 0 | 1 | 2;
  /** `digits`: two to a byte; `bytes`: one each (text, binary). */
  readonly packing: 'digits' | 'bytes';
  /** Digits or bytes: exactly so many, or at most so many where there is a prefix. */
  readonly size: number;
}

type Row = readonly [first: number, last: number, prefixBytes: 0 | 1 | 2, packing: 'digits' | 'bytes', size: number];

const d = 'digits';
const b = 'bytes';

/**
 * ISO 8583:1987 table 3 as UnionPay terminals pack it (Q/CUP 009: numbers in packed decimal, a variable length counted in digits for n and z fields and in
 * bytes for the others). The fields that hold card data are here with their lengths only, so that they can be stepped over.
 */
const ROWS: readonly Row[] = [
  [2, 2, 1, d, 19],
  [3, 3, 0, d, 6],
  [4, 6, 0, d, 12],
  [7, 7, 0, d, 10],
  [8, 10, 0, d, 8],
  [11, 12, 0, d, 6],
  [13, 19, 0, d, 4],
  [20, 24, 0, d, 3],
  [25, 26, 0, d, 2],
  [27, 27, 0, d, 1],
  // Fees carry a sign letter before eight digits.
  [28, 31, 0, b, 9],
  [32, 33, 1, d, 11],
  [34, 34, 1, b, 28],
  [35, 35, 1, d, 37],
  [36, 36, 2, d, 104],
  [37, 37, 0, b, 12],
  [38, 38, 0, b, 6],
  [39, 39, 0, b, 2],
  [40, 40, 0, b, 3],
  [41, 41, 0, b, 8],
  [42, 42, 0, b, 15],
  [43, 43, 0, b, 40],
  [44, 44, 1, b, 25],
  [45, 45, 1, b, 76],
  [46, 47, 2, b, 999],
  [48, 48, 2, d, 999],
  [49, 51, 0, b, 3],
  [52, 52, 0, b, 8],
  [53, 53, 0, d, 16],
  [54, 59, 2, b, 999],
  [60, 61, 2, d, 999],
  [62, 63, 2, b, 999],
  [64, 64, 0, b, 8],
  // The second bitmap's fields; the first of them would announce a third bitmap, which nobody uses.
  [66, 66, 0, d, 1],
  [67, 67, 0, d, 2],
  [68, 70, 0, d, 3],
  [71, 72, 0, d, 4],
  [73, 73, 0, d, 6],
  [74, 81, 0, d, 10],
  [82, 85, 0, d, 12],
  [86, 89, 0, d, 16],
  [90, 90, 0, d, 42],
  [91, 91, 0, b, 1],
  [92, 92, 0, b, 2],
  [93, 93, 0, b, 5],
  [94, 94, 0, b, 7],
  [95, 95, 0, b, 42],
  [96, 96, 0, b, 8],
  [97, 97, 0, b, 17],
  [98, 98, 0, b, 25],
  [99, 100, 1, d, 11],
  [101, 101, 1, b, 17],
  [102, 103, 1, b, 28],
  [104, 127, 2, b, 999],
  [128, 128, 0, b, 8],
];

/** Formats by field number; a field that is not there is never sent and makes a message unreadable. */
export const FIELD_FORMATS: readonly (FieldFormat | undefined)[] = table();

function table(): (FieldFormat | undefined)[] {
  const formats = new Array<FieldFormat | undefined>(129).fill(undefined);
  for (const [first, last, prefixBytes, packing, size] of ROWS) {
    for (let field = first; field <= last; field++) formats[field] = { prefixBytes, packing, size };
  }
  return formats;
}
