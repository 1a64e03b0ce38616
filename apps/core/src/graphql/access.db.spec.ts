import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { CHANGE_CHANNEL } from '../database/index.js';
import { generatedFiles } from '../generate.js';
import { entry, paymentIds, sale } from '../ingest/ingest.fixtures.js';
import { key, startTestCore, type TestCore } from './core.fixtures.js';

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));

let world: TestCore;
let incidentId = '';
let stepId = '';
let requestId = '';
let settlementRequestId = '';
let requestHash = '';
/** Everything that could only come from Berlin. */
const BERLIN = /berlin|Berlin|EUR/;

/** Arguments under which each root field would show, or change, something of Berlin, were it allowed to. */
const ARGUMENTS: Record<string, () => string> = {
  'Query.me': () => '',
  'Query.stores': () => '(first: 200)',
  'Query.store': () => '(id: "berlin")',
  'Query.terminal': () => '(id: "berlin-1")',
  'Query.batches': () => '(first: 200, filter: {storeId: "berlin"})',
  'Query.transactions': () => '(first: 200, filter: {storeId: "berlin"})',
  'Query.policyCatalogue': () => '',
  'Query.policy': () => '(level: store, storeId: "berlin")',
  'Query.policyStatus': () => '',
  'Query.incidents': () => '(first: 200)',
  'Query.incident': () => `(id: "${incidentId}")`,
  'Query.courses': () => '',
  'Query.trainingRecords': () => '(first: 200, storeId: "berlin")',
  'Query.auditEntries': () => '(first: 200)',
  'Query.auditVerification': () => '',
  'Query.gatewayEnrolments': () => '(first: 200)',
  'Query.fleetRequests': () => '(first: 200)',
  'Query.fleetActionPreview': () => '(action: settleTerminal, targets: [{storeId: "berlin", terminalId: "berlin-1"}])',
  'Mutation.requestFleetAction': () =>
    `(input: {action: settleTerminal, targets: [{storeId: "berlin", terminalId: "berlin-1"}], reason: "r", idempotencyKey: "${key()}"})`,
  'Mutation.approveFleetRequest': () => `(input: {id: "${requestId}", hash: "${requestHash}"})`,
  'Mutation.refuseFleetRequest': () => `(input: {id: "${requestId}", reason: "r"})`,
  'Mutation.withdrawFleetRequest': () => `(id: "${requestId}")`,
  'Query.reconciliationRuns': () => '(first: 200)',
  'Query.comparedBatches': () => '(first: 200)',
  'Query.reconciliationSetting': () => '(acquirerId: "acq")',
  'Query.differences': () => '(first: 200)',
  'Query.differenceOwners': () => '(storeIds: ["berlin"])',
  'Query.forceMatchPartners': () => '(differenceId: "00000000-0000-4000-8000-0000000000d1")',
  'Query.difference': () => '(id: "00000000-0000-4000-8000-0000000000d1")',
  'Mutation.saveReconciliationSetting': () => '(input: {acquirerId: "acq"})',
  'Mutation.requestReconciliation': () => '(acquirerId: "acq", fromDay: "2026-11-21", toDay: "2026-11-21")',
  'Mutation.assignDifferences': () => '(ids: ["00000000-0000-4000-8000-0000000000d1"], role: hq)',
  'Mutation.resolveDifferences': () => '(ids: ["00000000-0000-4000-8000-0000000000d1"], note: "n")',
  'Mutation.acceptDifferences': () => '(ids: ["00000000-0000-4000-8000-0000000000d1"], note: "n")',
  'Mutation.reopenDifferences': () => '(ids: ["00000000-0000-4000-8000-0000000000d1"], note: "n")',
  'Subscription.differenceChanged': () => '(storeId: "berlin")',
  'Query.batch': () => '(storeId: "berlin", terminalId: "berlin-1", batchNo: 1)',
  'Query.settlementBoard': () => '(first: 200, fromDay: "2026-11-20", throughDay: "2026-11-22")',
  'Query.fundsAtRisk': () => '(level: store)',
  'Query.settlementRequests': () => '(first: 200)',
  'Mutation.requestSettlement': () =>
    `(input: {storeId: "berlin", terminalId: "berlin-1", batchNo: 1, kind: settle, reason: "r", idempotencyKey: "${key()}"})`,
  'Mutation.decideSettlementRequest': () => `(input: {id: "${settlementRequestId}", decision: refuse, note: "n"})`,
  'Mutation.recordBatchUpload': () => '(input: {storeId: "berlin", terminalId: "berlin-1", batchNo: 1, reference: "r"})',
  'Subscription.fundsAtRiskChanged': () => '(level: store)',
  'Query.remedyRequests': () => '(first: 200)',
  'Query.correctingEntries': () => '(first: 200)',
  'Mutation.requestForceMatch': () =>
    '(input: {terminalDifferenceId: "00000000-0000-4000-8000-000000000000", acquirerDifferenceId: "00000000-0000-4000-8000-000000000001", reason: "r"})',
  'Mutation.requestCorrectingEntry': () =>
    '(input: {differenceId: "00000000-0000-4000-8000-0000000000d1", amountMinor: 1, currency: "EUR", reason: "r"})',
  'Mutation.decideRemedy': () => '(id: "00000000-0000-4000-8000-0000000000e1", digest: "d", decision: approve)',
  'Query.providerTerms': () => '(acquirerId: "acq")',
  'Query.payouts': () => '(first: 200)',
  'Query.feeChecks': () => '(first: 200)',
  'Query.feeReport': () => '(fromDay: "2026-11-20", toDay: "2026-11-22")',
  'Query.termsProposals': () => '',
  'Mutation.proposeProviderTerms': () =>
    '(input: {acquirerId: "acq", replaces: 0, reason: "r", funding: {account: "DE00", country: "DE", delayBankDays: 1}})',
  'Mutation.decideProviderTerms': () => '(id: "00000000-0000-4000-8000-000000000000", digest: "d", decision: approve)',
  'Query.acquirers': () => '',
  'Query.statementFiles': () => '(first: 200)',
  'Query.statementFile': () => '(id: "00000000-0000-4000-8000-000000000000")',
  'Query.statementRows': () => '(first: 200)',
  'Query.bankEntries': () => '(first: 200)',
  'Query.statementWithdrawals': () => '',
  'Mutation.withdrawStatementFile': () => '(fileId: "00000000-0000-4000-8000-0000000000f1", reason: "r")',
  'Mutation.decideStatementWithdrawal': () => '(id: "00000000-0000-4000-8000-0000000000f1", digest: "d", decision: approve)',
  'Mutation.saveAcquirer': () => '(input: {id: "acq", name: "Acquirer"})',
  'Mutation.mapAcquirerTerminals': () => '(acquirerId: "acq", entries: [{terminalNo: "1", storeId: "berlin", terminalId: "berlin-1"}])',
  'Mutation.issueClaim': () => '(storeId: "berlin")',
  'Mutation.revokeGateway': () => '(input: {storeId: "berlin", gatewayId: "gw-berlin", reason: "r"})',
  'Mutation.updatePolicy': () =>
    '(input: {level: store, storeId: "berlin", expectedVersion: 1, reason: "r", changes: [{key: "hours.close", value: "21:00"}]})',
  'Mutation.acknowledgeIncident': () => `(incidentId: "${incidentId}", idempotencyKey: "${key()}")`,
  'Mutation.completeStep': () => `(input: {incidentId: "${incidentId}", stepId: "${stepId}", idempotencyKey: "${key()}"})`,
  'Mutation.skipStep': () => `(input: {incidentId: "${incidentId}", stepId: "${stepId}", idempotencyKey: "${key()}", reason: "r"})`,
  'Mutation.runTerminalAction': () =>
    `(input: {storeId: "berlin", terminalId: "berlin-1", action: captureDialogue, reason: "r", idempotencyKey: "${key()}"})`,
  'Mutation.submitQuiz': () => '(input: {courseId: "safe-closing", courseVersion: 1, answers: []})',
  'Mutation.setLanguage': () => '(language: en)',
  'Subscription.fleetChanged': () => '',
  'Subscription.incidentChanged': () => '',
  'Subscription.fleetRequestChanged': () => '',
  'Subscription.terminalChanged': () => '(storeId: "berlin", id: "berlin-1")',
};

