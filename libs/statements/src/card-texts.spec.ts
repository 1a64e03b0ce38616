import { describe, expect, it } from 'vitest';
import { numberOf } from './card-number.fixtures.js';
import { parseProfile, parseStatement, type ReadOptions, StatementRefused } from './index.js';
import {
  adyenReport,
  alipayBill,
  bai2,
  camt,
  gbk,
  mt940,
  mt942,
  rdSummary,
  stripeReport,
  unionpayZip,
  utf8,
  wechatBill,
} from './statements.fixtures.js';

const CARD = numberOf('62', 16);
const cardNumbers = (digits: string) => `<${digits.slice(-4)}>`;

/** Every text within a value, keys of objects left out. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** What comes out of a file in which these texts are card numbers: how often the stand-in did. */
function standIns(bytes: Uint8Array, options: ReadOptions = {}): number {
  const starred = textsIn(parseStatement(bytes, options));
  const texts = textsIn(parseStatement(bytes, { ...options, cardNumbers }));
  for (const text of [...starred, ...texts]) expect(text).not.toContain(CARD);
  const found = texts.filter((text) => text.includes(`<${CARD.slice(-4)}>`)).length;
  expect(starred.filter((text) => text.includes(`*${CARD.slice(-4)}`)).length).toBe(found);
  return found;
}

const CSV = [
  'kind;money;cost;iso;merchant;terminal;batch;trace;ref;order;code;brand;payout',
  ['sale', '1000', '-10', 'EUR', ...Array.from({ length: 9 }, () => CARD)].join(';'),
  '',
].join('\n');
const profile = parseProfile(
  JSON.stringify({
    name: 'test',
    separator: ';',
    amounts: 'minor',
    feeSign: 'asWritten',
    columns: {
      type: 'kind',
      gross: 'money',
      fee: 'cost',
      currency: 'iso',
      merchant: 'merchant',
      terminal: 'terminal',
      batch: 'batch',
      trace: 'trace',
      reference: 'ref',
      merchantReference: 'order',
      authorisation: 'code',
      scheme: 'brand',
      payout: 'payout',
    },
    types: { sale: 'sale' },
  }),
);

describe('a card number in whatever text of a file does not come out', () => {
  it.each<[string, Uint8Array, ReadOptions, number]>([
    // All nine texts of the row.
    ['csv', utf8(CSV), { profile }, 9],
    // Company, merchant and references of rows; the payout's batch in its rows and in the check's name.
    ['adyen', utf8(adyenReport().replaceAll(/order-1|ChainDE|883600000000001A/g, CARD)), {}, 12],
    ['stripe', utf8(stripeReport().replaceAll(/txn_1|po_1/g, CARD)), {}, 7],
    ['wechat', utf8(wechatBill().replaceAll(/`S1|`4200000001202611200000000002|`1600000001/g, `\`${CARD}`)), {}, 4],
    ['alipay', gbk(alipayBill().replaceAll(/S1\t|T-01/g, `${CARD}\t`)), {}, 4],
    ['unionpay', unionpayZip(rdSummary(2, '150.00', '0.90', '149.10')), {}, 0],
    // Statement's id, references, the bank's, remittance and parts of a batch booking.
    ['camt053', utf8(camt().replaceAll(/S-1|TX1|B1|E2|Rent|166/g, CARD)), {}, 7],
    ['camt054', utf8(camt(undefined, { number: '054' }).replaceAll(/S-1|TX1|B1|E2|Rent|166/g, CARD)), {}, 7],
    ['mt940', utf8(mt940().replaceAll(/STARTUMSE|TX1|B1/g, CARD)), {}, 4],
    ['mt942', utf8(mt942().replaceAll(/TX1|R[23](?=\n)/g, CARD)), {}, 4],
    ['bai2', utf8(bai2().replaceAll(/TX1|B1|R2|second/g, CARD)), {}, 4],
  ])('%s', (_, bytes, options, times) => {
    expect(standIns(bytes, options)).toBe(times);
  });

  it('nor out of a refusal', () => {
    for (const written of [CARD, CARD.replaceAll(/(\d{4})(?=\d)/g, '$1 '), `${'x'.repeat(30)} ${CARD}`]) {
      const read = () => parseStatement(utf8(CSV.replace('sale;', `${written};`)), { profile });
      expect(read).toThrow(StatementRefused);
      expect(read).not.toThrow(CARD);
      expect(read).not.toThrow(CARD.slice(0, 4));
    }
  });
});
