import { linkSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ReconciliationSettings, reconciliationSettings } from '@tillward/reconciliation';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigMistake } from './command-errors.js';
import { RECONCILE_STATUS, type ReconcileFlags, reconcile } from './reconcile.js';
import { FileRefused, reconcileFiles } from './reconcile-files.js';
import { csvCell, exceptionsOf, type ReconcileReport } from './reconcile-report.js';

const HEADER = 'acquirer,merchant,terminal,batch,trace,reference,business_day,type,amount_minor,currency,fee_minor,card_kind';
const folder = mkdtempSync(join(tmpdir(), 'tillward-reconcile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function csv(...lines: string[]): string {
  files += 1;
  const path = join(folder, `${files}.csv`);
  writeFileSync(path, `${[HEADER, ...lines].join('\n')}\n`);
  return path;
}
const line = (trace: number, changes: Record<string, string | number> = {}) => {
  const row = {
    acquirer: 'UP',
    merchant: 'm1',
    terminal: 't1',
    batch: 12,
    trace,
    reference: `r${trace}`,
    business_day: '2026-03-02',
    type: 'sale',
    amount_minor: 1_250,
    currency: 'EUR',
    fee_minor: -8,
    card_kind: 'debit',
    ...changes,
  };
  return Object.values(row).join(',');
};

async function command(flags: ReconcileFlags): Promise<{ status: number; output: string; errors: string }> {
  const output: string[] = [];
  const errors: string[] = [];
  const to = (texts: string[]) => ({ write: (text: string) => texts.push(text) });
  const status = await reconcile(flags, { output: to(output), errors: to(errors) });
  return { status, output: output.join(''), errors: errors.join('') };
}

async function report(terminal: string, acquirer: string, flags: ReconcileFlags = {}): Promise<ReconcileReport> {
  return JSON.parse((await command({ terminal, acquirer, json: true, ...flags })).output) as ReconcileReport;
}

/** Every kind of difference once, and what the command has to say of it. */
const terminalLines = [line(1), line(2), line(3), line(4), line(6), line(7), line(7), line(8), line(9), line(10), line(11)];
const acquirerLines = [
  line(1),
  line(2, { amount_minor: 1_300 }),
  line(3, { amount_minor: 1_200 }),
  line(5),
  line(6),
  line(6),
  line(7),
  line(8, { currency: 'USD' }),
  line(9, { business_day: '2026-03-03', batch: 13 }),
  line(10, { fee_minor: -9 }),
  line(11, { batch: 99 }),
  line(12, { type: 'payout', amount_minor: -9_000 }),
];

describe('tillward reconcile', () => {
  it('prints one object with counts, sums and exceptions', async () => {
    const found = await report(csv(...terminalLines), csv(...acquirerLines));
    expect(found.rows).toEqual({ terminal: 11, acquirer: 11 });
    expect(found.setAside).toEqual({ terminal: 0, acquirer: 1 });
    expect(found.counts.byType).toEqual({
      matched: 3,
      amountOver: 1,
      amountUnder: 1,
      missingAtAcquirer: 1,
      missingAtTerminal: 1,
      duplicateAtAcquirer: 1,
      duplicateAtTerminal: 1,
      currency: 1,
      timing: 1,
      feeWrong: 1,
      unknownBatch: 1,
    });
    expect(found.sums.byCurrency).toEqual({
      EUR: { terminalMinor: 13_750, acquirerMinor: 12_500, differenceMinor: -1_250, terminalFeeMinor: -88, acquirerFeeMinor: -81 },
      USD: { terminalMinor: 0, acquirerMinor: 1_250, differenceMinor: 1_250, terminalFeeMinor: 0, acquirerFeeMinor: -8 },
    });
    expect(found.batches).toEqual({ compared: 3, equal: 0, unequal: 1, onlyTerminal: 0, onlyAcquirer: 2 });
    expect(found.exceptions.map(({ type, trace, terminalLine, acquirerLine }) => [type, trace, terminalLine, acquirerLine])).toEqual([
      ['amountOver', '2', 3, 3],
      ['amountUnder', '3', 4, 4],
      ['missingAtAcquirer', '4', 5, null],
      ['missingAtTerminal', '5', null, 5],
      ['duplicateAtAcquirer', '6', null, 7],
      ['duplicateAtTerminal', '7', 8, null],
      ['currency', '8', 9, 9],
      ['timing', '9', 10, 10],
      ['feeWrong', '10', 11, 11],
      ['unknownBatch', '11', 12, 12],
    ]);
    expect(found.exceptions[0]).toMatchObject({
      terminalAmountMinor: 1_250,
      acquirerAmountMinor: 1_300,
      differenceMinor: 50,
      businessDay: '2026-03-02',
    });
    expect(found.exceptions[7]).toMatchObject({ acquirerBatch: '13', acquirerBusinessDay: '2026-03-03', daysLater: 1 });
    expect(found.clean).toBe(false);
  });

  it('prints text for people, no more exceptions than asked for, and says how many more', async () => {
    const { status, output } = await command({ terminal: csv(...terminalLines), acquirer: csv(...acquirerLines), limit: '2' });
    expect(status).toBe(RECONCILE_STATUS.differences);
    expect(output).toContain(
      'amountOver           terminal t1 batch 12 2026-03-02 sale trace 2: terminal 12.50 EUR (line 3), acquirer 13.00 EUR (line 3)',
    );
    expect(output).toContain('and 8 more');
    expect(output).toContain('10 differences');
    const whole = await command({ terminal: csv(...terminalLines), acquirer: csv(...acquirerLines) });
    expect(whole.output).not.toContain('more');
  });

  it('tells a wrong fee in the currency’s own decimals', async () => {
    const { output } = await command({ terminal: csv(line(1, { fee_minor: -4 })), acquirer: csv(line(1, { fee_minor: -13 })) });
    expect(output).toContain('fees -0.04 EUR and -0.13 EUR');
  });

  it('says that fees are unknown where no row has one, and counts one as one', async () => {
    const bare = csv(line(1, { fee_minor: '' }), line(2, { fee_minor: '', business_day: '2026-03-02' }));
    const files = { terminal: bare, acquirer: csv(line(1), line(2, { business_day: '2026-03-03' })) };
    const { output } = await command(files);
    expect(output).toContain('fees: terminal unknown, acquirer -0.16');
    expect(output).toContain(', 1 day later, in batch');
    expect(output).toMatch(/^1 difference$/m);
    const { sums } = JSON.parse((await command({ ...files, json: true })).output);
    expect(sums.byCurrency.EUR).toMatchObject({ terminalFeeMinor: null, acquirerFeeMinor: -16 });
  });

  it('ends with 0 when everything matched, in whatever order', async () => {
    const { status, output } = await command({ terminal: csv(line(1), line(2)), acquirer: csv(line(2), line(1)) });
    expect([status, output.includes('everything matched')]).toEqual([0, true]);
  });

  it('tells when both files are the same byte for byte', async () => {
    const found = await report(csv(line(1)), csv(line(1)));
    expect([found.clean, found.identicalFiles]).toEqual([true, true]);
  });

  it('follows its flags', async () => {
    const terminal = csv(line(1), line(2), line(3), line(4));
    const acquirer = csv(
      line(1, { amount_minor: 1_251 }),
      line(2, { fee_minor: -10 }),
      line(3, { business_day: '2026-03-05' }),
      line(4, { trace: 44 }),
    );
    const strict = await report(terminal, acquirer);
    expect(strict.counts.byType).toMatchObject({ amountOver: 1, feeWrong: 1, missingAtAcquirer: 1, missingAtTerminal: 1, matched: 1 });
    const lenient = await report(terminal, acquirer, {
      amountTolerance: ['EUR=1', 'USD=5'],
      feeTolerance: '2',
      timingDays: '3',
      identity: 'reference',
    });
    expect(lenient.counts.byType).toMatchObject({ matched: 3, timing: 1, amountOver: 0, feeWrong: 0 });
  });

  it('compares what both files have', async () => {
    const acquirer = join(folder, 'narrow.csv');
    writeFileSync(acquirer, 'currency,amount_minor,rrn,type,business_day,terminal\nEUR,1250,r1,sale,2026-03-02,t1\n');
    expect((await report(csv(line(1)), acquirer)).counts.byType.matched).toBe(1);
  });

  it('lets a column that is empty in one file identify nothing (R11), and refuses files that nothing identifies', async () => {
    const acquirer = csv(line(1, { reference: 'a' }), line(1, { reference: 'b' }));
    expect((await report(csv(line(1, { reference: '' })), acquirer)).counts.byType).toMatchObject({ matched: 1, duplicateAtAcquirer: 1 });
    const { status, errors } = await command({ terminal: csv(line(1, { reference: '' })), acquirer: csv(line(1, { trace: '' })) });
    expect([status, errors]).toEqual([RECONCILE_STATUS.refused, expect.stringContaining('nothing says which rows belong together')]);
    // A day without sales has no numbers, and the other side's duplicates are found all the same.
    expect((await report(csv(), acquirer)).counts.byType).toMatchObject({ unknownBatch: 2 });
    expect((await report(csv(line(1), line(1)), csv())).counts.byType).toMatchObject({ missingAtAcquirer: 1, duplicateAtTerminal: 1 });
  });

  it('writes all exceptions as CSV that no spreadsheet runs', async () => {
    const exceptions = join(folder, 'exceptions.csv');
    await command({ terminal: csv(line(1, { reference: '=1+1', card_kind: '"@x,""y"""' })), acquirer: csv(), exceptions, limit: '0' });
    const [header, first, ...rest] = readFileSync(exceptions, 'utf8').split('\r\n');
    expect(header?.startsWith('type,acquirer,merchant')).toBe(true);
    expect(first).toBe(`missingAtAcquirer,UP,m1,t1,12,2026-03-02,sale,1,'=1+1,"'@x,""y""",2,,1250,,EUR,,-8,,-1250,,,`);
    expect(rest).toEqual(['']);
  });

  it.each([
    ['=1', "'=1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@x', "'@x"],
    ['\tx', "'\tx"],
    ['a,b', '"a,b"'],
    ['=a,"b"', `"'=a,""b"""`],
    ['a-b', 'a-b'],
    [-5, '-5'],
    [null, ''],
  ])('csvCell(%j) is %j', (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });

  it('shows a number that could be a card’s by its last four digits', async () => {
    // Made here, so that no card number is written down.
    const body = '455673758689985';
    const card = [...'0123456789'].map((digit) => body + digit).find(passesLuhn)!;
    const cut = `************${card.slice(-4)}`;
    const found = await report(csv(line(1, { reference: card })), csv());
    expect(found.exceptions[0]?.reference).toBe(cut);
    const grouped = await report(csv(line(1, { terminal: card.replaceAll(/(\d{4})(?=\d)/g, '$1 ') })), csv());
    expect(grouped.exceptions[0]?.terminal).toBe(`**** **** **** ${card.slice(-4)}`);
    const within = await report(csv(line(1, { reference: `till 3/${card}` })), csv());
    expect(within.exceptions[0]?.reference).toBe(`till 3/${cut}`);
    // What is shown by its end is compared whole: two orders with the same end are two.
    const twin = [...'0123456789'].map((digit) => `455674758689${digit}${card.slice(-3)}`).find(passesLuhn)!;
    const apart = await report(csv(line(1, { reference: card, trace: '' })), csv(line(1, { reference: twin, trace: '' })));
    expect(apart.counts.byType).toMatchObject({ matched: 0, missingAtAcquirer: 1, missingAtTerminal: 1 });
    const everywhere = Object.fromEntries(
      ['acquirer', 'merchant', 'terminal', 'batch', 'reference', 'card_kind'].map((name) => [name, card]),
    );
    const terminal = csv(line(1, everywhere));
    const acquirer = csv(line(1, { ...everywhere, amount_minor: 1 }));
    const exceptions = join(folder, 'cards.csv');
    const texts = await Promise.all([command({ terminal, acquirer, exceptions }), command({ terminal, acquirer, json: true })]);
    const unread = await command({ terminal: join(folder, `${card}.csv`), acquirer, json: true });
    expect([unread.status, `${unread.output}${unread.errors}`.includes(card)]).toEqual([RECONCILE_STATUS.refused, false]);
    for (const text of [...texts.map(({ output }) => output), readFileSync(exceptions, 'utf8')]) {
      expect(text).not.toContain(card);
      expect(text).toContain(cut);
    }
  });

  it('never writes exceptions over a file it compares, by whatever name', async () => {
    const terminal = csv(line(1));
    const acquirer = csv(line(2));
    const content = [terminal, acquirer].map((file) => readFileSync(file, 'utf8'));
    symlinkSync(acquirer, join(folder, 'symbolic.csv'));
    linkSync(terminal, join(folder, 'hard.csv'));
    for (const exceptions of [terminal, acquirer, join(folder, 'symbolic.csv'), join(folder, 'hard.csv')])
      await expect(command({ terminal, acquirer, exceptions })).rejects.toThrow(ConfigMistake);
    expect([terminal, acquirer].map((file) => readFileSync(file, 'utf8'))).toEqual(content);
  });

  it.each<[string, ReconcileFlags]>([
    ['no acquirer', { terminal: 'a' }],
    ['a limit', { terminal: 'a', acquirer: 'b', limit: '-1' }],
    ['a tolerance', { terminal: 'a', acquirer: 'b', amountTolerance: ['1'] }],
    ['days', { terminal: 'a', acquirer: 'b', timingDays: '32' }],
    ['an identity', { terminal: 'a', acquirer: 'b', identity: 'name' }],
    ['a place for exceptions', { terminal: csv(), acquirer: csv(), exceptions: join(folder, 'none', 'x.csv') }],
  ])('takes no wrong flag: %s', async (_, flags) => {
    await expect(command(flags)).rejects.toThrow(ConfigMistake);
  });
});

describe('a file that is refused', () => {
  it('is named with its line, and nothing is compared', async () => {
    const acquirer = csv(line(1), line(2, { amount_minor: '12.50' }));
    const { status, output, errors } = await command({ terminal: csv(line(1)), acquirer, json: true });
    expect(status).toBe(RECONCILE_STATUS.refused);
    expect(errors).toBe(`${acquirer}:3: amount_minor is not a whole number of minor units (an optional minus, 1 to 15 digits)\n`);
    expect(JSON.parse(output)).toMatchObject({ refused: { side: 'acquirer', file: acquirer, line: 3, code: 'amount' } });
  });

  it.each<[string, () => [string, string], string]>([
    ['the same file twice', () => [join(folder, '1.csv'), join(folder, '1.csv')], 'sameFile'],
    [
      'the same file by another name',
      () => {
        symlinkSync(join(folder, '1.csv'), join(folder, 'link.csv'));
        return [join(folder, '1.csv'), join(folder, 'link.csv')];
      },
      'sameFile',
    ],
    ['no file', () => [csv(), join(folder, 'none.csv')], 'path'],
    ['a folder', () => [csv(), folder], 'path'],
    [
      'an empty file',
      () => {
        writeFileSync(join(folder, 'empty.csv'), '');
        return [csv(), join(folder, 'empty.csv')];
      },
      'empty',
    ],
    ['a line of 400,000 bytes', () => [csv(), csv('x'.repeat(400_000))], 'lineTooLong'],
  ])('%s', async (_, paths, code) => {
    const [terminal, acquirer] = paths();
    await expect(reconcileFiles({ terminal, acquirer, settings: reconciliationSettings() })).rejects.toMatchObject({ code });
  });

  it('that is not there is named in words', async () => {
    const { errors } = await command({ terminal: csv(), acquirer: join(folder, 'none.csv') });
    expect(errors).toContain('there is no such file');
  });

  it('is one with too many differences for the memory given', async () => {
    const terminal = csv(line(1), line(2), line(3));
    const refused = reconcileFiles({ terminal, acquirer: csv(), settings: reconciliationSettings(), maxRows: 2 });
    await expect(refused).rejects.toThrow(FileRefused);
    await expect(refused).rejects.toMatchObject({ code: 'tooManyDifferences' });
  });
});

describe('large files', () => {
  const rows = 20_000;
  const settings: ReconciliationSettings = reconciliationSettings();
  const terminalText: string[] = [];
  const acquirerText: string[] = [];
  const planted: string[] = [];
  for (let n = 1; n <= rows; n++) {
    const place = { terminal: `t${n % 7}`, batch: 1 + Math.floor(n / 700), merchant: n % 3 === 0 ? `"quoted, ""${n % 7}"""` : `m${n % 7}` };
    terminalText.push(line(n, place));
    const wrong = n % 997 === 0;
    if (wrong) planted.push(String(n));
    acquirerText.push(line(n, wrong ? { ...place, amount_minor: 1 } : place));
  }
  const terminal = csv(...terminalText);
  const acquirer = csv(...acquirerText.reverse());

  it.each<[string, Partial<Parameters<typeof reconcileFiles>[0]>]>([
    ['at once', {}],
    ['in many portions', { rowsAtOnce: 100 }],
    ['without remembering where rows are', { indexedRows: 0 }],
    ['remembering some', { indexedRows: 5_000, rowsAtOnce: 1_000 }],
  ])('are compared alike %s', async (_, options) => {
    const found = await reconcileFiles({ terminal, acquirer, settings, threads: false, ...options });
    expect(found.counts.matched).toBe(rows - planted.length);
    expect([...exceptionsOf(found)].map(({ type, trace }) => `${type} ${trace}`)).toEqual(planted.map((trace) => `amountUnder ${trace}`));
  });
});

function passesLuhn(digits: string): boolean {
  const sum = [...digits].toReversed().reduce((total, digit, i) => {
    const twice = Number(digit) * (i % 2 === 0 ? 1 : 2);
    return total + (twice > 9 ? twice - 9 : twice);
  }, 0);
  return sum % 10 === 0;
}
