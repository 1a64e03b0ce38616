import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ledger, type LedgerEntry, ledgerPath } from './ledger.js';

let dataDir: string;
let path: string;
let ledger: Ledger;

const entry = (more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  at: '2026-11-21T20:00:00.000Z',
  store: 'berlin',
  terminal: 't1',
  kind: 'sale',
  traceNo: 1,
  receiptNo: 1,
  amountMinor: 500,
  currency: 'EUR',
  batch: 1,
  ...more,
});
const reopen = () => {
  ledger.close();
  ledger = Ledger.open(path);
  return ledger.lines;
};

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tillward-ledger-'));
  path = ledgerPath(dataDir, 'berlin', 't1');
  ledger = Ledger.open(path);
});
afterEach(() => {
  ledger.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('a ledger', () => {
  it('has a line on the disk when append returns, numbered without gaps over restarts', () => {
    ledger.append(entry({ reference: 'A1B2C3D4E5' }));
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ seq: 1, ...entry({ reference: 'A1B2C3D4E5' }) });
    reopen();
    ledger.append(entry({ kind: 'reversal', traceNo: 2, receiptNo: 2, reversedReceiptNo: 1 }));
    ledger.append(entry({ kind: 'refund', traceNo: 3, receiptNo: 3 }));
    ledger.append(entry({ kind: 'settlement', traceNo: 4, receiptNo: 4, amountMinor: -500 }));
    expect(reopen().map(({ seq, kind }) => [seq, kind])).toEqual([
      [1, 'sale'],
      [2, 'reversal'],
      [3, 'refund'],
      [4, 'settlement'],
    ]);
  });

  it('reads the lines of before there were reversals', () => {
    appendFileSync(path, `${JSON.stringify({ seq: 1, ...entry({ cardLast4: '0042' }) })}\n`);
    expect(reopen()).toHaveLength(1);
  });

  it('takes no line that says too little or too much', () => {
    expect(() => ledger.append(entry({ kind: 'reversal' }))).toThrow('names a receipt');
    expect(() => ledger.append(entry({ reversedReceiptNo: 1 }))).toThrow('names a receipt');
    expect(() => ledger.append(entry({ amountMinor: -1 }))).toThrow('negative');
    expect(() => ledger.append(entry({ cardLast4: '123456' }))).toThrow();
    expect(ledger.lines).toEqual([]);
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  it('drops a line that a crash cut off, and refuses a damaged one in the middle', () => {
    ledger.append(entry());
    appendFileSync(path, '{"seq":2,"at":');
    expect(reopen()).toHaveLength(1);
    expect(ledger.append(entry({ traceNo: 2 })).seq).toBe(2);
    writeFileSync(path, `{"seq":"x"}\n${readFileSync(path, 'utf8')}`);
    expect(() => Ledger.open(path)).toThrow();
  });
});
