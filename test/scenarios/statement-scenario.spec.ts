import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AcquirerFiles, ANOMALIES, type Planted } from '@tillward/simulator';
import { DEMO_ACQUIRER, demoStatementOrder } from 'tillward';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../world.js';

const SEED = Number(process.env['SEED'] ?? 20_261_121);
const STORE = 'shanghai';
const TERMINALS = ['sh-1', 'sh-2', 'sh-3'];
/** Long after this is over: the store is closed by order. */
const CLOSE_AFTER_S = 3_600;
/** Of a store: one for each anomaly, while the batch of the terminal with the fewest stays untouched. */
const ENOUGH_SALES = 20;
const FEWEST_SALES = 4;

/** Who has to deal with what (DOMAIN.md, section 5: every difference typed and owned). */
const OWNERS: Readonly<Record<Planted['type'], 'manager' | 'hq'>> = {
  amountOver: 'manager',
  amountUnder: 'manager',
  missingAtTerminal: 'manager',
  duplicateAtTerminal: 'manager',
  missingAtAcquirer: 'hq',
  duplicateAtAcquirer: 'hq',
  currency: 'hq',
  timing: 'hq',
  feeWrong: 'hq',
  unknownBatch: 'hq',
};

let world: World;
let files: AcquirerFiles;
beforeAll(async () => {
  process.stdout.write(`statement scenario: SEED=${SEED}\n`);
  // The demo's acquirer would send statements by itself; here headquarters uploads them.
  world = await startWorld({
    name: 'statement-scenario',
    seed: SEED,
    closeAfterS: { shanghai: CLOSE_AFTER_S },
    night: { saleEverySeconds: 1, statements: false },
  });
}, 120_000);
afterAll(async () => world?.[Symbol.asyncDispose](), 30_000);
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await world.keepLogs();
});

