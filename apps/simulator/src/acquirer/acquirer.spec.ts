import { reconcile } from '@tillward/reconciliation';
import { csvProfileSchema, parseStatement, type StatementRow } from '@tillward/statements';
import { describe, expect, it } from 'vitest';
import type { LedgerLine } from '../ledger/index.js';
import { type AcquirerFiles, type StatementOrder, statementOrder, writeAcquirerFiles } from './acquirer.js';
import { feeOf } from './clearing.js';
import { ANOMALIES } from './planting.js';

const STORE = { timeZone: 'Asia/Shanghai', seed: 'spec' };
const FEE_PPM = 8_000;

interface Booking {
  terminal?: string;
  batch?: number;
  kind?: LedgerLine['kind'];
  trace?: number;
  amount?: number;
  at?: string;
  store?: string;
}

/** A ledger as terminals leave it: numbers follow each other unless said otherwise. */
function ledger(bookings: readonly Booking[]): LedgerLine[] {
  return bookings.map(
    ({ terminal = 'sh-1', batch = 1, kind = 'sale', trace, amount = 1_000, at = '2026-11-21T04:00:00.000Z', store = 'shanghai' }, i) => ({
      seq: i + 1,
      at,
      store,
      terminal,
      kind,
      traceNo: trace ?? i + 1,
      receiptNo: i + 1,
      amountMinor: amount,
      currency: 'CNY',
      cardLast4: '0042',
      batch,
      ...(kind === 'reversal' ? { reversedReceiptNo: 1 } : {}),
    }),
  );
}

/** Two terminals' days: a refund and a reversal among sales, each batch settled; a third batch is still open. */
const DAY = ledger([
  ...Array.from({ length: 14 }, (_, i) => ({ amount: 1_000 + i * 37 })),
  { kind: 'refund', amount: 300 },
  { kind: 'reversal', amount: 1_000 },
  { kind: 'settlement', amount: 0 },
  ...[5, 6, 7].map((trace) => ({ terminal: 'sh-2', trace, amount: 250 })),
  { terminal: 'sh-2', kind: 'settlement', trace: 8 },
  { batch: 2, trace: 90 },
  { store: 'berlin', terminal: 'be-1' },
  { store: 'berlin', terminal: 'be-1', kind: 'settlement' },
]);

const files = (lines: readonly LedgerLine[] = DAY, more: Partial<StatementOrder> = {}): AcquirerFiles =>
  writeAcquirerFiles(lines, statementOrder.parse({ store: 'shanghai', feePpm: FEE_PPM, ...more }), STORE);
const profile = (written: AcquirerFiles) => csvProfileSchema.parse(written.profile);
const bytes = (text: string) => new TextEncoder().encode(text);
const rowsOf = (written: AcquirerFiles): StatementRow[] =>
  written.statements.flatMap(({ content }) => parseStatement(bytes(content), { profile: profile(written) }).rows);

/** What the matching engine finds between the terminals' ledgers and the statements, `matched` left out. */
function found(lines: readonly LedgerLine[], written: AcquirerFiles): { type: string; trace: string | undefined }[] {
  const settled = lines.filter(({ store, terminal, batch }) => store === 'shanghai' && !(terminal === 'sh-1' && batch === 2));
  const head = { acquirer: 'sim', merchant: 'M-shanghai' };
  const terminal = settled
    .filter(({ kind }) => kind !== 'settlement')
    .map((line) => {
      const amountMinor = line.kind === 'sale' ? line.amountMinor : -line.amountMinor;
      const numbers = { terminal: line.terminal, batch: String(line.batch), trace: String(line.traceNo), businessDay: '2026-11-21' };
      return { ...head, ...numbers, type: line.kind, amountMinor, currency: line.currency, feeMinor: feeOf(amountMinor, FEE_PPM) };
    });
  const acquirer = rowsOf(written).map(
    ({ terminal: number = '', batch = '', trace = '', businessDay = '', type, grossMinor, currency, feeMinor }) => ({
      ...head,
      terminal: number,
      batch,
      trace,
      businessDay,
      type,
      amountMinor: grossMinor,
      currency,
      feeMinor,
    }),
  );
  return reconcile(terminal, acquirer)
    .results.filter(({ type }) => type !== 'matched')
    .map((result) => ({
      type: result.type,
      trace: (result.terminal === null ? acquirer[result.acquirer!] : terminal[result.terminal])!.trace,
    }));
}
const sorted = (list: readonly { type: string; trace?: string | number | undefined }[]) =>
  list.map(({ type, trace }) => `${type} ${trace}`).sort();

