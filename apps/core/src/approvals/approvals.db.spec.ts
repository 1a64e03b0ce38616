import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { key, type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { paymentIds, sale } from '../ingest/ingest.fixtures.js';
import { Approvals } from './approvals.service.js';

let world: TestCore;
const cookies: Record<string, string> = {};

const PEOPLE = ['hq', 'hq-2', 'manager-berlin', 'manager-berlin-2', 'manager-tokyo', 'cashier-berlin', 'auditor'];

beforeAll(async () => {
  world = await startTestCore({
    berlinTerminals: 8,
    extraPeople: [
      { id: 'hq-2', role: 'hq', stores: [] },
      { id: 'manager-berlin-2', role: 'manager', stores: ['berlin'] },
    ],
  });
  for (const person of PEOPLE) cookies[person] = await world.signIn(person);
  await world.report('berlin', 'on');
  world.gateways.get('berlin')!.append(...sale(21_240, 7, 'berlin-1', paymentIds()));
  await world.upload('berlin');
});
afterAll(() => world.stop());
// What one test orders must not count in the next, nor run on the same terminals.
beforeEach(async () => {
  world.advance(2 * 60 * 60_000);
  await world.database.query("UPDATE command SET state = 'succeeded' WHERE state IN ('created', 'sent')");
  await world.database.query('UPDATE session SET created_at = $1, last_seen_at = $1', [world.now()]);
});

const REQUEST = `__typename ... on Refusal { code message } ... on InvalidInput { field } ... on UnsupportedAction { block }
  ... on FleetRequest { id state hash secondPerson reason requestedBy mine mayDecide decidedBy decisionReason terminalCount storeCount
    targets { storeId terminalId terminalName commandId commandState unsettled { amountMinor currency } } }`;

const BERLIN = (count: number, from = 1) =>
  Array.from({ length: count }, (_, at) => ({ storeId: 'berlin', terminalId: `berlin-${from + at}` }));
const BOTH_STORES = [...BERLIN(1), { storeId: 'tokyo', terminalId: 'tokyo-1' }];

async function mutate(person: string, field: string, args: string, variables: Record<string, unknown> = {}, types = ''): Promise<Loose> {
  const answer = await world.ask(cookies[person], `mutation${types} { ${field}(${args}) { ${REQUEST} } }`, variables);
  expect(answer.errors).toBeUndefined();
  return answer.data[field];
}

const ask = (person: string, input: Record<string, unknown> = {}): Promise<Loose> =>
  mutate(
    person,
    'requestFleetAction',
    'input: $input',
    { input: { action: 'closeTerminal', targets: BOTH_STORES, reason: 'Storm warning', idempotencyKey: key(), ...input } },
    ' ($input: RequestFleetActionInput!)',
  );
const approve = (person: string, request: Loose, hash: string = request.hash): Promise<Loose> =>
  mutate(person, 'approveFleetRequest', `input: {id: "${request.id}", hash: "${hash}"}`);
const refuse = (person: string, request: Loose, reason = 'Not tonight'): Promise<Loose> =>
  mutate(person, 'refuseFleetRequest', `input: {id: "${request.id}", reason: "${reason}"}`);
const withdraw = (person: string, request: Loose): Promise<Loose> => mutate(person, 'withdrawFleetRequest', `id: "${request.id}"`);

const commandsFor = (request: Loose) =>
  world.database.query<{ id: string; terminal_id: string; ordered_by: string; approved_by: string | null }>(
    `SELECT c.id, c.terminal_id, c.ordered_by, c.approved_by FROM command c JOIN audit_entry a ON a.subject = 'command:' || c.id
      WHERE a.action = 'command.created' AND a.detail::jsonb->>'for' = $1 ORDER BY c.terminal_id`,
    [`fleetRequest:${request.id}`],
  );
const stateOf = async (request: Loose) =>
  (await world.database.query<{ state: string }>('SELECT state FROM fleet_request WHERE id = $1', [request.id]))[0]!.state;
const auditOf = async (request: Loose) =>
  (
    await world.database.query<{ action: string; actor: string; hash: string }>(
      `SELECT action, actor, detail::jsonb->>'hash' AS hash FROM audit_entry WHERE subject = $1 ORDER BY index`,
      [`fleetRequest:${request.id}`],
    )
  ).map(({ action, actor, hash }) => [action, actor, hash === request.hash]);
const told = (commandId: string) => world.told.filter(({ channel, body }) => channel === 'command' && body['id'] === commandId);

describe('a fleet-wide request', () => {
  it('R3 does nothing until a second person agrees; then its commands exist, signed and on their way, with both people in the log', async () => {
    const request = await ask('hq');
    expect(request).toMatchObject({ state: 'waiting', secondPerson: true, mine: true, mayDecide: false, terminalCount: 2, storeCount: 2 });
    await world.settle();
    expect(await commandsFor(request)).toEqual([]);
    const outbox = await world.database.query("SELECT 1 FROM outbox WHERE topic = 'command.send' AND done_at IS NULL");
    expect(outbox).toEqual([]);

    const done = await approve('hq-2', request);
    expect(done).toMatchObject({ state: 'approved', decidedBy: 'Name of hq-2', mine: false, mayDecide: false });
    const commands = await commandsFor(request);
    expect(commands).toMatchObject([
      { terminal_id: 'berlin-1', ordered_by: 'hq', approved_by: 'hq-2' },
      { terminal_id: 'tokyo-1', ordered_by: 'hq', approved_by: 'hq-2' },
    ]);
    expect(done.targets.map((target: Loose) => target.commandId)).toEqual(commands.map(({ id }) => id));
    await world.settle();
    for (const { id, terminal_id: terminal } of commands) {
      expect(told(id)).toMatchObject([{ body: { action: 'closeTerminal', terminal, requestedBy: 'Name of hq', reason: 'Storm warning' } }]);
    }
    expect(await auditOf(request)).toEqual([
      ['fleetRequest.asked', 'Name of hq', true],
      ['fleetRequest.approved', 'Name of hq-2', true],
    ]);
  });

  it('says before what it would do to what', async () => {
    const preview = async (action: string, targets: readonly object[]) =>
      (
        await world.ask(
          cookies['hq'],
          `query ($targets: [FleetTarget!]!) { fleetActionPreview(action: ${action}, targets: $targets) {
             ... on FleetActionPreview { secondPerson limit terminals stores offline unsettledTerminals unsettledSums { amountMinor currency } blocked { terminalId block } }
             ... on Refusal { code } } }`,
          { targets },
        )
      ).data.fleetActionPreview;
    expect(await preview('closeTerminal', BOTH_STORES)).toMatchObject({
      secondPerson: true,
      limit: 5,
      terminals: 2,
      stores: 2,
      unsettledTerminals: 1,
      unsettledSums: [{ amountMinor: 21_240, currency: 'EUR' }],
      blocked: [],
    });
    expect(await preview('restartTerminal', BERLIN(5))).toMatchObject({ secondPerson: false, terminals: 5 });
    expect(await preview('restartTerminal', BERLIN(6))).toMatchObject({ secondPerson: true });
    expect(await preview('powerCycleTerminal', BERLIN(1))).toMatchObject({
      terminals: 0,
      blocked: [{ terminalId: 'berlin-1', block: 'noPowerSwitch' }],
    });
    expect(await preview('diagnoseTerminal', BERLIN(1))).toEqual({ code: 'invalidInput' });
  });

  it('is what one person may order alone where it stays within a store and a number, and is done at once', async () => {
    const request = await ask('manager-berlin', { action: 'restartTerminal', targets: BERLIN(5) });
    expect(request).toMatchObject({ state: 'approved', secondPerson: false, decidedBy: null });
    expect((await commandsFor(request)).map(({ approved_by }) => approved_by)).toEqual(Array(5).fill(null));
    expect(await ask('manager-berlin', { action: 'restartTerminal', targets: BERLIN(1, 6) })).toMatchObject({ state: 'waiting' });
  });

  it('is agreed to by another manager of the store as well', async () => {
    const request = await ask('manager-berlin', { action: 'restartTerminal', targets: BERLIN(6) });
    expect(request.state).toBe('waiting');
    expect(await approve('manager-berlin-2', request)).toMatchObject({ state: 'approved' });
    expect(await commandsFor(request)).toHaveLength(6);
  });

  it('makes no second command where the same action runs already', async () => {
    const first = await ask('hq', { action: 'settleTerminal' });
    await approve('hq-2', first);
    const second = await ask('hq', { action: 'settleTerminal', targets: [...BOTH_STORES, ...BERLIN(1, 2)] });
    const done = await approve('hq-2', second);
    expect(await commandsFor(second)).toMatchObject([{ terminal_id: 'berlin-2' }]);
    const earlier = (await commandsFor(first)).map(({ id }) => id);
    expect(done.targets.filter((target: Loose) => earlier.includes(target.commandId))).toHaveLength(2);
  });

  it('is refused with a reason, or taken back by who asked', async () => {
    const first = await ask('hq');
    expect(await refuse('hq-2', first, ' ')).toMatchObject({ code: 'invalidInput', field: 'reason' });
    expect(await refuse('hq-2', first)).toMatchObject({ state: 'refused', decidedBy: 'Name of hq-2', decisionReason: 'Not tonight' });
    expect(await approve('hq-2', first)).toMatchObject({ code: 'alreadyDone' });
    const second = await ask('hq');
    expect(await withdraw('hq-2', second)).toMatchObject({ code: 'notAllowed' });
    expect(await withdraw('hq', second)).toMatchObject({ state: 'withdrawn' });
    expect(await approve('hq-2', second)).toMatchObject({ code: 'alreadyDone' });
    expect([...(await commandsFor(first)), ...(await commandsFor(second))]).toEqual([]);
    expect((await auditOf(first)).at(-1)).toEqual(['fleetRequest.refused', 'Name of hq-2', true]);
    expect((await auditOf(second)).at(-1)).toEqual(['fleetRequest.withdrawn', 'Name of hq', true]);
  });

  it('is one request per key', async () => {
    const idempotencyKey = key();
    const [first, second] = await Promise.all([ask('hq', { idempotencyKey }), ask('hq', { idempotencyKey })]);
    expect(second.id).toBe(first.id);
    expect(await ask('hq', { idempotencyKey, reason: 'Another' })).toMatchObject({ code: 'invalidInput', field: 'idempotencyKey' });
    expect(await ask('hq', { idempotencyKey, targets: BERLIN(6) })).toMatchObject({ code: 'invalidInput', field: 'idempotencyKey' });
    await withdraw('hq', first);
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['without a reason', { reason: ' ' }, { code: 'invalidInput', field: 'reason' }],
    ['for no terminal', { targets: [] }, { code: 'invalidInput', field: 'targets' }],
    ['for a terminal twice', { targets: [...BERLIN(1), ...BERLIN(1)] }, { code: 'invalidInput', field: 'targets' }],
    ['for a terminal that is none', { targets: [{ storeId: 'berlin', terminalId: 'x' }] }, { code: 'notFound' }],
    ['of an action that needs nobody', { action: 'diagnoseTerminal' }, { code: 'invalidInput', field: 'action' }],
    ['of what a terminal can not do', { action: 'powerCycleTerminal' }, { code: 'unsupportedAction', block: 'noPowerSwitch' }],
  ])('is not taken %s', async (_name, input, refusal) => {
    expect(await ask('hq', input)).toMatchObject(refusal);
  });
});

describe('attacks', () => {
  it('R1 the same person can not agree, whatever hash is named', async () => {
    const request = await ask('hq');
    expect(await approve('hq', request)).toMatchObject({ code: 'ownRequest' });
    expect(await refuse('hq', request)).toMatchObject({ code: 'ownRequest' });
    expect(await stateOf(request)).toBe('waiting');
    expect(await commandsFor(request)).toEqual([]);
  });

  it('R1 not even the database takes it from the application', async () => {
    const request = await ask('hq');
    const source = await world.database.dataSource();
    const forge = source.transaction(async (tx) => {
      await tx.query("SELECT set_config('tillward.stores', '*', true)");
      await tx.query("UPDATE fleet_request SET state = 'approved', decided_by = requested_by WHERE id = $1", [request.id]);
    });
    await expect(forge).rejects.toThrow(/check constraint/);
    expect(await stateOf(request)).toBe('waiting');
  });

  it('who may not order may not agree', async () => {
    const request = await ask('manager-berlin', { action: 'restartTerminal', targets: BERLIN(6) });
    for (const person of ['auditor', 'cashier-berlin']) {
      const { errors } = await world.ask(
        cookies[person],
        `mutation { approveFleetRequest(input: {id: "${request.id}", hash: "${request.hash}"}) { __typename } }`,
      );
      expect(errors?.[0]?.extensions.code).toBe('notAllowed');
    }
    expect(await commandsFor(request)).toEqual([]);
  });

  it('R5 a manager of another store, or of one store of two, neither sees nor decides nor asks', async () => {
    const one = await ask('manager-berlin', { action: 'restartTerminal', targets: BERLIN(6) });
    const both = await ask('hq');
    const listed = (await world.ask(cookies['manager-tokyo'], '{ fleetRequests { totalCount edges { node { id } } } }')).data.fleetRequests;
    expect(listed).toEqual({ totalCount: 0, edges: [] });
    for (const request of [one, both]) {
      expect(await approve('manager-tokyo', request)).toMatchObject({ code: 'notFound' });
      expect(await refuse('manager-tokyo', request)).toMatchObject({ code: 'notFound' });
      expect(await stateOf(request)).toBe('waiting');
    }
    expect(await approve('manager-berlin', both)).toMatchObject({ code: 'notFound' });
    expect(await ask('manager-tokyo')).toMatchObject({ code: 'notFound' });
  });

  it.each<[string, string]>([
    ['another action', "UPDATE fleet_request SET action = 'settleTerminal' WHERE id = $1"],
    ['another reason', "UPDATE fleet_request SET reason = 'x' WHERE id = $1"],
    ['a later end', "UPDATE fleet_request SET expires_at = expires_at + interval '1 day' WHERE id = $1"],
    ['somebody else asking', "UPDATE fleet_request SET requested_by = 'auditor' WHERE id = $1"],
    ['a terminal more', "INSERT INTO fleet_request_target (store_id, request_id, terminal_id) VALUES ('berlin', $1, 'berlin-5')"],
    ['another terminal', "UPDATE fleet_request_target SET terminal_id = 'berlin-7' WHERE request_id = $1 AND store_id = 'berlin'"],
    ['a terminal less', "DELETE FROM fleet_request_target WHERE request_id = $1 AND store_id = 'tokyo'"],
  ])('R2 content changed after asking: %s', async (_name, statement) => {
    const request = await ask('hq');
    await world.database.query(statement, [request.id]);
    expect(await approve('hq-2', request)).toMatchObject({ code: 'contentChanged' });
    expect(await commandsFor(request)).toEqual([]);
    expect(await stateOf(request)).toBe('waiting');
  });

  it('R2 an approval of something else is none', async () => {
    const small = await ask('hq', { targets: BERLIN(6) });
    const large = await ask('hq', { targets: BERLIN(8) });
    expect(await approve('hq-2', large, small.hash)).toMatchObject({ code: 'contentChanged' });
    expect(await approve('hq-2', large, '')).toMatchObject({ code: 'contentChanged' });
    expect(await commandsFor(large)).toEqual([]);
  });

  it('R6 the application can not change what was asked, nor remove it', async () => {
    const request = await ask('hq');
    const source = await world.database.dataSource();
    const statements = [
      "UPDATE fleet_request SET action = 'settleTerminal' WHERE id = $1",
      "UPDATE fleet_request SET hash = '' WHERE id = $1",
      'UPDATE fleet_request SET expires_at = now() WHERE id = $1',
      'DELETE FROM fleet_request WHERE id = $1',
      "UPDATE fleet_request_target SET terminal_id = 'berlin-7' WHERE request_id = $1",
      'DELETE FROM fleet_request_target WHERE request_id = $1',
    ];
    for (const statement of statements) {
      const tried = source.transaction(async (tx) => {
        await tx.query("SELECT set_config('tillward.stores', '*', true)");
        await tx.query(statement, [request.id]);
      });
      await expect(tried).rejects.toThrow(/permission denied/);
    }
  });

  it('R4 a decision can’t be undone in the database, so that an approval would count once more', async () => {
    const request = await ask('hq');
    await approve('hq-2', request);
    const again = world.database.query("UPDATE fleet_request SET state = 'waiting', decided_by = NULL WHERE id = $1", [request.id]);
    await expect(again).rejects.toThrow(/was decided/);
    expect(await stateOf(request)).toBe('approved');
  });

  it.each<[string, string, string]>([
    [
      'is no manager any more',
      "UPDATE person SET role = 'cashier' WHERE id = 'manager-berlin'",
      "UPDATE person SET role = 'manager' WHERE id = 'manager-berlin'",
    ],
    [
      'does not belong to the store any more',
      "DELETE FROM person_store WHERE person_id = 'manager-berlin'",
      "INSERT INTO person_store (store_id, person_id) VALUES ('berlin', 'manager-berlin')",
    ],
  ])('R8 nothing is agreed to for somebody who %s', async (_name, taken, given) => {
    const request = await ask('manager-berlin', { action: 'restartTerminal', targets: BERLIN(6) });
    await world.database.query(taken);
    expect(await approve('manager-berlin-2', request)).toMatchObject({ code: 'notAllowed' });
    expect(await commandsFor(request)).toEqual([]);
    await world.database.query(given);
    expect(await approve('manager-berlin-2', request)).toMatchObject({ state: 'approved' });
  });

  it('R8 a manager agrees to what HQ asked for, without seeing HQ’s people', async () => {
    const request = await ask('hq', { action: 'restartTerminal', targets: BERLIN(6) });
    expect(await approve('manager-berlin', request)).toMatchObject({ state: 'approved' });
  });

  it('R4 an approval sent again makes nothing more', async () => {
    const request = await ask('hq');
    const first = await approve('hq-2', request);
    const before = await commandsFor(request);
    // Meanwhile its commands may have left.
    const { targets: _later, ...again } = await approve('hq-2', request);
    const { targets: _earlier, ...once } = first;
    expect(again).toEqual(once);
    expect(await approve('hq', request)).toMatchObject({ code: 'ownRequest' });
    expect(await commandsFor(request)).toEqual(before);
    expect(await auditOf(request)).toHaveLength(2);
    const other = await ask('hq');
    expect(await approve('hq-2', other, request.hash)).toMatchObject({ code: 'contentChanged' });
  });

  it('R4 of two who decide at once, one does', async () => {
    const request = await ask('manager-berlin', { action: 'restartTerminal', targets: BERLIN(6) });
    const [one, other] = await Promise.all([approve('hq', request), refuse('manager-berlin-2', request)]);
    const outcomes = [one, other].map((answer) => answer.code ?? 'done');
    expect(outcomes.toSorted()).toEqual(['alreadyDone', 'done']);
    expect(await commandsFor(request)).toHaveLength(one.code === undefined ? 6 : 0);
    const twice = await ask('hq');
    await Promise.all([approve('hq-2', twice), approve('hq-2', twice), approve('hq-2', twice)]);
    expect(await commandsFor(twice)).toHaveLength(2);
  });

  it('an approval that comes too late is refused, before and after the request is written off', async () => {
    const request = await ask('hq');
    world.advance(60 * 60_000);
    expect(await approve('hq-2', request)).toMatchObject({ code: 'requestExpired' });
    expect(await stateOf(request)).toBe('waiting');
    await world.core.app.get(Approvals, { strict: false }).sweep();
    expect(await stateOf(request)).toBe('expired');
    expect(await approve('hq-2', request)).toMatchObject({ code: 'requestExpired' });
    expect(await commandsFor(request)).toEqual([]);
    expect((await auditOf(request)).at(-1)).toEqual(['fleetRequest.expired', 'approvals', true]);
  });

  it('C6 many single orders are no way around the second person, also when they come at once', async () => {
    const order = async (terminalId: string, action = 'restartTerminal', person = 'manager-berlin'): Promise<Loose> =>
      (
        await world.ask(
          cookies[person],
          `mutation ($input: RunTerminalActionInput!) { runTerminalAction(input: $input) { __typename ... on Refusal { code } ... on SecondPersonNeeded { limit } } }`,
          { input: { storeId: 'berlin', terminalId, action, reason: 'One by one', idempotencyKey: key() } },
        )
      ).data.runTerminalAction;
    const answers = await Promise.all(BERLIN(8).map(({ terminalId }) => order(terminalId)));
    expect(answers.filter(({ __typename }) => __typename === 'TerminalCommand')).toHaveLength(5);
    expect(answers.filter(({ __typename }) => __typename === 'SecondPersonNeeded')).toEqual(
      Array(3).fill({ __typename: 'SecondPersonNeeded', code: 'secondPersonNeeded', limit: 5 }),
    );
    // Another action on money or power adds up with them; one on neither does not, nor does another person's.
    const left = answers.findIndex(({ code }) => code === 'secondPersonNeeded');
    expect(await order(`berlin-${left + 1}`, 'settleTerminal')).toMatchObject({ code: 'secondPersonNeeded' });
    expect(await order(`berlin-${left + 1}`, 'diagnoseTerminal')).toMatchObject({ __typename: 'TerminalCommand' });
    expect(await order(`berlin-${left + 1}`, 'settleTerminal', 'manager-berlin-2')).toMatchObject({ __typename: 'TerminalCommand' });
    world.advance(61 * 60_000);
    expect(await order(`berlin-${left + 1}`, 'settleTerminal', 'manager-berlin')).toMatchObject({ code: 'alreadyRunning' });
    await world.database.query("UPDATE command SET state = 'succeeded' WHERE state IN ('created', 'sent')");
    expect(await order(`berlin-${left + 1}`, 'settleTerminal')).toMatchObject({ __typename: 'TerminalCommand' });
  });
});

describe('the list', () => {
  it('is paged, narrowed by state, newest first', async () => {
    const list = async (args: string): Promise<Loose> =>
      (
        await world.ask(
          cookies['hq-2'],
          `{ fleetRequests(${args}) { totalCount pageInfo { hasNextPage endCursor } edges { node { id state mayDecide } } } }`,
        )
      ).data.fleetRequests;
    const old = await ask('hq');
    await refuse('hq-2', old);
    world.advance(1_000);
    const newest = await ask('hq');
    const waiting = await list('states: [waiting], first: 1');
    expect(waiting.edges[0].node).toEqual({ id: newest.id, state: 'waiting', mayDecide: true });
    const first = await list('first: 1');
    const second = await list(`first: 1, after: "${first.pageInfo.endCursor}"`);
    expect([first.edges[0].node.id, second.edges[0].node.id]).toEqual([newest.id, old.id]);
    expect((await list('states: [refused]')).edges.map(({ node }: Loose) => node.state)).not.toContain('waiting');
  });
});