/** Everything of a type down to a depth: whatever leaks anywhere is asked for. */
function selection(type: unknown, depth: number): string {
  const named = getNamedType(type as never);
  if (isAbstractType(named)) {
    return `{ __typename ${schema
      .getPossibleTypes(named)
      .map((possible) => `... on ${possible.name} ${selection(possible, depth)}`)
      .join(' ')} }`;
  }
  if (!isObjectType(named)) return '';
  const fields = Object.values(named.getFields()).flatMap((field) => {
    const inner = getNamedType(field.type);
    const needed = field.args.filter(isRequiredArgument).map(({ name }) => `${name}: 5`);
    const asked = needed.length === 0 ? field.name : `${field.name}(${needed.join()})`;
    if (!isObjectType(inner) && !isAbstractType(inner)) return [`${field.name}: ${field.name}`.replace(/^(\w+): \1$/, '$1')];
    // A search through journals has its price: it is asked near the root only.
    if (needed.length > 0 && depth < 2) return [];
    return depth === 0 ? [] : [`${asked} ${selection(inner, depth - 1)}`];
  });
  return `{ ${['__typename', ...fields].join(' ')} }`;
}

function rootFields(): { path: string; operation: string; field: GraphQLField<unknown, unknown> }[] {
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    Object.values((type as GraphQLObjectType).getFields()).map((field) => ({
      path: `${type!.name}.${field.name}`,
      operation: type!.name.toLowerCase(),
      field,
    })),
  );
}

