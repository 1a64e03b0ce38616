import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StatementsConfig } from '../config.js';
import type { TestCore } from '../graphql/core.fixtures.js';
import { StatementJobs } from './statements.jobs.js';

/** How {@link statementCsv} writes: its types are the normal form's own words. */
export const TEST_PROFILE = JSON.stringify({
  name: 'test acquirer',
  amounts: 'minor',
  feeSign: 'asWritten',
  columns: {
    type: 'type',
    gross: 'gross',
    fee: 'fee',
    currency: 'currency',
    businessDay: 'day',
    merchant: 'merchant',
    terminal: 'terminal',
    batch: 'batch',
    trace: 'trace',
    reference: 'reference',
    merchantReference: 'order',
    card: 'card',
    scheme: 'scheme',
    payout: 'payout',
  },
  types: Object.fromEntries(['sale', 'refund', 'reversal', 'chargeback', 'fee', 'deduction', 'payout'].map((type) => [type, type])),
  trailer: { firstCell: 'TOTAL', count: 2, gross: 3, required: false },
});

/** A line of {@link statementCsv}; what is left out is a sale of 10.00 EUR at M1/T1 on 2026-11-21. */
export interface TestLine {
  type?: string;
  gross?: number;
  fee?: number;
  currency?: string;
  day?: string;
  merchant?: string;
  terminal?: string;
  batch?: number | string;
  trace?: number | string;
  reference?: string;
  order?: string;
  card?: string;
  scheme?: string;
  payout?: string;
}

/** A statement of an acquirer as CSV, with its trailer. */
export function statementCsv(lines: readonly TestLine[], trailerGross?: number): string {
  const rows = lines.map((line) => {
    const row = {
      type: 'sale',
      gross: 1_000,
      fee: -10,
      currency: 'EUR',
      day: '2026-11-21',
      merchant: 'M1',
      terminal: 'T1',
      batch: 1,
      trace: 1,
      ...line,
    };
    return [
      row.type,
      row.gross,
      row.fee,
      row.currency,
      row.day,
      row.merchant,
      row.terminal,
      row.batch,
      row.trace,
      row.reference ?? '',
      row.order ?? '',
      row.card ?? '',
      row.scheme ?? '',
      row.payout ?? '',
    ].join(',');
  });
  const gross = trailerGross ?? lines.reduce((sum, line) => sum + (line.type === 'payout' ? 0 : (line.gross ?? 1_000)), 0);
  return [
    'type,gross,fee,currency,day,merchant,terminal,batch,trace,reference,order,card,scheme,payout',
    ...rows,
    `TOTAL,${lines.length},${gross},,,,,,,,,,,`,
    '',
  ].join('\n');
}

/** A spool and an inbox of one test. */
export async function testStatementsConfig(): Promise<StatementsConfig & { inboxDir: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'tillward-statements-'));
  return { dir: join(folder, 'spool'), maxBytes: 64 * 1024 * 1024, inboxDir: join(folder, 'inbox'), sftpSourcesFile: undefined };
}

/** Uploads a file as HQ does. */
export async function upload(
  world: TestCore,
  cookie: string | undefined,
  content: string | Uint8Array,
  query: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, never> & { fileId: string; error: string; other?: { fileId: string; name: string } } }> {
  const asked = new URLSearchParams({ acquirer: 'acq', name: 'statement.csv', ...query });
  const response = await fetch(`${world.core.url}/api/statements?${asked}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', ...(cookie === undefined ? {} : { cookie }), ...headers },
    body: content as string,
  });
  return { status: response.status, body: (await response.json()) as never };
}

/** Creates the acquirer `acq` and maps M1/T1 and M1/T2 to Berlin's terminals, M1/T3 to Tokyo's first. */
export async function testAcquirer(world: TestCore, cookie: string): Promise<void> {
  const { data, errors } = await world.ask(
    cookie,
    `mutation ($profile: String!) {
      saveAcquirer(input: {id: "acq", name: "Acquirer", format: "csv", profile: $profile}) { __typename ... on Refusal { message } }
      mapAcquirerTerminals(acquirerId: "acq", entries: [
        {merchantNo: "M1", terminalNo: "T1", storeId: "berlin", terminalId: "berlin-1"}
        {merchantNo: "M1", terminalNo: "T2", storeId: "berlin", terminalId: "berlin-2"}
        {merchantNo: "M1", terminalNo: "T3", storeId: "tokyo", terminalId: "tokyo-1"}]) { __typename ... on Refusal { message } } }`,
    { profile: TEST_PROFILE },
  );
  if (errors !== undefined || data.saveAcquirer.__typename !== 'Acquirer' || data.mapAcquirerTerminals.__typename !== 'Acquirer')
    throw new Error(`the acquirer was not set up: ${JSON.stringify({ data, errors })}`);
}

/** Imports what arrived and does what follows from it. */
export async function imported(world: TestCore): Promise<void> {
  await world.core.app.get(StatementJobs, { strict: false }).importArrived();
  await world.settle();
}
