import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withoutCardNumbers } from '@tillward/statements';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigMistake } from './command-errors.js';
import { type StatementFlags, statementParse } from './statement.js';

const samples = fileURLToPath(new URL('../../../../../shared/samples/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tillward-statement-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function parse(file: string, flags: StatementFlags = {}) {
  const out: string[] = [];
  const errors: string[] = [];
  const status = await statementParse(file, flags, {
    output: { write: (text) => out.push(text) > 0, once: (_, then) => then() },
    errors: { write: (text: string) => errors.push(text) },
  });
  return { status, out: out.join(''), errors: errors.join('') };
}

const STRIPE = [
  'balance_transaction_id,created,available_on,currency,gross,fee,net,reporting_category,automatic_payout_id',
  'txn_1,2026-11-20 10:11:12,2026-11-22 00:00:00,eur,25,0.95,24.05,charge,po_1',
  'txn_2,2026-11-23 00:00:00,2026-11-23 00:00:00,eur,24.05,0,24.05,payout,po_1',
  '',
].join('\n');

describe('tillward statement parse', () => {
  it('prints rows and a summary for people', async () => {
    const { status, out, errors } = await parse(fileOf('stripe.csv', STRIPE));
    expect({ status, errors }).toEqual({ status: 0, errors: '' });
    expect(out).toMatch(/sale +2026-11-20T10:11:12 +EUR +25\.00 +-0\.95 +24\.05/);
    expect(out).toContain('gross 25.00  fees 0.95  net 24.05  paid out 24.05');
    expect(out).toContain('checks   1 of 1 passed');
  });

  it('prints no card number, whatever text of a file has one', async () => {
    // Made here, so that none is written down.
    const card = [...'0123456789'].map((digit) => `455673758689985${digit}`).find((one) => withoutCardNumbers(one) !== one)!;
    const file = fileOf(`${card}.csv`, STRIPE.replaceAll(/txn_1|po_1/g, card));
    const wrong = fileOf('wrong.csv', STRIPE.replace('charge', `${card}\u0000`));
    for (const said of [await parse(file), await parse(file, { json: true }), await parse(wrong), await parse(`${file}.gone`)]) {
      expect(`${said.out}${said.errors}`).not.toContain(card);
      expect(said.out + said.errors).not.toBe('');
    }
    const { out } = await parse(file, { json: true });
    expect(JSON.parse(out).rows[0]).toMatchObject({ reference: `************${card.slice(-4)}`, payout: `************${card.slice(-4)}` });
  });

  it('prints what a bank booked, and no fees, which its file doesn’t tell', async () => {
    const mt940 = [
      ':20:S',
      ':25:DE1',
      ':28C:1/1',
      ':60F:C261120EUR1,00',
      ':61:2611201120C24,05NTRFREF//B1',
      ':61:2611201120D1,00NCHGNONREF',
      ':62F:C261120EUR24,05',
      '-',
      '',
    ].join('\r\n');
    const { status, out } = await parse(fileOf('bank.sta', mt940));
    expect(status).toBe(0);
    expect(out).toMatch(/^EUR {6}booked 23\.05$/m);
    expect(out).not.toContain('fees');
  });

  it('prints one JSON object, with or without the rows', async () => {
    const file = fileOf('stripe.csv', STRIPE);
    const { format, rows, summary, notes } = JSON.parse((await parse(file, { json: true })).out);
    expect({ format, notes }).toEqual({ format: 'stripe', notes: [] });
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({ line: 2, type: 'sale', grossMinor: 2_500, feeMinor: -95, netMinor: 2_405, currency: 'EUR' });
    expect(summary).toMatchObject({
      rowsByType: { sale: 1, payout: 1 },
      totals: [{ currency: 'EUR', grossMinor: 2_500, feeMinor: -95, netMinor: 2_405 }],
      checks: [{ name: 'payout po_1', ok: true }],
    });
    const short = JSON.parse((await parse(file, { json: true, summary: true })).out);
    expect(short).toEqual({ format, rows: [], summary, notes });
  });

  it('prints nothing of a refused file but the reason with its line', async () => {
    const file = fileOf('wrong.csv', STRIPE.replace('24.05,payout', '24.0x5,payout'));
    expect(await parse(file, { json: true })).toEqual({
      status: 1,
      out: '',
      errors: `${file}:3: "24.0x5" is no amount with a point before its decimals (amount)\n`,
    });
  });

  it('strict reading refuses what is otherwise told', async () => {
    const file = fileOf('late.csv', STRIPE.replace('24.05,0,24.05,payout', '24.04,0,24.04,payout'));
    const told = await parse(file);
    expect(told.status).toBe(0);
    expect(told.out).toContain('FAILED payout po_1');
    expect(await parse(file, { strict: true })).toMatchObject({ status: 1, errors: expect.stringContaining(`${file}:3: payout po_1`) });
  });

  it('reads a CSV file by its profile', async () => {
    const profile = fileOf('profile.json', JSON.stringify({ name: 'x', currency: 'EUR', otherType: 'sale', columns: { gross: 'Amount' } }));
    const file = fileOf('own.csv', 'Amount\n12.50\n');
    expect(JSON.parse((await parse(file, { json: true, profile })).out)).toMatchObject({ format: 'csv', rows: [{ grossMinor: 1_250 }] });
    const broken = fileOf('broken.json', '{"name":"x"}');
    await expect(parse(file, { profile: broken })).rejects.toThrow(ConfigMistake);
    await expect(parse(file, { profile: join(folder, 'none.json') })).rejects.toThrow(/--profile: cannot read .*there is no such file/);
  });

  it('wrong flags are told as such, unreadable files in a sentence', async () => {
    const file = fileOf('stripe.csv', STRIPE);
    await expect(parse(file, { format: 'excel' })).rejects.toThrow(/--format is one of unionpay/);
    await expect(parse(file, { format: 'csv' })).rejects.toThrow(/needs --profile/);
    const none = join(folder, 'none.csv');
    expect(await parse(none)).toEqual({ status: 1, out: '', errors: `cannot read ${none}: there is no such file\n` });
    expect(await parse(folder)).toEqual({ status: 1, out: '', errors: `cannot read ${folder}: it is a folder\n` });
  });
});

/** What the samples come to: counts and sums as their own trailers state them. */
const SUMS: Readonly<Record<string, object>> = {
  'unionpay_802310048993424_20150905.zip': {
    rowsByType: { sale: 8 },
    totals: [{ currency: 'CNY', grossMinor: 1_322_700, feeMinor: -7_936, netMinor: 1_314_764 }],
    checksMade: 24,
    checksFailed: 0,
  },
  'wechat_trade_bill.csv': { totals: [{ currency: 'CNY', grossMinor: 3, feeMinor: 0, netMinor: 3 }], checksMade: 7, checksFailed: 0 },
  'adyen_settlement_detail_batch_380.csv': {
    rowsByType: { sale: 220, refund: 6, fee: 1, payout: 1 },
    totals: [{ currency: 'USD', grossMinor: 5_573_580, feeMinor: -42_773, netMinor: 5_530_807, payoutMinor: -5_530_807 }],
    checksFailed: 0,
  },
  'adyen_settlement_detail_chargeback.csv': { rowsByType: { chargeback: 1, fee: 1, payout: 1 } },
  'adyen_settlement_detail_deposit_correction.csv': { rowsByType: { deduction: 1, credit: 1 } },
  'adyen_settlement_detail_refund.csv': { rowsByType: { refund: 1, fee: 1, payout: 1 } },
  'stripe_settlement_report.csv': { rowsByType: { sale: 2, refund: 1, chargebackReversed: 1, fee: 2, payout: 1 }, checksFailed: 0 },
  'bai2_sample1.txt': { rowsByType: { credit: 5, debit: 12 }, checksMade: 10, checksFailed: 0 },
  'bai2_sample2.txt': { rowsByType: { credit: 4 }, checksFailed: 0 },
  'camt053.v2.multi.statement.xml': { rowsByType: { credit: 1, debit: 1 }, checksMade: 2, checksFailed: 0 },
  'camt053.v8.xml': { rowsByType: { credit: 1 } },
  'camt054.v8.xml': { rowsByType: { debit: 1 } },
  'mt940_february_30.sta': { rowsByType: { debit: 1 }, checksFailed: 0 },
  'mt940_mt940.sta': { rowsByType: { credit: 7, debit: 9 }, checksMade: 3, checksFailed: 0 },
  'mt940_mt942.sta': { rowsByType: { credit: 3 }, checksMade: 4, checksFailed: 0 },
  // Entries were cut out of these two by their publishers: the balances say so.
  'mt940_abnamro.sta': { rowsByType: { debit: 10 }, checksMade: 2, checksFailed: 2 },
  'mt940_ing.sta': { rowsByType: { credit: 2, debit: 5 }, checksMade: 1, checksFailed: 1 },
};

describe('real files', () => {
  it(
    existsSync(samples)
      ? 'are read with the sums of their own trailers, or refused as their names say'
      : 'are not tried: the folder ../shared/samples is absent (statements and bank files of acquirers and banks)',
    async () => {
      for (const kind of existsSync(samples) ? ['statements', 'bank'] : [])
        for (const name of readdirSync(join(samples, kind))) {
          const file = join(samples, kind, name);
          const { status, out, errors } = await parse(file, { json: true });
          if (/wrong|invalid/.test(name)) {
            expect({ name, status, out }).toEqual({ name, status: 1, out: '' });
            expect(errors).toMatch(/:\d+: .+ \([a-z0-9-]+\)\n$/);
            continue;
          }
          expect({ name, status, errors }).toEqual({ name, status: 0, errors: '' });
          const { rows, summary } = JSON.parse(out);
          expect({ name, ...summary }).toMatchObject({ name, rowCount: rows.length, ...SUMS[name] });
          expect(out).not.toMatch(/"cardLast4":"\d{5}/);
        }
      if (existsSync(samples)) {
        const february = JSON.parse((await parse(join(samples, 'bank', 'mt940_february_30.sta'), { json: true })).out);
        expect(february).toMatchObject({
          rows: [{ valueDate: '2016-02-29' }],
          notes: [{ line: 6, message: expect.stringContaining('30 February') }],
        });
      }
    },
  );
});
