import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type NewTransaction, TerminalStore } from './terminal-store.js';

let dataDir: string;
let store: TerminalStore;
const open = () => new TerminalStore({ store: 'berlin', terminal: 't1', currency: 'EUR', dataDir });
const at = new Date('2026-11-21T20:00:00Z');
const sale = (amountMinor: number, more: Partial<NewTransaction> = {}): NewTransaction => ({
  kind: 'sale',
  amountMinor,
  cardGroup: 'visa',
  cardName: 'VISA',
  cardLast4: '0042',
  authorisationCode: '000001',
  date: '1121',
  time: '210000',
  unsent: false,
  ...more,
});
const ledgerPath = () => join(dataDir, 'ledger', 'berlin.t1.ndjson');
const statePath = () => join(dataDir, 'state', 'berlin.t1.json');

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tillward-store-'));
  store = open();
});
afterEach(() => {
  store.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('a terminal’s memory', () => {
  it('is on the disk when a booking returns', () => {
    store.book(sale(500), at);
    expect(JSON.parse(readFileSync(ledgerPath(), 'utf8'))).toEqual({
      seq: 1,
      at: at.toISOString(),
      store: 'berlin',
      terminal: 't1',
      kind: 'sale',
      traceNo: 1,
      receiptNo: 1,
      amountMinor: 500,
      currency: 'EUR',
      cardLast4: '0042',
      batch: 1,
    });
    const again = open();
    expect(again.batch).toEqual(store.batch);
    expect(again.last).toEqual(store.last);
    again.close();
  });

  it('books under a trace number it is given without taking the next one, receipt numbers going on', () => {
    const first = store.book(sale(500), at);
    const twice = store.book(sale(700), at, first.stored.traceNo);
    expect(twice.stored).toMatchObject({ traceNo: 1, receiptNo: 2 });
    expect(store.book(sale(900), at).stored).toMatchObject({ traceNo: 2, receiptNo: 3 });
    const again = open();
    expect(again.turnover()).toMatchObject({ amountMinor: 2_100, count: 3 });
    again.close();
  });

  it('is repaired from the ledger when the crash came between ledger and state', () => {
    store.book(sale(500), at);
    copyFileSync(statePath(), `${statePath()}.old`);
    store.book(sale(700, { unsent: true }), at);
    store.book(sale(200, { kind: 'reversal', reversedReceiptNo: 1 }), at);
    copyFileSync(`${statePath()}.old`, statePath());
    const again = open();
    expect(again.turnover()).toMatchObject({ amountMinor: 1_000, count: 3 });
    expect(again.batch.transactions.map(({ reversedMinor, cardGroup }) => [reversedMinor, cardGroup])).toEqual([
      [200, 'visa'],
      [0, 'other'],
      [0, 'visa'],
    ]);
    expect(again.unsent).toHaveLength(1);
    expect(again.useTraceNo()).toBe(4);
    again.settle(at);
    again.close();
    copyFileSync(`${statePath()}.old`, statePath());
    const third = open();
    expect(third.batch).toEqual({ no: 2, transactions: [] });
    third.close();
  });

  it('reads the state of before there were reversals', () => {
    store.book(sale(500), at);
    const state = JSON.parse(readFileSync(statePath(), 'utf8'));
    const old = ({ kind: _kind, reversedMinor: _reversed, unsent: _unsent, ...rest }: Record<string, unknown>) => rest;
    writeFileSync(statePath(), JSON.stringify({ ...state, open: state.open.map(old), last: old(state.last) }));
    const again = open();
    expect(again.batch).toEqual(store.batch);
    again.close();
  });

  it('is what is on the disk: a power cut takes the rest', () => {
    store.book(sale(500), at);
    const { last } = store;
    Object.assign(last!, { amountMinor: 1 });
    store.reload();
    expect(store.last).toMatchObject({ amountMinor: 500 });
    expect(store.useTraceNo()).toBe(2);
    store.reload();
    expect(store.useTraceNo()).toBe(3);
  });

  it('knows what the host has not heard of, and forgets it once', () => {
    store.book(sale(500, { unsent: true }), at);
    store.book(sale(700), at);
    expect(store.unsent.map(({ amountMinor }) => amountMinor)).toEqual([500]);
    expect([store.markSent(), store.markSent()]).toEqual([1, 0]);
    store.reload();
    expect(store.unsent).toEqual([]);
  });

  it('refuses to begin with a damaged ledger', () => {
    store.book(sale(500), at);
    writeFileSync(ledgerPath(), `{"seq":"x"}\n${readFileSync(ledgerPath(), 'utf8')}`);
    expect(open).toThrow();
  });
});
