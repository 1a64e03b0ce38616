import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type StoredSale, TerminalStore } from './terminal-store.js';

let dataDir: string;
let store: TerminalStore;
const open = () => new TerminalStore({ store: 'berlin', terminal: 't1', currency: 'EUR', dataDir });
const at = new Date('2026-11-21T20:00:00Z');
const sale = (amountMinor: number): StoredSale => ({
  traceNo: store.nextTraceNo(),
  receiptNo: store.nextReceiptNo(),
  amountMinor,
  cardGroup: 'visa',
  cardName: 'VISA',
  cardLast4: '0042',
  authorisationCode: '000001',
  date: '1121',
  time: '210000',
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
    store.bookSale(sale(500), at);
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

  it('is repaired from the ledger when the crash came between ledger and state', () => {
    store.bookSale(sale(500), at);
    copyFileSync(statePath(), `${statePath()}.old`);
    store.bookSale(sale(700), at);
    copyFileSync(`${statePath()}.old`, statePath());
    const again = open();
    expect(again.totals()).toMatchObject({ amountMinor: 1_200, count: 2 });
    expect(again.nextTraceNo()).toBe(3);
    again.settle(again.nextTraceNo(), again.nextReceiptNo(), at);
    again.close();
    copyFileSync(`${statePath()}.old`, statePath());
    const third = open();
    expect(third.batch).toEqual({ no: 2, sales: [] });
    third.close();
  });

  it('drops a ledger line that a crash cut off, and refuses a damaged one in the middle', () => {
    store.bookSale(sale(500), at);
    appendFileSync(ledgerPath(), '{"seq":2,"at":');
    const again = open();
    expect(again.lines).toHaveLength(1);
    again.close();
    writeFileSync(ledgerPath(), `{"seq":"x"}\n${readFileSync(ledgerPath(), 'utf8')}`);
    expect(open).toThrow();
  });

  it('counts wrap as the wire does', () => {
    for (let i = 0; i < 3; i++) store.bookSale(sale(100), at);
    expect(store.totals().individual.groups.visa).toEqual({ count: 3, amountMinor: 300 });
  });
});
