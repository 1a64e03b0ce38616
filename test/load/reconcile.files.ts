import { closeSync, openSync, writeSync } from 'node:fs';
import type { DifferenceType } from '@tillward/reconciliation';

/** What is planted; `side` and `key` say which rows the comparison has to name. */
export interface Planted {
  readonly type: DifferenceType;
  readonly terminal: string;
  readonly trace: string;
}

/** Two files and what is wrong with them. */
export interface GeneratedFiles {
  readonly planted: readonly Planted[];
  readonly rows: { readonly terminal: number; readonly acquirer: number };
}

const KINDS: readonly DifferenceType[] = [
  'amountOver',
  'amountUnder',
  'missingAtAcquirer',
  'missingAtTerminal',
  'duplicateAtAcquirer',
  'duplicateAtTerminal',
  'currency',
  'timing',
  'feeWrong',
  'unknownBatch',
];

const HEADER = 'acquirer,merchant,terminal,batch,trace,reference,business_day,type,amount_minor,currency,fee_minor,card_kind\n';
const ROWS_IN_BATCH = 100;
const TERMINALS = 500;
const CHUNK_CHARS = 1_000_000;
const CARD_KINDS = ['debit', 'credit', 'prepaid'];

/**
 * Writes a terminal's and an acquirer's file of `rows` transactions each, the acquirer's in another order throughout, of which one in `oneIn` is wrong, all kinds in turn. The same seed makes the same
 * files. Rows are made from their number alone, so any number of them needs no memory.
 */
export function generateFiles(paths: { terminal: string; acquirer: string }, rows: number, seed: number, oneIn = 1_000): GeneratedFiles {
  const planted: Planted[] = [];
  const kindOf = (row: number) =>
    hash(row, seed ^ 0x5bd1e995) % oneIn === 0 ? KINDS[hash(row, seed ^ 0x27d4eb2f) % KINDS.length]! : undefined;
  const terminal = writeRows(paths.terminal, rows, (n, put) => {
    const kind = kindOf(n);
    if (kind !== undefined) planted.push({ type: kind, terminal: terminalOf(n), trace: String(traceOf(n)) });
    if (kind === 'missingAtTerminal') return;
    put(rowText(n, seed));
    if (kind === 'duplicateAtTerminal') put(rowText(n, seed));
  });
  const step = coprimeStep(rows);
  const acquirer = writeRows(paths.acquirer, rows, (i, put) => {
    const n = (i * step + 7) % rows;
    const kind = kindOf(n);
    if (kind === 'missingAtAcquirer') return;
    put(rowText(n, seed, kind));
    if (kind === 'duplicateAtAcquirer') put(rowText(n, seed));
  });
  return { planted, rows: { terminal, acquirer } };
}

function writeRows(path: string, rows: number, each: (n: number, put: (line: string) => void) => void): number {
  const fd = openSync(path, 'w');
  let text = HEADER;
  let written = 0;
  const put = (line: string) => {
    text += line;
    written += 1;
  };
  for (let n = 0; n < rows; n++) {
    each(n, put);
    if (text.length < CHUNK_CHARS) continue;
    writeSync(fd, text);
    text = '';
  }
  writeSync(fd, text);
  closeSync(fd);
  return written;
}

/** One transaction, as the acquirer has it when something is wrong with it. */
function rowText(n: number, seed: number, kind?: DifferenceType): string {
  const dice = hash(n, seed);
  const batchNo = Math.floor(n / ROWS_IN_BATCH);
  const store = (batchNo % TERMINALS) % 50;
  const day = Math.floor(batchNo / TERMINALS);
  const refund = dice % 50 === 0;
  const sale = 100 + (dice % 20_000);
  const signed = refund ? -sale : sale;
  const larger = refund ? -1 - (dice % 500) : 1 + (dice % 500);
  const amount = kind === 'amountOver' ? signed + larger : kind === 'amountUnder' ? signed - Math.trunc(signed / 2) : signed;
  const fee = -Math.round(signed * 0.006) - (kind === 'feeWrong' ? 3 : 0);
  const batch = kind === 'unknownBatch' ? 990_000 + (n % 1_000) : 1 + day;
  const merchant = 898_000_000_000_000 + store * 37;
  const reference = String(260_000_000_000 + n).padStart(12, '0');
  return `UPACQ,${merchant},${terminalOf(n)},${String(batch).padStart(6, '0')},${String(traceOf(n)).padStart(6, '0')},${reference},${dayText(kind === 'timing' ? day + 1 : day)},${refund ? 'refund' : 'sale'},${amount},${kind === 'currency' ? 'USD' : 'CNY'},${fee},${CARD_KINDS[dice % 3]}\n`;
}

function terminalOf(n: number): string {
  return String(60_000_000 + (Math.floor(n / ROWS_IN_BATCH) % TERMINALS));
}

/** Trace numbers run on over a terminal's batches and wrap at a million. */
function traceOf(n: number): number {
  const batchNo = Math.floor(n / ROWS_IN_BATCH);
  return ((Math.floor(batchNo / TERMINALS) * ROWS_IN_BATCH + (n % ROWS_IN_BATCH)) % 999_999) + 1;
}

const days: string[] = [];

function dayText(day: number): string {
  days[day] ??= new Date(Date.UTC(2026, 0, 1) + day * 86_400_000).toISOString().slice(0, 10);
  return days[day];
}

function hash(n: number, seed: number): number {
  let h = Math.imul((n + 0x9e3779b9) ^ seed, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x27d4eb2f);
  return (h ^ (h >>> 15)) >>> 0;
}

/** A step that visits every row once, far from the one before. */
function coprimeStep(rows: number): number {
  let step = Math.max(1, Math.floor(rows * 0.618));
  while (gcd(step, rows) !== 1) step += 1;
  return step;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
