import { describe, expect, it } from 'vitest';
import { parseProfile, parseStatement, StatementRefused } from './index.js';
import { gbk, utf8 } from './statements.fixtures.js';

const PROFILE = {
  name: 'Sparkasse acquiring',
  encoding: 'windows-1252',
  separator: ';',
  decimalMark: ',',
  groupMark: '.',
  dateForm: 'DD.MM.YYYY hh:mm',
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  sign: 'byType',
  columns: { type: 'Art', gross: 'Betrag', fee: 'Gebühr', net: 'Netto', at: 'Zeit', terminal: 'TID', trace: 'Beleg', card: 'Karte' },
  types: { Kauf: 'sale', Gutschrift: 'refund', Gebühr: 'fee' },
  trailer: { firstCell: 'SUMME', count: 2, gross: 3, fee: 4, net: 5 },
};
const FILE = [
  'Zeit;Art;Betrag;Gebühr;Netto;TID;Beleg;Karte',
  '20.11.2026 10:11;Kauf;1.234,50;1,23456;1.233,26544;60000101;000017;************0042',
  '20.11.2026 10:12;GUTSCHRIFT;10,00;;10,00;60000101;18;************0042',
  'SUMME;2;1.224,50;1,23;1.223,26;;;',
  '',
].join('\r\n');

const latin = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const read = (file = FILE, profile: object = PROFILE) => parseStatement(latin(file), { profile: parseProfile(JSON.stringify(profile)) });

function refused(work: () => unknown): { code: string; line: number; message: string } {
  try {
    work();
  } catch (error) {
    if (!(error instanceof StatementRefused)) throw error;
    return { code: error.code, line: error.line, message: error.message };
  }
  throw new Error('not refused');
}

