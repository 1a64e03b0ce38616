import { describe, expect, it } from 'vitest';
import { HEADER, LINE, readFile } from './csv.fixtures.js';
import { CsvRefusal } from './csv-refusal.js';
import { seeded } from './reconcile.fixtures.js';
import { isUtf8 } from './utf8.js';

/** `RECONCILIATION_FUZZ_CASES=20000 npx vitest run libs/reconciliation/src/csv-fuzz.spec.ts` is the long run; `RECONCILIATION_FUZZ_SEED` replays one. */
const CASES = Number(process.env['RECONCILIATION_FUZZ_CASES'] ?? 1_500);
const seed = Number(process.env['RECONCILIATION_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const HANG_MS = 2_000;

const VALUES: Record<string, readonly string[]> = {
  acquirer: ['UP', '', '银联', '"a,b"'],
  merchant: ['1', '2', '"x""y"', 'ü'],
  terminal: ['60000001', '60000002'],
  batch: ['12', '012', '', '0'],
  trace: ['7', '007', '', '123456789012'],
  reference: ['r1', '', '=1+1', '"-2"'],
  business_day: ['2026-03-02', '2024-02-29', '"2026-12-31"'],
  type: ['sale', 'refund', 'payout', 'fee'],
  amount_minor: ['0', '-1', '1250', '999999999999999', '-0', '0001'],
  currency: ['EUR', 'CNY', '"JPY"'],
  fee_minor: ['', '-8', '12'],
  card_kind: ['', 'debit', 'x y', '"q"'],
};
const ENDS = ['\n', '\r\n'];
/** Bytes that mean something to a reader. */
const NASTY = [
  0x00, 0x09, 0x0a, 0x0d, 0x1f, 0x22, 0x2b, 0x2c, 0x2d, 0x2e, 0x3b, 0x3d, 0x40, 0x7f, 0x80, 0xc0, 0xc3, 0xe4, 0xed, 0xf5, 0xff, 0xfe,
];

describe(`hostile CSV (RECONCILIATION_FUZZ_SEED=${seed})`, () => {
  it(`${CASES} files: refused with a line, or read as a simple reader reads them`, { timeout: 600_000 }, () => {
    process.stdout.write(`RECONCILIATION_FUZZ_SEED=${seed} RECONCILIATION_FUZZ_CASES=${CASES}\n`);
    const random = seeded(seed);
    let refused = 0;
    for (let n = 0; n < CASES; n++) {
      const content = hostileFile(random);
      const begun = performance.now();
      try {
        if (!survives(content, 1 + Math.floor(random() * 400))) refused += 1;
      } catch (error) {
        throw new Error(`case ${n} of seed ${seed}, ${Buffer.from(content).toString('base64')}: ${(error as Error).message}`, {
          cause: error,
        });
      }
      expect(performance.now() - begun).toBeLessThan(HANG_MS);
    }
    // Neither all nor none, or the cases would test nothing.
    expect(refused).toBeGreaterThan(CASES / 10);
    expect(refused).toBeLessThan((CASES * 9) / 10);
  });
});

/** Whether the file was read; throws when it is neither read rightly nor refused rightly. */
function survives(content: Uint8Array, blockBytes: number): boolean {
  const lines = content.reduce((count, byte) => count + Number(byte === 0x0a), 1);
  const simple = simpleRead(content);
  try {
    const whole = readFile(content);
    const parts = readFile(content, blockBytes);
    expect(simple).not.toBeNull();
    const rows = whole.rows.map(({ line, amountMinor, currency, type }) => `${line} ${amountMinor} ${currency} ${type}`);
    expect(rows).toEqual(simple);
    expect(parts.rows).toEqual(whole.rows);
    expect(whole.located).toEqual(whole.rows);
    expect(parts.reader.batches.toTotals()).toEqual(whole.reader.batches.toTotals());
    return true;
  } catch (error) {
    if (!(error instanceof CsvRefusal)) throw error;
    expect(error.line).toBeGreaterThan(0);
    expect(error.line).toBeLessThanOrEqual(lines);
    // Limits are the reader's own.
    if (!['lineTooLong', 'fieldTooLong', 'header'].includes(error.code)) expect(simple).toBeNull();
    return false;
  }
}

/** The rows as another way of reading has them, slow and plain; null where the file is not to be taken. */
function simpleRead(content: Uint8Array): string[] | null {
  const bom = content[0] === 0xef && content[1] === 0xbb && content[2] === 0xbf;
  const body = content.subarray(bom ? 3 : 0);
  if (content.length === 0 || !isUtf8(body, 0, body.length)) return null;
  const text = Buffer.from(body).toString('utf8');
  const raw = text.split('\n');
  if (raw.at(-1) === '' && raw.length > 1) raw.pop();
  const lines = raw.map((line) => line.replace(/\r$/, ''));
  const header = lines.shift() ?? '';
  const names = header.split(',').map((name) =>
    name
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim()
      .toLowerCase(),
  );
  const known = HEADER.split(',');
  if (
    hasControl(header) ||
    known.some((name) => names.filter((other) => other === name || (name === 'reference' && other === 'rrn')).length > 1)
  )
    return null;
  const column = (name: string) => names.findIndex((other) => other === name || (name === 'reference' && other === 'rrn'));
  if (['terminal', 'business_day', 'type', 'amount_minor', 'currency'].some((name) => column(name) === -1)) return null;
  if (column('trace') === -1 && column('reference') === -1) return null;
  const rows: string[] = [];
  const sums = new Map<string, number>();
  for (const [n, line] of lines.entries()) {
    const fields = simpleFields(line);
    if (fields === null || fields.length !== names.length || Buffer.byteLength(line) > 65_000) return null;
    const at = (name: string) => fields[column(name)] ?? '';
    const fee = column('fee_minor') === -1 ? '' : at('fee_minor');
    const day = new Date(`${at('business_day')}T00:00:00Z`);
    if (!/^-?\d{1,15}$/.test(at('amount_minor')) || !/^(-?\d{1,15})?$/.test(fee) || !/^[A-Z]{3}$/.test(at('currency'))) return null;
    if (!/^(?!0000)\d{4}-\d\d-\d\d$/.test(at('business_day')) || Number.isNaN(day.getTime())) return null;
    if (day.toISOString().slice(0, 10) !== at('business_day') || !/^.{1,32}$/u.test(at('type')) || Buffer.byteLength(at('type')) > 32)
      return null;
    if (['payout', 'fee', 'deduction', 'credit', 'balance', 'chargeback', 'chargebackReversed'].includes(at('type'))) continue;
    const amount = Number(at('amount_minor')) || 0;
    const sum = (sums.get(at('currency')) ?? 0) + amount;
    sums.set(at('currency'), sum);
    const fees = (sums.get(`fees ${at('currency')}`) ?? 0) + Number(fee);
    sums.set(`fees ${at('currency')}`, fees);
    if (!Number.isSafeInteger(sum) || !Number.isSafeInteger(fees)) return null;
    rows.push(`${n + 2} ${amount} ${at('currency')} ${at('type')}`);
  }
  return rows;
}

function simpleFields(line: string): string[] | null {
  if (hasControl(line)) return null;
  const fields: string[] = [];
  for (let rest = line; ; ) {
    const [whole, quoted, bare] = /^(?:"((?:[^"]|"")*)"|([^",]*))(?=,|$)/.exec(rest) ?? [];
    if (whole === undefined) return null;
    fields.push(quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"'));
    if (rest.length === whole.length) return fields;
    rest = rest.slice(whole.length + 1);
  }
}