describe('a statement of settled batches', () => {
  it('has every payment of them, nothing of an open batch or another store, and sums its reader agrees with', () => {
    const written = files();
    const [statement] = written.statements;
    expect(written.statements).toHaveLength(1);
    const { rows, summary } = parseStatement(bytes(statement!.content), { profile: profile(written) });
    expect(rows).toHaveLength(19);
    expect(summary.checks.map(({ name, ok }) => [name, ok])).toEqual([
      ['count', true],
      ['gross', true],
      ['fee', true],
      ['net', true],
    ]);
    expect(rows[0]).toMatchObject({
      type: 'sale',
      merchant: 'M-shanghai',
      terminal: 'sh-1',
      batch: '1',
      trace: '1',
      businessDay: '2026-11-21',
      cardLast4: '0042',
      currency: 'CNY',
      grossMinor: 1_000,
      feeMinor: -8,
      netMinor: 992,
      payout: 'M-shanghai-2026-11-21-CNY-040000',
    });
    expect(rows.filter(({ type }) => type !== 'sale')).toMatchObject([
      { type: 'refund', grossMinor: -300, feeMinor: 2 },
      { type: 'reversal', grossMinor: -1_000, feeMinor: 8 },
    ]);
    expect(found(DAY, written)).toEqual([]);
    expect(written.planted).toEqual([]);
  });

  it('leaves out what an earlier one had, and names terminals that have not settled', () => {
    const lines = ledger([
      {},
      { kind: 'settlement', at: '2026-11-21T05:00:00.000Z' },
      { batch: 2 },
      { batch: 2, kind: 'settlement', at: '2026-11-21T06:00:00.000Z' },
      { terminal: 'sh-2' },
    ]);
    const first = files(lines.slice(0, 2));
    const second = files(lines, { settledAfter: first.settledAt });
    expect([first, second].map((written) => rowsOf(written).map(({ batch, payout }) => [batch, payout]))).toEqual([
      [['1', 'M-shanghai-2026-11-21-CNY-050000']],
      [['2', 'M-shanghai-2026-11-21-CNY-060000']],
    ]);
    expect(second).toMatchObject({ open: ['sh-2'], settledAt: '2026-11-21T06:00:00.000Z' });
    expect(files(lines, { settledAfter: second.settledAt })).toMatchObject({ statements: [], settledAt: '' });
  });

  it('is refused when its trailer is touched', () => {
    const written = files();
    const tampered = written.statements[0]!.content.replace(/TOTAL;;;19/, 'TOTAL;;;18');
    expect(() => parseStatement(bytes(tampered), { profile: profile(written) })).toThrow(/count/);
  });

  it('reckons business days by the merchant’s own cut-off', () => {
    const night = ledger([
      { at: '2026-11-21T19:59:59.000Z' },
      { at: '2026-11-21T20:00:00.000Z' },
      { kind: 'settlement', at: '2026-11-21T20:05:00.000Z' },
    ]);
    // 03:59:59 and 04:00:00 in Shanghai.
    expect(files(night).statements.map(({ businessDay, rows }) => [businessDay, rows])).toEqual([
      ['2026-11-21', 1],
      ['2026-11-22', 1],
    ]);
  });
});

