import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { key, type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { entry } from '../ingest/ingest.fixtures.js';

let world: TestCore;
let manager: string;
beforeAll(async () => {
  world = await startTestCore();
  manager = await world.signIn('manager-berlin');
  await world.report('berlin', 'on');
});
afterAll(() => world.stop());

const RESULT = `__typename
  ... on Refusal { code message } ... on InvalidInput { field } ... on UnsupportedAction { block } ... on AlreadyRunning { commandId }
  ... on TerminalCommand { id action state reason requestedBy text depth outcomeCode outcomeDetail }`;

const order = async (input: Record<string, unknown>, cookie = manager): Promise<Loose> => {
  const full = { storeId: 'berlin', terminalId: 'berlin-1', reason: 'It looked stuck', idempotencyKey: key(), ...input };
  const answer = await world.ask(cookie, `mutation ($input: RunTerminalActionInput!) { runTerminalAction(input: $input) { ${RESULT} } }`, {
    input: full,
  });
  expect(answer.errors).toBeUndefined();
  return answer.data.runTerminalAction;
};

const commands = async (args = '', id = 'berlin-1'): Promise<Loose> =>
  (
    await world.ask(
      manager,
      `{ terminal(storeId: "berlin", id: "${id}") { commands${args} { totalCount pageInfo { hasNextPage endCursor } edges { node { id action state reason requestedBy outcomeCode outcomeDetail } } } } }`,
    )
  ).data.terminal.commands;

async function finish(commandId: string, outcome: 'CommandSucceeded' | 'CommandFailed' = 'CommandSucceeded'): Promise<void> {
  const received = { commandId, action: 'x', requestedBy: 'x', expiresAt: '2026-11-21T21:00:00.000Z' };
  const end =
    outcome === 'CommandSucceeded'
      ? entry('CommandSucceeded', { commandId, detail: 'all well' }, 'berlin-1')
      : entry('CommandFailed', { commandId, code: 'hostUnreachable', detail: 'no answer' }, 'berlin-1');
  world.gateways.get('berlin')!.append(entry('CommandReceived', received, 'berlin-1'), end);
  await world.upload('berlin');
}

describe('an order', () => {
  it('becomes a signed command with its parameters, an audit entry with its reason, and an outcome', async () => {
    const ordered = await order({ action: 'diagnoseTerminal', depth: 'self' });
    expect(ordered).toMatchObject({
      __typename: 'TerminalCommand',
      state: 'created',
      reason: 'It looked stuck',
      requestedBy: 'Name of manager-berlin',
      depth: 'self',
    });
    await world.settle();
    const sent = world.told.find(({ channel, body }) => channel === 'command' && body['id'] === ordered.id);
    expect(sent?.body).toMatchObject({ terminal: 'berlin-1', action: 'diagnoseTerminal', parameters: { depth: 'self' } });
    const audited = await world.database.query<{ detail: Loose; actor: string }>(
      `SELECT detail::jsonb AS detail, actor FROM audit_entry WHERE action = 'command.created' AND subject = $1`,
      [`command:${ordered.id}`],
    );
    expect(audited).toMatchObject([
      {
        actor: 'Name of manager-berlin',
        detail: { reason: 'It looked stuck', for: 'terminal:berlin/berlin-1', parameters: { depth: 'self' } },
      },
    ]);
    await finish(ordered.id, 'CommandFailed');
    const { data } = await world.ask(
      manager,
      '{ terminal(storeId: "berlin", id: "berlin-1") { history(first: 1) { edges { node { kind action commandId } } } } }',
    );
    expect(data.terminal.history.edges[0].node).toEqual({ kind: 'CommandFailed', action: 'diagnoseTerminal', commandId: ordered.id });
    expect((await commands()).edges[0].node).toMatchObject({ id: ordered.id, state: 'failed', outcomeCode: 'hostUnreachable' });
  });

  it('carries no parameters where there are none', async () => {
    const ordered = await order({ action: 'setTerminalTime' });
    await world.settle();
    const sent = world.told.find(({ body }) => body['id'] === ordered.id);
    expect(sent).toBeDefined();
    expect(sent!.body).not.toHaveProperty('parameters');
    await finish(ordered.id);
  });

  it('is taken for a store that is offline, and waits', async () => {
    const { data } = await world.ask(
      await world.signIn('hq'),
      '{ terminal(storeId: "tokyo", id: "tokyo-1") { actions { action available waits } } }',
    );
    expect(data.terminal.actions).toContainEqual({ action: 'captureDialogue', available: true, waits: true });
    const ordered = await order({ storeId: 'tokyo', terminalId: 'tokyo-1', action: 'captureDialogue' }, await world.signIn('hq'));
    expect(ordered).toMatchObject({ __typename: 'TerminalCommand', state: 'created' });
  });

  it('is one order per key, also when it comes twice at once', async () => {
    const input = { action: 'openTerminal', idempotencyKey: key() };
    const [first, second] = await Promise.all([order(input), order(input)]);
    expect(first).toMatchObject({ __typename: 'TerminalCommand' });
    expect(second.id).toBe(first.id);
    expect(await order({ ...input, action: 'settleTerminal' })).toMatchObject({ code: 'invalidInput', field: 'idempotencyKey' });
    await finish(first.id);
    expect(await order(input)).toMatchObject({ id: first.id, state: 'succeeded', outcomeDetail: 'all well' });
  });

  it('is not taken twice while the first is under way, whatever the key', async () => {
    const [one, other] = await Promise.all([order({ action: 'settleTerminal' }), order({ action: 'settleTerminal' })]);
    const [taken, refused] = one.__typename === 'TerminalCommand' ? [one, other] : [other, one];
    expect(refused).toMatchObject({ code: 'alreadyRunning', commandId: taken.id });
    const { data } = await world.ask(manager, '{ terminal(storeId: "berlin", id: "berlin-1") { actions { action available block } } }');
    const blocked = data.terminal.actions.filter((option: Loose) => option.block === 'alreadyRunning');
    expect(blocked).toEqual([{ action: 'settleTerminal', available: false, block: 'alreadyRunning' }]);
    expect(await order({ action: 'settleTerminal', terminalId: 'berlin-2' })).toMatchObject({ __typename: 'TerminalCommand' });
    await finish(taken.id);
    expect(await order({ action: 'settleTerminal' })).toMatchObject({ __typename: 'TerminalCommand' });
  });

  it('does not use its key up when it is refused', async () => {
    const idempotencyKey = key();
    expect(await order({ action: 'displayMessage', idempotencyKey })).toMatchObject({ code: 'invalidInput', field: 'text' });
    expect(await order({ action: 'displayMessage', text: '请稍候', idempotencyKey })).toMatchObject({ text: '请稍候' });
  });
});

describe('an order is refused', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['without a reason', { action: 'closeTerminal', reason: ' ' }, { code: 'invalidInput', field: 'reason' }],
    ['with a key that is no UUID', { action: 'closeTerminal', idempotencyKey: 'x' }, { code: 'invalidInput', field: 'idempotencyKey' }],
    ['for a terminal there is not', { action: 'closeTerminal', terminalId: 'berlin-9' }, { code: 'notFound' }],
    ['for a terminal of another store', { action: 'closeTerminal', terminalId: 'tokyo-1' }, { code: 'notFound' }],
    ['for another manager’s store', { action: 'closeTerminal', storeId: 'tokyo', terminalId: 'tokyo-1' }, { code: 'notFound' }],
    ['for power nobody can switch', { action: 'powerCycleTerminal' }, { code: 'unsupportedAction', block: 'noPowerSwitch' }],
  ])('%s', async (_case, input, refusal) => {
    const before = await commands();
    expect(await order(input)).toMatchObject(refusal);
    expect((await commands()).totalCount).toBe(before.totalCount);
  });

  it('on a terminal that is only observed', async () => {
    await world.database.query("UPDATE terminal SET driver = 'unionpay' WHERE terminal_id = 'berlin-2'");
    expect(await order({ action: 'signOnTerminal', terminalId: 'berlin-2' })).toMatchObject({
      code: 'unsupportedAction',
      block: 'observedOnly',
    });
    await world.database.query("UPDATE terminal SET driver = 'zvt' WHERE terminal_id = 'berlin-2'");
  });

  it.each(['cashier-berlin', 'auditor'])('when %s gives it', async (person) => {
    const input = { storeId: 'berlin', terminalId: 'berlin-1', action: 'captureDialogue', reason: 'r', idempotencyKey: key() };
    const query = 'mutation ($input: RunTerminalActionInput!) { runTerminalAction(input: $input) { __typename } }';
    const { errors } = await world.ask(await world.signIn(person), query, { input });
    expect(errors?.[0]?.extensions.code).toBe('notAllowed');
  });
});