describe('a CSV profile', () => {
  it('takes the fee of a row from its net where none is written, and has nothing to check where no net is', () => {
    const columns = { type: 'type', gross: 'gross', fee: 'fee', net: 'net', currency: 'currency' };
    const profile = parseProfile(JSON.stringify({ name: 'x', columns, types: { sale: 'sale', refund: 'refund' } }));
    const file =
      'type,gross,fee,net,currency\nsale,10.00,,9.90,EUR\nsale,10.00,0.10,,EUR\nrefund,-10.00, ,-9.95,EUR\nsale,10.00,0.10,9.90,EUR\n';
    const { rows } = parseStatement(utf8(file), { profile });
    expect(rows.map(({ feeMinor, netMinor }) => [feeMinor, netMinor])).toEqual([
      [-10, 990],
      [-10, 990],
      [5, -995],
      [-10, 990],
    ]);
    expect(refused(() => parseStatement(utf8(file.replace('0.10,9.90', '0.10,9.91')), { profile }))).toMatchObject({
      code: 'arithmetic',
      line: 5,
    });
  });

  it('takes a fee that is written nowhere for one that is not told, and not for none', () => {
    const read = (columns: object, file: string) =>
      parseStatement(utf8(file), { profile: parseProfile(JSON.stringify({ name: 'x', columns, types: { sale: 'sale', fee: 'fee' } })) })
        .rows;
    const told = (rows: ReturnType<typeof read>) => rows.map(({ feeMinor, feeTold }) => [feeMinor, feeTold ?? true]);
    const columns = { type: 'type', gross: 'gross', currency: 'currency' };
    // A line that is itself a fee tells it.
    expect(told(read(columns, 'type,gross,currency\nsale,10.00,EUR\nfee,-0.25,EUR\n'))).toEqual([
      [0, false],
      [-25, true],
    ]);
    const net = { ...columns, net: 'net' };
    expect(told(read(net, 'type,gross,net,currency\nsale,10.00,9.90,EUR\nsale,10.00,,EUR\nsale,10.00,10.00,EUR\n'))).toEqual([
      [-10, true],
      [0, false],
      [0, true],
    ]);
    const fee = { ...columns, fee: 'fee' };
    expect(told(read(fee, 'type,gross,fee,currency\nsale,10.00,0.00,EUR\n'))).toEqual([[0, true]]);
  });

  it.each(['XAU', 'XXX', 'XXQ', 'ZZZ'])('knows no money in %s', (currency) => {
    const profile = { name: 'x', columns: { gross: 'g', currency: 'c' }, otherType: 'sale' };
    const file = utf8(`g,c\n1.00,EUR\n1.00,${currency}\n`);
    expect(refused(() => parseStatement(file, { profile: parseProfile(JSON.stringify(profile)) }))).toMatchObject({
      code: 'currency',
      line: 3,
    });
    expect(refused(() => parseProfile(JSON.stringify({ ...profile, columns: { gross: 'g' }, currency }))).code).toBe('profile');
  });

  it('shows an amount of other digits as it is written, and none that could be a card number', () => {
    const profile = parseProfile(JSON.stringify({ name: 'x', columns: { gross: 'g' }, currency: 'EUR', otherType: 'sale' }));
    const message = (amount: string, bytes = utf8) => refused(() => parseStatement(bytes(`g\n${amount}\n`), { profile })).message;
    expect(message('１２.３４')).toContain('"１２.３４"');
    expect(message('４１１１１１１１１１１１１１１１')).toContain('"************１１１１"');
    const gb = parseProfile(
      JSON.stringify({ name: 'x', encoding: 'gb18030', columns: { gross: 'g' }, currency: 'CNY', otherType: 'sale' }),
    );
    expect(refused(() => parseStatement(gbk('g\n１２.３\n'), { profile: gb })).message).toContain('"１２.３"');
  });

  it('describes columns, numbers, dates, types, signs and the trailer', () => {
    const { rows, summary } = read();
    expect(rows).toEqual([
      {
        line: 2,
        type: 'sale',
        sourceType: 'Kauf',
        at: '2026-11-20T10:11:00',
        timeZone: 'Europe/Berlin',
        terminal: '60000101',
        trace: '17',
        cardLast4: '0042',
        currency: 'EUR',
        grossMinor: 123_450,
        feeMinor: -123,
        netMinor: 123_327,
        feeRemainder: -45_600,
      },
      expect.objectContaining({ line: 3, type: 'refund', grossMinor: -1_000, netMinor: -1_000, trace: '18' }),
    ]);
    expect(summary).toMatchObject({ format: 'csv', checksMade: 4, checksFailed: 0 });
  });

  it.each([
    ['SUMME;2;', 'SUMME;3;', 'trailer-mismatch', 4],
    ['SUMME;2;1.224,50', 'SUMME;2;1.224,51', 'trailer-mismatch', 4],
    ['SUMME;2;1.224,50;1,23', 'SUMME;2;1.224,50;1,24', 'trailer-mismatch', 4],
    ['SUMME', 'TOTAL', 'row-type', 4],
    ['SUMME;2;1.224,50;1,23;1.223,26;;;', '', 'trailer-missing', 3],
    ['Kauf', 'Verkauf', 'row-type', 2],
    ['20.11.2026 10:11', '30.02.2026 10:11', 'date', 2],
    ['20.11.2026 10:11', '2026-11-20 10:11', 'date', 2],
    ['1.234,50', '12.34,50', 'amount', 2],
    ['1.234,50', '1,234.50', 'amount', 2],
    ['1.234,50', '1.234,505', 'amount-precision', 2],
    ['1.233,26544', '1.233,26545', 'arithmetic', 2],
    ['1.233,26544', '1.233,28', 'arithmetic', 2],
    ['1.223,26', '1.223,28', 'trailer-mismatch', 4],
    ['10,00;;10,00', '10,00;0,50;11,00', 'arithmetic', 3],
    ['10,00;;10,00', '10,00;;11,00', 'trailer-mismatch', 4],
    ['Betrag', 'Summe', 'header', 1],
  ])('%s → %s is refused as %s', (from, to, code, line) => {
    expect(refused(() => read(FILE.replace(from, to)))).toMatchObject({ code, line });
  });

  it('what is paid out or carried over is counted, and in no sum of the trailer', () => {
    const profile = {
      name: 'x',
      columns: { type: 'type', gross: 'gross', fee: 'fee', currency: 'currency' },
      types: { sale: 'sale', payout: 'payout', carried: 'balance' },
      trailer: { firstCell: 'TOTAL', count: 2, gross: 3, fee: 4, net: 5 },
    };
    const file = (gross: string, net: string) =>
      `type,gross,fee,currency\nsale,10.00,0.10,EUR\npayout,-9.90,,EUR\ncarried,-1.00,,EUR\nTOTAL,3,${gross},0.10,${net}\n`;
    const { summary } = read(file('10.00', '9.90'), profile);
    expect(summary).toMatchObject({ checksMade: 4, totals: [{ grossMinor: 1_000, feeMinor: -10, netMinor: 990, payoutMinor: -990 }] });
    expect(refused(() => read(file('0.10', '9.90'), profile))).toMatchObject({ code: 'trailer-mismatch', line: 5 });
    expect(refused(() => read(file('10.00', '0.00'), profile))).toMatchObject({ code: 'trailer-mismatch', line: 5 });
  });

  it('a net or sum in whole minor units may be rounded or cut', () => {
    for (const net of ['1.233,27', '1.233,26']) expect(read(FILE.replace('1.233,26544', net)).rows[0]?.netMinor).toBe(123_327);
    for (const sum of ['1.223,26', '1.223,27', '1.223,26544']) expect(read(FILE.replace('1.223,26', sum)).summary.checksMade).toBe(4);
  });

  it('takes amounts in minor units, two columns for debit and credit, and a type for all', () => {
    const profile = {
      name: 'x',
      currency: 'JPY',
      amounts: 'minor',
      otherType: 'sale',
      columns: { grossDebit: 'D', grossCredit: 'C' },
    };
    const { rows } = read('D,C\n,500\n20,\n', profile);
    expect(rows.map(({ grossMinor, currency }) => [grossMinor, currency])).toEqual([
      [500, 'JPY'],
      [-20, 'JPY'],
    ]);
  });

  it('reads GBK and skips rows before the header', () => {
    const profile = {
      name: 'x',
      encoding: 'gb18030',
      currency: 'CNY',
      skipRows: 1,
      columns: { type: '类型', gross: '金额' },
      types: { 消费: 'sale' },
    };
    const { rows } = parseStatement(gbk('标题\n类型,金额\n消费,1.5\n'), { profile: parseProfile(JSON.stringify(profile)) });
    expect(rows[0]).toMatchObject({ sourceType: '消费', grossMinor: 150, line: 3 });
  });

  it.each([
    ['{', 'is no JSON'],
    [{ ...PROFILE, columns: {} }, 'gross, net'],
    [{ ...PROFILE, colums: {} }, 'colums'],
    [{ ...PROFILE, currency: undefined }, 'currency'],
    [{ ...PROFILE, columns: { gross: 'x' }, types: {} }, 'otherType'],
    [{ ...PROFILE, dateForm: 'MM/DD' }, 'YYYY'],
    [{ ...PROFILE, groupMark: ',' }, 'groupMark'],
    [{ ...PROFILE, encoding: 'gb18030', separator: '|' }, 'cannot separate'],
  ])('a wrong profile is refused: %j', (profile, said) => {
    const { code, message } = refused(() => parseProfile(typeof profile === 'string' ? profile : JSON.stringify(profile)));
    expect(code).toBe('profile');
    expect(message).toContain(said);
  });

  it('the format csv without a profile is refused', () => {
    expect(refused(() => parseStatement(utf8('a,b\n'), { format: 'csv' }))).toMatchObject({ code: 'profile', line: 1 });
  });
});