const cookies = new Map<string, string>();
async function signIn(person: string): Promise<string> {
  const known = cookies.get(person);
  if (known !== undefined) return known;
  const response = await fetch(`${world.url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ person, password: world.signIns[person] }),
  });
  const cookie = response.headers.get('set-cookie')?.split(';', 1)[0];
  if (cookie === undefined) throw new Error(`no session for ${person}: ${response.status}`);
  cookies.set(person, cookie);
  return cookie;
}

async function ask<T>(person: string, query: string): Promise<T> {
  const response = await fetch(`${world.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: await signIn(person) },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
  expect(errors).toBeUndefined();
  return data;
}

async function upload(query: Record<string, string>, content: string): Promise<string> {
  const response = await fetch(`${world.url}/api/statements?${new URLSearchParams(query)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', cookie: await signIn('hq') },
    body: content,
  });
  const body = (await response.json()) as { fileId: string };
  expect(response.status, JSON.stringify(body)).toBe(202);
  return body.fileId;
}

interface Connection<T> {
  totalCount: number;
  edges: { node: T }[];
}
interface Found {
  type: Planted['type'];
  storeId: string;
  terminalId: string | null;
  businessDay: string;
  batchNo: string;
  traceNo: string;
  state: string;
  ownerRole: string;
  terminalAmount: { amountMinor: number } | null;
  acquirerAmount: { amountMinor: number } | null;
}

async function differencesSeenBy(person: string): Promise<Found[]> {
  const { differences } = await ask<{ differences: Connection<Found> }>(
    person,
    `{ differences(first: 200) { totalCount edges { node { type storeId terminalId businessDay batchNo traceNo state ownerRole terminalAmount { amountMinor } acquirerAmount { amountMinor } } } } }`,
  );
  expect(differences.totalCount).toBe(differences.edges.length);
  return differences.edges.map(({ node }) => node);
}

const told = (all: readonly Found[]) =>
  all
    .map((one) => ({
      ...one,
      terminalAmount: one.terminalAmount?.amountMinor ?? null,
      acquirerAmount: one.acquirerAmount?.amountMinor ?? null,
    }))
    .map((one) => JSON.stringify(one, Object.keys(one).sort()))
    .sort();
/** Everything that was planted, as core must tell it; nothing else may be there. */
const expected = (planted: readonly Planted[]) =>
  planted
    .map((one) => ({
      type: one.type,
      storeId: one.store,
      terminalId: one.terminal,
      businessDay: one.businessDay,
      batchNo: String(one.batch),
      traceNo: String(one.trace),
      state: 'open',
      ownerRole: OWNERS[one.type],
      terminalAmount: one.terminalMinor,
      acquirerAmount: one.acquirerMinor,
    }))
    .map((one) => JSON.stringify(one, Object.keys(one).sort()))
    .sort();

interface BatchRow {
  terminal_id: string;
  confirmed_by: string | null;
  confirmed_minor: string | null;
  funded_by: string | null;
  journal_minor: string;
}
const batches = () =>
  world.sql<BatchRow>(
    'select terminal_id, confirmed_by, confirmed_minor, funded_by, journal_minor from batch where store_id = $1 and journal_count > 0 order by terminal_id',
    [STORE],
  );

/** Each terminal's sales in its own ledger. */
const sold = async () => {
  const sales = (await world.ledger()).filter(({ store }) => store === STORE);
  return TERMINALS.map((terminal) => sales.filter((sale) => sale.terminal === terminal));
};

test('Shanghai sells, one terminal books twice under one trace number, and closes with a proof for each terminal', async () => {
  await world.until('a sale at sh-1', async () => (await sold())[0]!.length > 0, 60_000);
  await world.control.inject(STORE, 'sh-1', { fault: 'repeatTraceNo' });
  const enough = async () => {
    const sales = await sold();
    const twice = new Set(sales[0]!.map(({ traceNo }) => traceNo)).size < sales[0]!.length;
    return twice && sales.flat().length >= ENOUGH_SALES && sales.every((some) => some.length >= FEWEST_SALES);
  };
  await world.until('enough sales', enough, 60_000);
  await world.quiet(30_000);
  for (const terminalId of TERMINALS) {
    const input = `{storeId: "${STORE}", terminalId: "${terminalId}", action: closeTerminal, reason: "end of day", idempotencyKey: "${randomUUID()}"}`;
    const { ordered } = await ask<{ ordered: { __typename: string } }>(
      'hq',
      `mutation { ordered: runTerminalAction(input: ${input}) { __typename ... on Refusal { message } } }`,
    );
    expect(ordered).toEqual({ __typename: 'TerminalCommand' });
  }
  const proven = async () => (await world.sql('select 1 from close_proof where store_id = $1', [STORE])).length === TERMINALS.length;
  await world.until('three proofs', proven, 60_000);
}, 200_000);

test('the acquirer’s statements, uploaded by headquarters, are imported and every total of theirs agrees', async () => {
  const order = demoStatementOrder(STORE, world.system.closesAtMs.get(STORE)!);
  files = await world.control.statement({ ...order, seed: String(SEED), anomalies: [...ANOMALIES] });
  expect(files.open).toEqual([]);
  expect(files.planted.map(({ type }) => type).toSorted()).toEqual([...ANOMALIES, 'duplicateAtTerminal'].toSorted());
  // The day, what was cleared in another currency, and the day after, on which one sale came late.
  expect(files.statements).toHaveLength(3);
  await world.until(
    'the demo’s acquirer to be known',
    async () => {
      const { acquirers } = await ask<{ acquirers: { mapping: unknown[] }[] }>('hq', '{ acquirers { mapping { terminalNo } } }');
      return acquirers.some(({ mapping }) => mapping.length > 0);
    },
    10_000,
  );
  for (const { name, content } of files.statements) {
    const fileId = await upload({ acquirer: DEMO_ACQUIRER.id, name }, content);
    const file = () =>
      ask<{ statementFile: { state: string; refusalMessage: string | null; checks: { passed: boolean }[] } }>(
        'hq',
        `{ statementFile(id: "${fileId}") { state refusalMessage checks { passed } } }`,
      );
    await world.until(`${name} to be read`, async () => (await file()).statementFile.state !== 'arrived', 15_000);
    expect((await file()).statementFile).toEqual({ state: 'imported', refusalMessage: null, checks: Array(4).fill({ passed: true }) });
  }
}, 60_000);

test('every planted difference is found, typed rightly and owned; nothing else is', async () => {
  const wanted = expected(files.planted);
  const found = async () => told(await differencesSeenBy('hq'));
  const deadline = performance.now() + 30_000;
  while (JSON.stringify(await found()) !== JSON.stringify(wanted) && performance.now() < deadline) await sleep(200);
  expect(await found()).toEqual(wanted);
  const { reconciliationRuns } = await ask<{ reconciliationRuns: Connection<{ state: string; failure: string | null }> }>(
    'hq',
    '{ reconciliationRuns { totalCount edges { node { state failure } } } }',
  );
  for (const { node } of reconciliationRuns.edges) expect(node).toEqual({ state: 'done', failure: null });
  // The store's manager sees the same, another store's sees none.
  expect(told(await differencesSeenBy('manager-shanghai'))).toEqual(wanted);
  expect(await differencesSeenBy('manager-berlin')).toEqual([]);
}, 60_000);

test('what agrees is matched: all other rows, and the batch nobody touched is confirmed', async () => {
  const day = files.statements[0]!.businessDay;
  const asked = await ask<{ requestReconciliation: { runId: string } }>(
    'hq',
    `mutation { requestReconciliation(acquirerId: "${DEMO_ACQUIRER.id}", fromDay: "${day}", toDay: "${day}") { ... on ReconciliationRequested { runId } } }`,
  );
  const run = await world.until(
    'the run',
    async () => {
      const query = '{ reconciliationRuns { totalCount edges { node { id state counts } } } }';
      const runs = (
        await ask<{ reconciliationRuns: Connection<{ id: string; state: string; counts: Record<string, number> }> }>('hq', query)
      ).reconciliationRuns;
      return runs.edges.find(({ node }) => node.id === asked.requestReconciliation.runId && node.state === 'done')?.node;
    },
    20_000,
  );
  const sales = (await world.ledger()).filter(({ store }) => store === STORE).length;
  const each = Object.fromEntries(Object.keys(OWNERS).map((type) => [type, type === 'feeWrong' ? 0 : 1]));
  // The fee is checked on its own; the amount of its row matches, as does the first one of either duplicate.
  const atTerminal = files.planted.filter(({ type, terminalMinor }) => terminalMinor !== null && type !== 'feeWrong').length;
  expect(run.counts).toEqual({ ...each, matched: sales - atTerminal });
  // A wrong fee or a day's delay keeps no batch from being confirmed: the money of every sale is there.
  const harmless: readonly string[] = ['feeWrong', 'timing'];
  const touched = new Set(files.planted.filter(({ type }) => !harmless.includes(type)).map(({ terminal }) => terminal));
  for (const batch of await batches()) {
    expect(batch.confirmed_by !== null, batch.terminal_id).toBe(!touched.has(batch.terminal_id));
    if (batch.confirmed_by !== null) expect(batch.confirmed_minor).toBe(batch.journal_minor);
  }
  expect((await batches()).some(({ confirmed_by }) => confirmed_by !== null)).toBe(true);
}, 40_000);

test('the bank’s file pays every payout and funds the confirmed batch', async () => {
  for (const { name, content } of files.bank) await upload({ kind: 'bank', name }, content);
  const payouts = async () =>
    (
      await ask<{
        payouts: Connection<{
          state: string;
          expected: { amountMinor: number; currency: string };
          received: { amountMinor: number } | null;
        }>;
      }>('hq', '{ payouts { totalCount edges { node { state expected { amountMinor currency } received { amountMinor } } } } }')
    ).payouts.edges.map(({ node }) => node);
  await world.until('the payouts', async () => (await payouts()).every(({ state }) => state === 'funded'), 20_000);
  expect((await payouts()).map(({ expected: { amountMinor, currency } }) => `${amountMinor} ${currency}`).toSorted()).toEqual(
    files.statements.map(({ netMinor, currency }) => `${netMinor} ${currency}`).toSorted(),
  );
  for (const batch of await batches()) expect(batch.funded_by !== null, batch.terminal_id).toBe(batch.confirmed_by !== null);
}, 40_000);