function document(root: ReturnType<typeof rootFields>[number]): string {
  return `${root.operation} { ${root.field.name}${ARGUMENTS[root.path]!()} ${selection(root.field.type, 3)} }`;
}

/** Everything Berlin's people could see changed: a digest per table. */
async function berlinState(): Promise<unknown> {
  const tables = [
    'incident',
    'incident_step',
    'incident_event',
    'incident_action',
    'command',
    'terminal_order',
    'enrolment_claim',
    'gateway_certificate',
    'settlement_request',
    'batch',
    'batch_event',
    'fleet_request',
    'fleet_request_target',
    'difference',
    'remedy_request',
    'acquirer_terminal',
    'gateway',
    'policy_value',
    'policy_head',
  ];
  const states = tables.map((table) =>
    world.database.query(`SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM ${table} t`),
  );
  return Promise.all(states);
}

beforeAll(async () => {
  world = await startTestCore({ berlinTerminals: 3 });
  // Three terminals are more than one person may restart alone here.
  await world.database.query(`INSERT INTO policy_value (level, store_id, key, value) VALUES ('chain', NULL, 'approval.terminals', '2')`);
  const ids = paymentIds();
  const closing = { routineId: '00000000-0000-4000-8000-00000000c105', businessDay: '2026-11-21' };
  world.gateways
    .get('berlin')!
    .append(
      ...sale(1_250, 7, 'berlin-1', ids),
      entry('ClosingStarted', { ...closing, by: 'policy', terminals: ['berlin-1'] }, null),
      entry('CloseBlocked', { ...closing, step: 'settle', code: 'hostUnreachable', detail: 'no answer', evidence: {} }, 'berlin-1'),
    );
  await world.upload('berlin');
  await world.report('berlin', 'on');
  const manager = await world.signIn('manager-berlin');
  const { data } = await world.ask(manager, '{ incidents { edges { node { id steps { id } } } } }');
  incidentId = data.incidents.edges[0].node.id;
  stepId = data.incidents.edges[0].node.steps[0].id;
  const targets = ['berlin-1', 'berlin-2', 'berlin-3'].map((terminalId) => ({ storeId: 'berlin', terminalId }));
  const asked = await world.ask(
    manager,
    'mutation ($input: RequestFleetActionInput!) { requestFleetAction(input: $input) { ... on FleetRequest { id hash state } } }',
    { input: { action: 'restartTerminal', targets, reason: 'They hang', idempotencyKey: key() } },
  );
  expect(asked.data.requestFleetAction.state).toBe('waiting');
  ({ id: requestId, hash: requestHash } = asked.data.requestFleetAction);
  const settlement = await world.ask(
    manager,
    'mutation ($input: RequestSettlementInput!) { requestSettlement(input: $input) { ... on SettlementRequest { id } } }',
    {
      input: { storeId: 'berlin', terminalId: 'berlin-1', batchNo: 1, kind: 'settle', reason: 'Host down', idempotencyKey: key() },
    },
  );
  settlementRequestId = settlement.data.requestSettlement.id;
  await fillMoneySide();
});
afterAll(() => world.stop());

