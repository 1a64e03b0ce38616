import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { withoutCardNumbers } from '@tillward/statements';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StatementsConfig } from '../config.js';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { entry, paymentIds, settled, type Written } from '../ingest/ingest.fixtures.js';
import { downloadOf, member } from '../reconciliation/exports.fixtures.js';
import { imported, statementCsv, testAcquirer, testStatementsConfig, upload } from './statements.fixtures.js';

let world: TestCore;
let statements: StatementsConfig;
let hq: string;
beforeAll(async () => {
  statements = await testStatementsConfig();
  world = await startTestCore({ config: { statements } });
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
});
afterAll(() => world.stop());

/** Sixteen digits that could be a card number and end with these four: made here, so that none is written down. */
function cardNumber(beginning: string, end = ''): string {
  for (let n = 0; ; n++) {
    const digits = `${beginning}${String(n).padStart(16 - beginning.length - end.length, '0')}${end}`;
    if (withoutCardNumbers(digits) !== digits) return digits;
  }
}
const CARD = cardNumber('455673');
const GROUPED = CARD.replaceAll(/(\d{4})(?=\d)/g, '$1 ');
const TAGGED = new RegExp(`^…${CARD.slice(-4)}·[b-t]{20}$`);

async function take(content: string, query: Record<string, string> = {}) {
  const { status, body } = await upload(world, hq, content, query);
  expect([status, body]).toEqual([202, body]);
  await imported(world);
  const { data } = await world.ask(hq, `{ statementFile(id: "${body.fileId}") { id name state refusalCode refusalMessage merchant } }`);
  return data.statementFile;
}
const rowsOf = async (fileId: string): Promise<Loose[]> =>
  await world.database.query('SELECT * FROM statement_row WHERE file_id = $1 ORDER BY row_no', [fileId]);

/** Every text of every table, with where it stands; the journal's own, which gateways signed, left out. */
async function textsOfDatabase(): Promise<[where: string, text: string][]> {
  const columns: { table_name: string; column_name: string }[] = await world.database.query(
    `SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
      WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.data_type IN ('text', 'character varying', 'json', 'jsonb', 'ARRAY') AND c.table_name NOT LIKE 'journal%'`,
  );
  const texts: [string, string][] = [];
  for (const { table_name, column_name } of columns) {
    const rows: { text: string }[] = await world.database.query(
      `SELECT DISTINCT "${column_name}"::text AS text FROM "${table_name}" WHERE "${column_name}" IS NOT NULL`,
    );
    texts.push(...rows.map(({ text }): [string, string] => [`${table_name}.${column_name}`, text]));
  }
  return texts;
}

const MT940 = [
  `:20:${CARD}`,
  ':25:DE00500105175407324931',
  ':28C:1/1',
  ':60F:C261120EUR1,00',
  `:61:2611211121C24,05NTRF${CARD}//${CARD}`,
  `:86:166?20${CARD}?21for ${GROUPED}`,
  ':62F:C261121EUR25,05',
  '-',
  '',
].join('\r\n');

describe('a card number in a statement', () => {
  it('is in no table, answer or export, wherever the file has it', async () => {
    const everywhere = {
      reference: CARD,
      order: GROUPED,
      payout: CARD,
      merchant: CARD,
      terminal: CARD,
      scheme: CARD,
      batch: CARD,
      trace: CARD,
      card: CARD,
    };
    const read = await take(statementCsv([everywhere]), { name: `of ${CARD}.csv` });
    expect(read).toMatchObject({ state: 'imported', name: expect.stringMatching(`of …${CARD.slice(-4)}·`) });
    expect(read.merchant).toMatch(TAGGED);
    const bank = await take(MT940, { kind: 'bank', name: 'bank.sta' });
    expect(bank.state).toBe('imported');
    const refused = await take(statementCsv([{ type: GROUPED, day: '2026-10-01' }]), { name: 'refused.csv' });
    expect(refused).toMatchObject({ state: 'refused', refusalCode: 'row-type' });

    const [row] = await rowsOf(read.id);
    for (const column of ['reference', 'merchant_reference', 'payout', 'merchant_no', 'terminal_no', 'scheme', 'batch_no', 'trace_no'])
      expect([column, row[column]]).toEqual([column, expect.stringMatching(TAGGED)]);
    expect(row.card_last4).toBe(CARD.slice(-4));
    const texts = await textsOfDatabase();
    expect(texts.length).toBeGreaterThan(200);
    for (const [where, text] of texts) {
      expect([where, text.includes(CARD)]).toEqual([where, false]);
      // Digests and keys of other tables have digits by chance.
      if (
        /^(?:statement_row|bank_entry|payout|reconciliation_difference)\.|^statement_file\.(?:name|merchant|arrived_from|refusal_message|checks)$/.test(
          where,
        )
      )
        expect([where, withoutCardNumbers(text)]).toEqual([where, text]);
    }

    const answer = await world.ask(
      hq,
      `{ statementRows(filter: {payout: "${CARD}"}) { totalCount edges { node { reference merchantNo terminalNo batchNo traceNo scheme payout } } }
         bankEntries { edges { node { reference remittance } } } statementFiles { edges { node { name merchant refusalMessage checks { name detail } } } }
         auditEntries { edges { node { summary detail } } } }`,
    );
    expect(answer.errors).toBeUndefined();
    // Who looks for the number finds its rows.
    expect(answer.data.statementRows.totalCount).toBe(1);
    const tag = row.reference;
    expect(answer.data.bankEntries.edges[0].node).toEqual({ reference: tag, remittance: `166?20${tag}?21for ${tag}` });
    const sheet = member((await downloadOf(world, hq, 'statement-rows?format=xlsx')).bytes, 'xl/worksheets/sheet1.xml');
    const csv = (await downloadOf(world, hq, 'statement-rows')).bytes.toString('utf8');
    for (const text of [sheet, csv]) expect(text).toContain(tag);
    for (const text of [JSON.stringify(answer.data), sheet, csv]) {
      expect(text).not.toContain(CARD);
      expect(text).not.toContain(GROUPED);
    }
  });

  it('has one tag in every file, and another than a number with the same end', async () => {
    const other = cardNumber('455674', CARD.slice(-4));
    const line = { reference: CARD, day: '2026-11-10' };
    const first = await take(statementCsv([line]), { name: 'day.csv' });
    const second = await take(statementCsv([line, { ...line, reference: other, trace: 2 }, { day: '2026-11-11', reference: 'x' }]), {
      name: 'week.csv',
    });
    const [told, fresh] = await rowsOf(second.id);
    expect([told.told_in, fresh.told_in]).toEqual([first.id, null]);
    expect([told.reference.slice(0, 6), told.reference === fresh.reference]).toEqual([fresh.reference.slice(0, 6), false]);
  });

  it('is found by the mapping of a person who typed it', async () => {
    const number = cardNumber('620001');
    const read = await take(statementCsv([{ merchant: 'M1', terminal: number, day: '2026-11-12' }]));
    const { data } = await world.ask(
      hq,
      `mutation { mapAcquirerTerminals(acquirerId: "acq", entries: [{merchantNo: "M1", terminalNo: "${number}", storeId: "tokyo", terminalId: "tokyo-2"}]) { ... on Acquirer { mapping { terminalNo } } } }`,
    );
    expect(JSON.stringify(data)).not.toContain(number);
    expect(await rowsOf(read.id)).toMatchObject([{ store_id: 'tokyo', terminal_id: 'tokyo-2' }]);
  });
});