function hasControl(text: string): boolean {
  return [...text].some((character) => character < ' ');
}

function hostileFile(random: () => number): Uint8Array {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const columns = HEADER.split(',');
  const end = pick(ENDS);
  const rows = Array.from({ length: Math.floor(random() * 12) }, () =>
    random() < 0.3 ? LINE : columns.map((name) => pick(VALUES[name]!)).join(','),
  );
  const text = [HEADER, ...rows].join(end) + (random() < 0.8 ? end : '');
  let content: Uint8Array = new Uint8Array(Buffer.from(random() < 0.1 ? `\ufeff${text}` : text));
  for (let damages = Math.floor(random() * 3); damages > 0; damages--) content = damaged(content, random, pick);
  return content;
}

function damaged(content: Uint8Array, random: () => number, pick: <T>(from: readonly T[]) => T): Uint8Array {
  const at = Math.floor(random() * (content.length + 1));
  const upTo = Math.min(content.length, at + Math.floor(random() * 20));
  switch (Math.floor(random() * 7)) {
    case 0:
      return content.slice(0, at);
    case 1:
      return Uint8Array.from([...content.subarray(0, at), ...content.subarray(upTo)]);
    case 2:
      return Uint8Array.from([...content.subarray(0, at), pick(NASTY), ...content.subarray(at)]);
    case 3: {
      const copy = content.slice();
      if (at < copy.length) copy[at] = pick(NASTY);
      return copy;
    }
    case 4:
      return Uint8Array.from([...content.subarray(0, upTo), ...content.subarray(at)]);
    case 5: {
      const huge = Buffer.alloc(pick([10, 300, 70_000]), pick(['x', '9', '"', ',', '-']));
      return Uint8Array.from(Buffer.concat([content.subarray(0, at), huge, content.subarray(at)]));
    }
    default: {
      const copy = content.slice();
      if (at < copy.length) copy[at] = Math.floor(random() * 256);
      return copy;
    }
  }
}
