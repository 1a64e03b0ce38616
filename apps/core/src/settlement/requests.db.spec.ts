import { createHash } from 'node:crypto';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { key, type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { entry, paymentIds, sale, type Written } from '../ingest/ingest.fixtures.js';

let world: TestCore;
const cookies: Record<string, string> = {};
const PEOPLE = ['hq', 'manager-berlin', 'second-berlin', 'manager-tokyo', 'cashier-berlin', 'auditor'];
const settlementId = '22222222-2222-4222-8222-222222222222';

beforeAll(async () => {
  world = await startTestCore({ berlinTerminals: 8, extraPeople: [{ id: 'second-berlin', role: 'manager', stores: ['berlin'] }] });
  for (const person of PEOPLE) cookies[person] = await world.signIn(person);
});
afterAll(() => world.stop());

const totals = (amountMinor: number) => ({ currency: 'EUR', amountMinor, count: 1 });
const write = async (...entries: Written[]) => {
  world.gateways.get('berlin')!.append(...entries);
  await world.upload('berlin');
  await world.settle();
};
/** A terminal of Berlin, not used by another test, with one sale. */
const sold = async (terminal: string, amountMinor = 1_000) => {
  const ids = paymentIds();
  const [started] = sale(amountMinor, 7, terminal, ids);
  const receipt = ['Sale', `Total ${amountMinor}`];
  const booked = { amountMinor, currency: 'EUR', traceNo: 7, cardLast4: '1234', cardName: 'VISA' };
  await write(started!, entry('PaymentCompleted', { ...ids, booked, receipt }, terminal));
  return ids;
};
const unbalanced = (terminal: string) =>
  write(
    entry(
      'SettlementUnbalanced',
      {
        settlementId,
        batchNo: 1,
        businessDay: '2026-11-21',
        journalTotals: totals(1_000),
        terminalTotals: totals(990),
        hostTotals: totals(990),
      },
      terminal,
    ),
  );

const REQUEST = `__typename ... on Refusal { code message } ... on InvalidInput { field } ... on UnsupportedAction { block }
  ... on SettlementRequest { id state kind digest requestedByName decidedByName decisionNote commandId commandState mayDecide
    journal { amountMinor currency } terminalTotal { amountMinor } }`;
const DECISION = REQUEST.replace('... on UnsupportedAction { block }', '');
const ask = async (person: string, input: Record<string, unknown>): Promise<Loose> => {
  const query = `mutation ($input: RequestSettlementInput!) { requestSettlement(input: $input) { ${REQUEST} } }`;
  const defaults = { storeId: 'berlin', batchNo: 1, kind: 'settle', reason: 'The host was down', idempotencyKey: key() };
  const answer = await world.ask(cookies[person], query, { input: { ...defaults, ...input } });
  expect(answer.errors).toBeUndefined();
  return answer.data.requestSettlement;
};
const decide = async (person: string, request: Loose, input: Record<string, unknown> = {}): Promise<Loose> => {
  const query = `mutation ($input: DecideSettlementRequestInput!) { decideSettlementRequest(input: $input) { ${DECISION} } }`;
  const defaults = { id: request.id, decision: 'approve', digest: request.digest };
  const answer = await world.ask(cookies[person], query, { input: { ...defaults, ...input } });
  expect(answer.errors).toBeUndefined();
  return answer.data.decideSettlementRequest;
};
const batch = async (terminal: string, person = 'auditor'): Promise<Loose> => {
  const answer = await world.ask(
    cookies[person],
    `{ batch(storeId: "berlin", terminalId: "${terminal}", batchNo: 1) { state money handling acceptedAt settledAt
       evidence { settlementId digest intact content } cardTotals { source scheme direction amount { amountMinor } count }
       lifeEvents { what actor detail } } }`,
  );
  expect(answer.errors).toBeUndefined();
  return answer.data.batch;
};
const commandsTo = (terminal: string) => world.told.filter(({ channel, body }) => channel === 'command' && body['terminal'] === terminal);
const auditOf = async (subject: string) =>
  (
    await world.database.query<{ action: string; actor_id: string }>(
      'SELECT action, actor_id FROM audit_entry WHERE subject = $1 ORDER BY index',
      [subject],
    )
  ).map(({ action, actor_id }) => [action, actor_id]);

describe('a settlement by hand (S12)', () => {
  it('is sent only after another person has approved exactly it; both are on record', async () => {
    await sold('berlin-1');
    const request = await ask('manager-berlin', { terminalId: 'berlin-1' });
    expect(request).toMatchObject({
      __typename: 'SettlementRequest',
      state: 'waiting',
      journal: { amountMinor: 1_000, currency: 'EUR' },
      mayDecide: false,
    });
    await world.settle();
    expect(commandsTo('berlin-1')).toEqual([]);
    expect(await decide('manager-berlin', request)).toMatchObject({ code: 'ownRequest' });
    expect(await decide('manager-tokyo', request)).toMatchObject({ code: 'notFound' });
    expect(await decide('second-berlin', request, { digest: '0'.repeat(64) })).toMatchObject({ code: 'contentChanged' });
    expect(await decide('second-berlin', request, { digest: null })).toMatchObject({ code: 'contentChanged' });
    const done = await decide('second-berlin', request);
    expect(done).toMatchObject({
      state: 'approved',
      decidedByName: 'Name of second-berlin',
      commandId: expect.any(String),
      commandState: 'created',
    });
    await world.settle();
    expect(commandsTo('berlin-1').map(({ body }) => [body['action'], body['requestedBy']])).toEqual([
      ['settleTerminal', 'Name of manager-berlin'],
    ]);
    expect(await decide('hq', request)).toMatchObject({ code: 'alreadyDone' });
    expect(await auditOf(`settlementRequest:${request.id}`)).toEqual([
      ['settlement.requested', 'manager-berlin'],
      ['settlement.approved', 'second-berlin'],
    ]);
    expect((await batch('berlin-1')).lifeEvents.map(({ what }: Loose) => what)).toEqual(['settlement.requested', 'settlement.approved']);
  });

  it('can’t be approved by who asked, whatever program writes it', async () => {
    const update = `UPDATE settlement_request SET state = 'approved', decided_by = requested_by WHERE terminal_id = 'berlin-1'`;
    await expect(world.database.query(update)).rejects.toThrow(/settlement_request_check/);
  });

  it('is taken once per key, waits once per terminal, and can be refused or taken back', async () => {
    await sold('berlin-2');
    const idempotencyKey = key();
    const request = await ask('manager-berlin', { terminalId: 'berlin-2', idempotencyKey });
    expect(await ask('manager-berlin', { terminalId: 'berlin-2', idempotencyKey })).toMatchObject({ id: request.id });
    expect(await ask('manager-berlin', { terminalId: 'berlin-2', idempotencyKey, reason: 'Another' })).toMatchObject({
      field: 'idempotencyKey',
    });
    expect(await ask('second-berlin', { terminalId: 'berlin-2' })).toMatchObject({ code: 'alreadyDone' });
    expect(await decide('second-berlin', request, { decision: 'withdraw' })).toMatchObject({ code: 'notAllowed' });
    expect(await decide('second-berlin', request, { decision: 'refuse' })).toMatchObject({ code: 'invalidInput', field: 'note' });
    expect(await decide('second-berlin', request, { decision: 'refuse', note: 'It closes by itself' })).toMatchObject({ state: 'refused' });
    const again = await ask('manager-berlin', { terminalId: 'berlin-2' });
    expect(await decide('manager-berlin', again, { decision: 'withdraw' })).toMatchObject({ state: 'withdrawn' });
    await world.settle();
    expect(commandsTo('berlin-2')).toEqual([]);
  });

  it('takes two people where the policy says so, however it is ordered', async () => {
    await sold('berlin-4');
    const hq = (query: string) => world.ask(cookies['hq'], query);
    const { data } = await hq('{ policy(level: store, storeId: "berlin") { version } }');
    const policy = (value: string, version: number) =>
      hq(`mutation { updatePolicy(input: {level: store, storeId: "berlin", expectedVersion: ${version}, reason: "two people",
        changes: [{key: "settlement.manualApproval", value: ${value}}]}) { __typename } }`);
    await policy('true', data.policy.version);
    const order = `mutation { runTerminalAction(input: {storeId: "berlin", terminalId: "berlin-4", action: settleTerminal, reason: "r", idempotencyKey: "${key()}"})
      { __typename ... on Refusal { code } } }`;
    expect((await world.ask(cookies['manager-berlin'], order)).data.runTerminalAction).toMatchObject({ code: 'secondPersonNeeded' });
    await policy('null', data.policy.version + 1);
    expect((await world.ask(cookies['manager-berlin'], order)).data.runTerminalAction).toMatchObject({ __typename: 'TerminalCommand' });
  });

  it('is not approved after its time, nor when the batch settled meanwhile', async () => {
    await sold('berlin-3');
    const request = await ask('manager-berlin', { terminalId: 'berlin-3' });
    await write(
      entry(
        'SettlementCompleted',
        {
          settlementId,
          batchNo: 1,
          businessDay: '2026-11-21',
          journalTotals: totals(1_000),
          terminalTotals: totals(1_000),
          hostTotals: null,
        },
        'berlin-3',
      ),
    );
    expect(await decide('second-berlin', request)).toMatchObject({ code: 'alreadyDone' });
    const late = await ask('manager-berlin', { terminalId: 'berlin-4' });
    world.advance(24 * 3_600_000);
    await world.database.query('UPDATE session SET created_at = $1, last_seen_at = $1', [world.now()]);
    expect(await decide('second-berlin', late)).toMatchObject({ code: 'requestExpired' });
    expect(await ask('second-berlin', { terminalId: 'berlin-4' })).toMatchObject({ state: 'waiting' });
  });

  it.each([
    ['a batch there isn’t', 'manager-berlin', { terminalId: 'berlin-1', batchNo: 99 }, 'notFound'],
    ['a terminal of another store', 'manager-tokyo', { terminalId: 'berlin-1' }, 'notFound'],
    ['no reason', 'manager-berlin', { terminalId: 'berlin-4', reason: ' ' }, 'invalidInput'],
    ['a card number in the reason', 'manager-berlin', { terminalId: 'berlin-4', reason: `card ${'0'.repeat(16)}` }, 'invalidInput'],
    ['no key', 'manager-berlin', { terminalId: 'berlin-4', idempotencyKey: 'once' }, 'invalidInput'],
    ['a difference where there is none', 'manager-berlin', { terminalId: 'berlin-4', kind: 'acceptUnbalanced' }, 'stepNotReady'],
  ])('is refused for %s', async (_name, person, input, code) => {
    expect(await ask(person, input)).toMatchObject({ code });
  });
});

describe('an unbalanced batch (S11)', () => {
  it('has its evidence frozen at once, is uploaded with a reference, and accepted by two people when the gateway says so', async () => {
    const ids = await sold('berlin-5');
    await unbalanced('berlin-5');
    const frozen = await batch('berlin-5');
    expect(frozen).toMatchObject({ state: 'unbalanced', handling: 'frozen', money: 'unconfirmed' });
    expect(frozen.evidence).toHaveLength(1);
    const [{ content, digest, intact }] = frozen.evidence;
    expect([intact, createHash('sha256').update(content).digest('hex')]).toEqual([true, digest]);
    expect(JSON.parse(content)).toMatchObject({
      totals: { journal: { amountMinor: 1_000 }, terminal: { amountMinor: 990 }, host: { amountMinor: 990 } },
      payments: [{ paymentId: ids.paymentId, state: 'completed', amountMinor: 1_000, traceNo: 7, cardLast4: '1234' }],
      receipts: [{ paymentId: ids.paymentId, digest: createHash('sha256').update('["Sale","Total 1000"]').digest('hex') }],
      cardTotals: [{ source: 'journal', cardName: 'VISA', direction: 'debit', currency: 'EUR', minor: 1_000, count: 1 }],
      unreadable: [],
    });
    expect(frozen.cardTotals).toEqual([
      { source: 'journal', scheme: 'visa', direction: 'debit', amount: { amountMinor: 1_000 }, count: 1 },
    ]);

    const upload = `mutation ($reference: String!) { recordBatchUpload(input: {storeId: "berlin", terminalId: "berlin-5", batchNo: 1, reference: $reference}) {
      __typename ... on Refusal { code } ... on Batch { handling } } }`;
    expect((await world.ask(cookies['manager-berlin'], upload, { reference: ' ' })).data.recordBatchUpload.code).toBe('invalidInput');
    expect((await world.ask(cookies['manager-tokyo'], upload, { reference: 'x' })).data.recordBatchUpload.code).toBe('notFound');
    expect((await world.ask(cookies['manager-berlin'], upload, { reference: 'ACQ-7' })).data.recordBatchUpload).toMatchObject({
      handling: 'uploaded',
    });

    expect(await ask('manager-berlin', { terminalId: 'berlin-5' })).toMatchObject({ code: 'stepNotReady' });
    const request = await ask('manager-berlin', { terminalId: 'berlin-5', kind: 'acceptUnbalanced', reason: 'Ten cents of a voided tip' });
    expect(await decide('manager-berlin', request)).toMatchObject({ code: 'ownRequest' });
    expect(await decide('hq', request)).toMatchObject({ state: 'approved' });
    await world.settle();
    const [command] = commandsTo('berlin-5');
    expect(command!.body).toMatchObject({ action: 'acceptUnbalanced', parameters: { settlementId } });
    expect(await batch('berlin-5')).toMatchObject({ handling: 'uploaded', acceptedAt: null, settledAt: null });

    await write(
      entry(
        'UnbalancedAccepted',
        { settlementId, batchNo: 1, businessDay: '2026-11-21', commandId: command!.body['id'] as string },
        'berlin-5',
      ),
    );
    const accepted = await batch('berlin-5');
    expect(accepted).toMatchObject({
      state: 'unbalanced',
      handling: 'accepted',
      acceptedAt: expect.any(String),
      settledAt: expect.any(String),
    });
    expect(accepted.lifeEvents.map(({ what }: Loose) => what)).toEqual([
      'evidenceFrozen',
      'uploaded',
      'settlement.requested',
      'settlement.approved',
    ]);
    expect(await ask('manager-berlin', { terminalId: 'berlin-5', kind: 'acceptUnbalanced' })).toMatchObject({ code: 'alreadyDone' });
  });

  it('is not accepted with totals other than those that were read', async () => {
    await sold('berlin-6');
    await unbalanced('berlin-6');
    const request = await ask('manager-berlin', { terminalId: 'berlin-6', kind: 'acceptUnbalanced' });
    await world.database.query("UPDATE batch SET terminal_minor = 500 WHERE terminal_id = 'berlin-6'");
    expect(await decide('hq', request)).toMatchObject({ code: 'contentChanged' });
    await world.settle();
    expect(commandsTo('berlin-6')).toEqual([]);
  });

  it('has evidence that shows when somebody altered it', async () => {
    await world.database.query("UPDATE batch_evidence SET content = replace(content, '990', '1000') WHERE terminal_id = 'berlin-6'");
    expect((await batch('berlin-6')).evidence[0].intact).toBe(false);
  });
});

describe('requests in a list', () => {
  it('are the viewer’s own stores’, newest first, page by page', async () => {
    const page = async (person: string, after: string | null = null) => {
      const query = `query ($after: String) { settlementRequests(first: 3, after: $after) { totalCount pageInfo { hasNextPage endCursor } edges { node { id state mayDecide } } } }`;
      return (await world.ask(cookies[person], query, { after })).data.settlementRequests;
    };
    const first = await page('auditor');
    const second = await page('auditor', first.pageInfo.endCursor);
    const ids = [...first.edges, ...second.edges].map(({ node }: Loose) => node.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(first.totalCount).toBeGreaterThan(3);
    expect(first.edges.some(({ node }: Loose) => node.mayDecide)).toBe(false);
    expect((await page('manager-tokyo')).totalCount).toBe(0);
  });
});

describe('funds at risk', () => {
  const query = `query ($level: FundsLevel!, $first: Int, $after: String) { fundsAtRisk(level: $level, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } edges { node { id name region amount { amountMinor currency } count cutOffAt secondsLeft late { amountMinor } } } } }`;
  const read = async (person: string, level: string, page: Record<string, unknown> = {}) => {
    const answer = await world.ask(cookies[person], query, { level, ...page });
    expect(answer.errors).toBeUndefined();
    return answer.data.fundsAtRisk;
  };

  it('are the same sum by terminal, store, region and chain, and the viewer’s own', async () => {
    await sold('berlin-7', 2_500);
    const sums = [];
    for (const level of ['terminal', 'store', 'region', 'chain']) {
      const { edges } = await read('hq', level);
      sums.push(edges.reduce((sum: number, { node }: Loose) => sum + node.amount.amountMinor, 0));
    }
    expect(new Set(sums).size).toBe(1);
    expect((await read('hq', 'region')).edges[0].node).toMatchObject({
      id: 'region/berlin/EUR',
      region: 'berlin',
      amount: { currency: 'EUR' },
    });
    expect((await read('manager-tokyo', 'chain')).edges).toEqual([]);
  });

  it('page by page are each place once, the largest first', async () => {
    const all = (await read('hq', 'terminal')).edges.map(({ node }: Loose) => node.id);
    const paged: string[] = [];
    let after: string | null = null;
    do {
      const { edges, pageInfo }: Loose = await read('hq', 'terminal', { first: 2, after });
      paged.push(...edges.map(({ node }: Loose) => node.id));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
    expect(paged).toEqual(all);
  });

  it('are told as they change, down to nothing, with the time left', async () => {
    const heard: Loose[] = [];
    const client = listener('manager-berlin');
    const foreign: Loose[] = [];
    const outsider = listener('manager-tokyo');
    for (const level of ['terminal', 'chain']) {
      const query = `subscription { fundsAtRiskChanged(level: ${level}) { id } }`;
      outsider.subscribe(
        { query },
        { next: (item) => void foreign.push(item), error: (error) => void foreign.push(error), complete: () => undefined },
      );
    }
    client.subscribe(
      { query: 'subscription { fundsAtRiskChanged(level: terminal) { terminalId amount { amountMinor } count secondsLeft cutOffAt } }' },
      {
        next: ({ data }: Loose) => void heard.push(data.fundsAtRiskChanged),
        error: (error) => void heard.push(error),
        complete: () => undefined,
      },
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    const last = () => heard.filter(({ terminalId }) => terminalId === 'berlin-8').at(-1);
    await sold('berlin-8', 4_200);
    await expect.poll(last, { timeout: 5_000 }).toMatchObject({ amount: { amountMinor: 4_200 }, count: 1 });
    await write(
      entry(
        'SettlementCompleted',
        {
          settlementId,
          batchNo: 1,
          businessDay: '2026-11-21',
          journalTotals: totals(4_200),
          terminalTotals: totals(4_200),
          hostTotals: null,
        },
        'berlin-8',
      ),
    );
    await expect.poll(last, { timeout: 5_000 }).toMatchObject({ amount: { amountMinor: 0 }, count: 0, cutOffAt: null });
    expect(foreign).toEqual([]);
    await Promise.all([client.dispose(), outsider.dispose()]);
  });
});

/** A GraphQL WebSocket with this person's session. */
function listener(person: string) {
  class WithCookie extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols, { headers: { cookie: cookies[person]! } });
    }
  }
  return createClient({ url: `${world.core.url.replace('http', 'ws')}/graphql`, webSocketImpl: WithCookie, retryAttempts: 0 });
}