/** What statements would have left at Berlin: everything managers read of the money side has a row there. */
async function fillMoneySide(): Promise<void> {
  const file = '00000000-0000-4000-8000-0000000000f1';
  const difference = '00000000-0000-4000-8000-0000000000d1';
  const remedy = '00000000-0000-4000-8000-0000000000e1';
  const fees = `'berlin', '${file}', 'berlin-1', '1', '2026-11-21', 'EUR'`;
  const content = `{"kind": "correctingEntry", "differenceId": "${difference}", "amountMinor": 1, "currency": "EUR"}`;
  for (const statement of [
    "INSERT INTO acquirer VALUES ('acq', 'Acquirer', NULL, NULL, now(), now())",
    "INSERT INTO acquirer_terminal VALUES ('berlin', 'acq', 'M1', 'T1', 'berlin-1', now())",
    `INSERT INTO statement_row (store_id, file_id, row_no, acquirer_id, terminal_id, line, type, source_type, business_day, merchant_no, terminal_no, batch_no, trace_no, reference,
       merchant_reference, authorisation, currency, gross_minor, fee_minor, net_minor, fee_remainder, payout)
     VALUES ('berlin', '${file}', 1, 'acq', 'berlin-1', 2, 'sale', 'sale', '2026-11-21', 'M1', 'T1', '1', '7', '', '', '', 'EUR', 1250, -10, 1240, 0, '')`,
    `INSERT INTO reconciliation_batch (store_id, acquirer_id, account, batch_no, business_day, terminal_count, terminal_minor, acquirer_count, acquirer_minor, acquirer_fee_minor, currency, equal, run_id)
     VALUES ('berlin', 'acq', 'berlin-1', '1', '2026-11-21', 1, 1250, 1, 1250, -10, 'EUR', true, '${file}')`,
    `INSERT INTO difference (store_id, id, subject, acquirer_id, type, business_day, account, terminal_id, batch_no, file_id, row_no, row_type, trace_no, currency, acquirer_minor, state, owner_role,
       found_at, changed_at) VALUES ('berlin', '${difference}', 'r:1', 'acq', 'feeWrong', '2026-11-21', 'berlin-1', 'berlin-1', '1', '${file}', 1, 'sale', '7', 'EUR', -10, 'open', 'hq', now(), now())`,
    `INSERT INTO fee_check (store_id, file_id, account, batch_no, business_day, currency, acquirer_id, rows, wrong_rows, rows_without_rate, expected_minor, charged_minor, terms_version, checked_at)
     VALUES (${fees}, 'acq', 1, 0, 0, -10, -10, 1, now())`,
    `INSERT INTO fee_kind VALUES (${fees}, 'girocard', 'acq', 1, 0, 0, 1250, -10, -10, 0)`,
    `INSERT INTO remedy_request (store_id, id, kind, content, digest, state, reason, requested_by, requested_name, requested_at)
     VALUES ('berlin', '${remedy}', 'correctingEntry', '${content}', 'd', 'requested', 'r', 'manager-berlin', 'Name of manager-berlin', now())`,
    `INSERT INTO correcting_entry VALUES ('berlin', '${difference}', '${remedy}', '${difference}', '2026-11-21', 'berlin-1', 1, 'EUR', 'r', now(), 'manager-berlin', 'hq')`,
  ])
    await world.database.query(statement);
}

describe('row scope: every root field, asked for everything of Berlin', () => {
  it('has arguments in this spec', () => {
    expect(Object.keys(ARGUMENTS).sort()).toEqual(
      rootFields()
        .map(({ path }) => path)
        .sort(),
    );
  });

  const asked = rootFields().filter(({ operation }) => operation !== 'subscription');
  const outsiders = ['manager-tokyo', 'cashier-tokyo', undefined] as const;

  it('would show Berlin to its own manager (or this spec proves nothing)', async () => {
    const cookie = await world.signIn('manager-berlin');
    const shown = await Promise.all(
      asked
        .filter(({ operation }) => operation === 'query')
        .map(async (root) => [root.path, JSON.stringify(await world.ask(cookie, document(root)))]),
    );
    const showing = shown.filter(([, text]) => BERLIN.test(text!)).map(([path]) => path);
    expect(showing.sort()).toEqual([
      'Query.acquirers',
      'Query.auditEntries',
      'Query.batch',
      'Query.batches',
      'Query.comparedBatches',
      'Query.correctingEntries',
      'Query.difference',
      'Query.differenceOwners',
      'Query.differences',
      'Query.feeChecks',
      'Query.feeReport',
      'Query.fleetActionPreview',
      'Query.fleetRequests',
      'Query.fundsAtRisk',
      'Query.incident',
      'Query.incidents',
      'Query.me',
      'Query.policy',
      'Query.policyStatus',
      'Query.remedyRequests',
      'Query.settlementBoard',
      'Query.settlementRequests',
      'Query.statementRows',
      'Query.store',
      'Query.stores',
      'Query.terminal',
      'Query.trainingRecords',
      'Query.transactions',
    ]);
  });

  for (const person of outsiders) {
    it.each(asked.map((root) => [root.path, root] as const))(
      `${person ?? 'nobody'} learns nothing from %s and changes nothing`,
      async (path, root) => {
        const cookie = person === undefined ? undefined : await session(person);
        const before = await berlinState();
        const answer = await world.ask(cookie, document(root));
        expect(JSON.stringify(answer)).not.toMatch(BERLIN);
        expect(await berlinState()).toEqual(before);
        expect(
          answer.errors?.map((error) => error.extensions.code).filter((code) => code !== 'notAllowed' && code !== 'unauthenticated') ?? [],
        ).toEqual([]);
        if (person === undefined && path !== 'Query.me') expect(answer.errors?.[0]?.extensions.code).toBe('unauthenticated');
      },
    );
  }
});