describe('a card number as a provider’s name of a transaction', () => {
  /** A sale whose provider calls it so. */
  const sale = (providerReference: string, ids = paymentIds()): Written[] => {
    const start = { amountMinor: 1_000, currency: 'EUR', operatorId: 'anna', tillId: 'till-1', idempotencyKey: ids.paymentId };
    return [
      entry('PaymentStarted', { ...ids, ...start }, 'berlin-1'),
      entry('PaymentCompleted', { ...ids, booked: { amountMinor: 1_000, currency: 'EUR', traceNo: 1, providerReference } }, 'berlin-1'),
    ];
  };

  it('is matched with the statement’s, both by their tag, and with no other', async () => {
    const other = cardNumber('455675', CARD.slice(-4));
    world.gateways.get('berlin')!.append(...sale(`T1.${CARD}`), ...sale(`T1.${other}`), ...settled('berlin-1', 2));
    await world.upload('berlin');
    const stored: Loose[] = await world.database.query('SELECT provider_reference FROM card_transaction ORDER BY started_at');
    expect(stored).toHaveLength(2);
    for (const { provider_reference: name } of stored) expect(name).toMatch(/^T1\.…\d{4}·[b-t]{20}$/);
    await take(
      statementCsv([
        { trace: '', reference: other, batch: 1 },
        { trace: '', reference: CARD, batch: 1, gross: 900 },
      ]),
    );
    const { data } = await world.ask(
      hq,
      '{ reconciliationRuns { edges { node { state counts } } } differences(filter: {storeId: "berlin", type: [amountUnder]}) { totalCount } }',
    );
    const runs: Loose[] = data.reconciliationRuns.edges.map((edge: Loose) => edge.node);
    expect(runs).toContainEqual(expect.objectContaining({ counts: expect.objectContaining({ matched: 1, amountUnder: 1 }) }));
    expect(data.differences.totalCount).toBe(1);
  });

  it('is left out of what a gateway is told of an order of its own', async () => {
    const ids = paymentIds();
    world.gateways.get('berlin')!.append(...sale(`T1.${CARD}`, ids));
    await world.upload('berlin');
    world.gateways.get('berlin')!.append(entry('PaymentInDoubt', { ...ids, reason: 'cut off' }, 'berlin-1'));
    await world.upload('berlin');
    await world.settle();
    const told: Loose[] = await world.database.query("SELECT parameters FROM command WHERE action = 'adoptOutcome'");
    expect(told.map(({ parameters }) => parameters)).toEqual([
      { paymentId: ids.paymentId, state: 'completed', amountMinor: '1000', currency: 'EUR', traceNo: '1' },
    ]);
  });
});

describe('the key', () => {
  it('is in its folder for its owner only, and not in the database', async () => {
    const path = join(statements.dir, 'reference.key');
    const key = (await readFile(path, 'utf8')).trim();
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    for (const [where, text] of await textsOfDatabase()) expect([where, text.includes(key)]).toEqual([where, false]);
  });

  it('has to be that of the statements before: with another one a file is refused, and the rest goes on', async () => {
    const [held]: Loose[] = await world.database.query('SELECT fingerprint FROM card_key');
    await world.database.query("UPDATE card_key SET fingerprint = 'another'");
    const content = statementCsv([{ reference: CARD, day: '2026-11-13' }]);
    const read = await take(content);
    expect(read).toMatchObject({
      state: 'refused',
      refusalCode: 'failed',
      refusalMessage: expect.stringContaining('TILLWARD_REFERENCE_KEY_FILE'),
    });
    expect(await rowsOf(read.id)).toEqual([]);
    expect(await take(statementCsv([{ reference: '123', day: '2026-11-14' }]))).toMatchObject({ state: 'imported' });
    await world.database.query('UPDATE card_key SET fingerprint = $1', [held.fingerprint]);
    expect(await take(content)).toMatchObject({ state: 'imported' });
  });
});