describe('the list of commands', () => {
  it('is the newest first, each once, whatever the page', async () => {
    const all = (await commands('(first: 100)')).edges.map((edge: Loose) => edge.node.id);
    const seen: string[] = [];
    let after = '';
    for (;;) {
      const page = await commands(`(first: 2${after})`);
      expect(page.totalCount).toBe(all.length);
      seen.push(...page.edges.map((edge: Loose) => edge.node.id));
      if (!page.pageInfo.hasNextPage) break;
      after = `, after: "${page.pageInfo.endCursor}"`;
    }
    expect(seen).toEqual(all);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('terminalChanged', () => {
  it('tells of a command’s fate to who watches this terminal, and to nobody of another store', async () => {
    const heard = { 'manager-berlin': [] as string[], 'manager-tokyo': [] as string[] };
    const clients = await Promise.all(Object.entries(heard).map(([person, lines]) => watch(person, lines)));
    await new Promise((resolve) => setTimeout(resolve, 300));
    world.advance(1_000);
    const { id } = await order({ action: 'abortTerminal' });
    await expect.poll(() => heard['manager-berlin'].join()).toMatch(/"(created|sent)"/);
    await finish(id);
    await expect.poll(() => heard['manager-berlin'].join()).toContain(`"id":"${id}","state":"succeeded"`);
    expect(heard['manager-tokyo']).toEqual([]);
    for (const client of clients) await client.dispose();
  });
});

async function watch(person: string, lines: string[]) {
  const cookie = await world.signIn(person);
  class WithCookie extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols, { headers: { cookie } });
    }
  }
  const client = createClient({ url: `${world.core.url.replace('http', 'ws')}/graphql`, webSocketImpl: WithCookie, retryAttempts: 0 });
  const query =
    'subscription { terminalChanged(storeId: "berlin", id: "berlin-1") { commands(first: 1) { edges { node { id state } } } } }';
  const heard = (value: unknown) => void lines.push(JSON.stringify(value));
  client.subscribe({ query }, { next: heard, error: heard, complete: () => undefined });
  return client;
}