describe('subscriptions', () => {
  it('tell the own manager of a change, and nobody else', async () => {
    const heard = { 'manager-berlin': [] as string[], 'manager-tokyo': [] as string[], 'cashier-tokyo': [] as string[] };
    const clients = await Promise.all(Object.entries(heard).map(([person, lines]) => listen(person, lines)));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const change = JSON.stringify({ stores: ['berlin'], incidents: [incidentId], all: false });
    await world.database.query('SELECT pg_notify($1, $2)', [CHANGE_CHANNEL, change]);
    await expect.poll(() => heard['manager-berlin'].length).toBeGreaterThanOrEqual(2);
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (const client of clients) await client.dispose();
    expect(heard['manager-berlin'].join()).toMatch(/"fleetChanged".*berlin-1/);
    expect(heard['manager-berlin'].join()).toMatch(/"incidentChanged".*hostUnreachable/);
    expect(heard['manager-tokyo']).toEqual([]);
    expect(heard['cashier-tokyo'].filter((line) => !line.includes('notAllowed'))).toEqual([]);
  });

  it.each([
    ['without a session', {}, 401],
    ['with a made-up session', { cookie: `tillward_session=${'A'.repeat(43)}` }, 401],
    ['from a foreign page', { origin: 'https://evil.example' }, 403],
  ])('are refused before the upgrade %s', async (_name, headers, status) => {
    const cookie = 'origin' in headers ? { cookie: await session('manager-berlin') } : {};
    const socket = new WebSocket(`${world.core.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { ...cookie, ...headers },
    });
    const refused = await new Promise((resolve) => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
      socket.on('open', () => resolve('open'));
    });
    socket.on('error', () => undefined);
    socket.terminate();
    expect(refused).toBe(status);
  });
});

describe('docs/permissions.md', () => {
  const rows = generatedFiles()
    ['docs/permissions.md']!.split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));

  // HQ comes last: it may do everything asked of it.
  it.each([
    [5, undefined],
    [3, 'cashier-tokyo'],
    [2, 'manager-tokyo'],
    [4, 'auditor'],
    [1, 'hq'],
  ])('says in column %i what core lets %s do', async (column, person) => {
    const cookie = person === undefined ? undefined : await session(person);
    const differing: string[] = [];
    for (const root of rootFields().filter(({ operation }) => operation !== 'subscription')) {
      const said = rows.find(([, field]) => field === `\`${root.field.name}\``)?.[column + 1];
      const { data, errors } = await world.ask(cookie, document(root));
      // Fields that are refused further down are the business of FIELD_ACCESS and its spec.
      const ofRoot = errors?.filter(({ path }) => path === undefined || path.length === 1);
      const refused = ofRoot?.some(({ extensions: { code } }) => code === 'notAllowed' || code === 'unauthenticated');
      const declined = data?.[root.field.name]?.code === 'notAllowed';
      const seen = refused ? 'no' : declined ? 'refusal `notAllowed`' : 'yes';
      if (said !== seen && !(said === 'own record' && seen === 'yes')) differing.push(`${root.path}: ${said}, but ${seen}`);
    }
    expect(differing).toEqual([]);
  });
});

const cookies = new Map<string, Promise<string>>();

function session(person: string): Promise<string> {
  const known = cookies.get(person) ?? world.signIn(person);
  cookies.set(person, known);
  return known;
}

async function listen(person: string, lines: string[]) {
  const cookie = await session(person);
  class WithCookie extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols, { headers: { cookie } });
    }
  }
  const client = createClient({ url: `${world.core.url.replace('http', 'ws')}/graphql`, webSocketImpl: WithCookie, retryAttempts: 0 });
  for (const root of rootFields().filter(({ operation }) => operation === 'subscription')) {
    const sink = {
      next: (value: unknown) => void lines.push(JSON.stringify(value)),
      error: (error: unknown) => void lines.push(JSON.stringify(error)),
      complete: () => undefined,
    };
    client.subscribe({ query: document(root) }, sink);
  }
  return client;
}