describe('planted anomalies', () => {
  it.each(['1', '2', '3', '20261121'])('are exactly what the matching engine finds (seed %s)', (seed) => {
    const written = files(DAY, { seed, anomalies: [...ANOMALIES] });
    expect(written.planted.map(({ type }) => type)).toEqual([...ANOMALIES]);
    expect(sorted(found(DAY, written))).toEqual(sorted(written.planted));
  });

  it('leave one batch untouched, and follow from the seed', () => {
    const written = files(DAY, { anomalies: [...ANOMALIES] });
    expect(new Set(written.planted.map(({ terminal }) => terminal))).toEqual(new Set(['sh-1']));
    expect(files(DAY, { anomalies: [...ANOMALIES] })).toEqual(written);
    expect(files(DAY, { anomalies: [...ANOMALIES], seed: 'another' }).planted).not.toEqual(written.planted);
  });

  it('spare a batch without a payment booked twice, even when it is not the smallest', () => {
    const lines = ledger([
      { trace: 1 },
      { trace: 1 },
      { trace: 2 },
      { kind: 'settlement' },
      ...[5, 6, 7].map((trace) => ({ terminal: 'sh-2', trace })),
      { terminal: 'sh-2', kind: 'settlement' },
    ]);
    const { planted } = files(lines, { anomalies: ['amountOver', 'amountUnder'] });
    expect(planted.map(({ type, terminal }) => [type, terminal])).toEqual([
      ['duplicateAtTerminal', 'sh-1'],
      ['amountOver', 'sh-1'],
    ]);
  });

  it('list a payment under a repeated trace number as booked twice at the terminal', () => {
    const lines = ledger([{ trace: 1 }, { trace: 2, amount: 500 }, { trace: 2, amount: 700 }, { kind: 'settlement', trace: 3 }]);
    const written = files(lines, { anomalies: ['amountOver'] });
    expect(written.planted).toMatchObject([
      { type: 'duplicateAtTerminal', trace: 2, terminalMinor: 700, acquirerMinor: null },
      { type: 'amountOver', trace: 1 },
    ]);
    expect(sorted(found(lines, written))).toEqual(['amountOver 1', 'duplicateAtTerminal 2']);
  });

  it('are left out where there are fewer sales', () => {
    const lines = ledger([{}, { kind: 'settlement' }]);
    expect(files(lines, { anomalies: ['timing', 'currency'] }).planted.map(({ type }) => type)).toEqual(['timing']);
    expect(files(ledger([{}]), { anomalies: ['timing'] })).toMatchObject({ statements: [], bank: [], planted: [] });
  });
});

describe('the bank', () => {
  it('credits what statements come to, on the bank day it is due, and its balances add up', () => {
    const written = files(DAY, { anomalies: ['currency', 'timing'], country: 'CN', account: '6222000000' });
    const entries = written.bank.flatMap(({ content }) => {
      const { entries: read, summary } = parseStatement(bytes(content));
      expect(summary).toMatchObject({ format: 'camt053', checksFailed: 0 });
      return read;
    });
    // Saturday's and Sunday's money: Monday is a bank day.
    const expected = written.statements.map(({ netMinor, currency, payout }) => ({
      amountMinor: netMinor,
      currency,
      bookingDate: '2026-11-23',
      payout,
    }));
    expect(expected).toHaveLength(3);
    for (const { payout, ...money } of expected) {
      expect(entries).toContainEqual(
        expect.objectContaining({ ...money, account: '6222000000', remittance: expect.stringContaining(payout) }),
      );
    }
    expect(entries).toHaveLength(3);
  });

  it('debits what was given back beyond what was taken', () => {
    const lines = ledger([
      { kind: 'refund', amount: 900 },
      { kind: 'settlement', amount: -900 },
    ]);
    const { entries } = parseStatement(bytes(files(lines).bank[0]!.content));
    expect(entries[0]).toMatchObject({ amountMinor: -893 });
  });
});
