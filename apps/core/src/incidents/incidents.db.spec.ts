import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EVENING, key, type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { entry, paymentIds, sale, type Written } from '../ingest/ingest.fixtures.js';
import { IncidentJobs } from './index.js';

let world: TestCore;
let manager: string;
let routines = 0;
/** Every test has a terminal of its own, so that they can share a core. */
let terminal: string;
let tests = 0;

async function start(berlinTerminals: number): Promise<void> {
  world = await startTestCore({ berlinTerminals });
  manager = await world.signIn('manager-berlin');
}
beforeEach(() => {
  tests += 1;
  terminal = `berlin-${tests}`;
});

const DAY = '2026-11-21';
const MINUTE = 60_000;
const totals = { currency: 'EUR', amountMinor: 1_250, count: 1 };

async function journal(...entries: Written[]): Promise<void> {
  world.gateways.get('berlin')!.append(...entries);
  await world.upload('berlin');
}

function closing() {
  routines += 1;
  return { routineId: `00000000-0000-4000-8000-${String(routines).padStart(12, '0')}`, businessDay: DAY };
}

const blocked = (step: 'settle' | 'powerOff', code: 'hostUnreachable' | 'powerSwitchUnreachable') =>
  entry('CloseBlocked', { ...closing(), step, code, detail: 'no answer', evidence: {} }, terminal);
const settled = (batchNo = 1) => {
  const ids = { settlementId: paymentIds().paymentId, batchNo, businessDay: DAY };
  return [
    entry('SettlementStarted', { ...ids, by: 'command', journalTotals: totals, terminalTotals: totals }, terminal),
    entry('SettlementCompleted', { ...ids, journalTotals: totals, terminalTotals: totals, hostTotals: totals }, terminal),
  ];
};
const proven = (businessDay = DAY) => entry('CloseProven', { ...closing(), businessDay, overnight: 'off', totals, steps: [] }, terminal);
const sweep = () => world.core.app.get(IncidentJobs, { strict: false }).sweep();

const INCIDENT = `id kind state cause businessDay amount { amountMinor currency } acknowledgedBy resolvedAt openedAt dueAt
  terminal { id } store { id openIncidents }
  steps { id key state mode commandState doneBy note skipReason check { passed detail } }
  history { actor action detail }`;
const RESULT = `__typename ... on Refusal { code message } ... on InvalidInput { field } ... on Incident { ${INCIDENT} }`;

async function incidents() {
  const { data } = await world.ask(manager, `{ incidents { totalCount edges { node { ${INCIDENT} } } } }`);
  return data.incidents.edges.map((edge: { node: unknown }) => edge.node);
}

async function only() {
  const all = (await incidents()).filter((incident: Loose) => incident.terminal?.id === terminal);
  expect(all).toHaveLength(1);
  return all[0];
}

const states = (incident: { steps: { key: string; state: string }[] }) => incident.steps.map((step) => `${step.key} ${step.state}`);

async function complete(incident: Loose, stepKey: string, options: { note?: string; key?: string; cookie?: string } = {}) {
  const stepId = incident.steps.find((step: { key: string }) => step.key === stepKey).id;
  const input = { incidentId: incident.id, stepId, idempotencyKey: options.key ?? key(), note: options.note ?? null };
  const query = `mutation ($input: CompleteStepInput!) { completeStep(input: $input) { ${RESULT} } }`;
  return (await world.ask(options.cookie ?? manager, query, { input })).data.completeStep;
}

async function skip(incident: Loose, stepKey: string, reason: string) {
  const stepId = incident.steps.find((step: { key: string }) => step.key === stepKey).id;
  const query = `mutation ($input: SkipStepInput!) { skipStep(input: $input) { ${RESULT} } }`;
  return (await world.ask(manager, query, { input: { incidentId: incident.id, stepId, idempotencyKey: key(), reason } })).data.skipStep;
}

/** The command last sent to the gateway. */
function lastCommand(): Record<string, string> {
  return world.told.filter((told) => told.channel === 'command').at(-1)!.body as Record<string, string>;
}

const received = (commandId: string) =>
  entry('CommandReceived', { commandId, action: 'settleTerminal', requestedBy: 'x', expiresAt: '2026-11-21T19:15:00.000Z' }, terminal);

async function openMissed() {
  await journal(...sale(1_250, 7, terminal), blocked('settle', 'hostUnreachable'));
  return await only();
}

describe('a settlement that failed at closing', () => {
  beforeAll(() => start(20));
  afterAll(() => world.stop());

  it('opens one incident with its playbook, amount and cause, and marks the batch missed', async () => {
    const incident = await openMissed();
    expect(incident).toMatchObject({
      kind: 'settlementMissed',
      state: 'open',
      cause: 'hostUnreachable',
      businessDay: DAY,
      amount: { amountMinor: 1_250, currency: 'EUR' },
      terminal: { id: terminal },
      store: { id: 'berlin', openIncidents: 1 },
      openedAt: EVENING.toISOString(),
      dueAt: new Date(EVENING.getTime() + 30 * MINUTE).toISOString(),
    });
    expect(states(incident)).toEqual(['checkTerminal ready', 'settleNow waiting', 'closeTerminal waiting', 'recordCause waiting']);
    expect(incident.history).toEqual([{ actor: 'detector', action: 'opened', detail: 'hostUnreachable: step settle, no answer' }]);
    const { data } = await world.ask(manager, `{ batches(filter: {terminalId: "${terminal}"}) { edges { node { state } } } }`);
    expect(data.batches.edges[0].node.state).toBe('missed');
  });

  it('is worked from the first step to the last, done by evidence where there is some, all of it in the audit log', async () => {
    let incident = await openMissed();
    const acknowledged = await world.ask(
      manager,
      `mutation { acknowledgeIncident(incidentId: "${incident.id}", idempotencyKey: "${key()}") { ${RESULT} } }`,
    );
    expect(acknowledged.data.acknowledgeIncident).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'Name of manager-berlin' });

    incident = await complete(incident, 'checkTerminal', { note: 'cable was loose' });
    expect(states(incident).slice(0, 2)).toEqual(['checkTerminal done', 'settleNow ready']);
    expect(incident.steps[1].check).toEqual({ passed: false, detail: 'batch 1 is missed, 1 payments' });

    incident = await complete(incident, 'settleNow');
    expect(incident.steps[1]).toMatchObject({ state: 'running', commandState: 'created' });
    await world.settle();
    const command = lastCommand();
    expect(command).toMatchObject({
      store: 'berlin',
      gateway: 'gw-berlin',
      terminal: terminal,
      action: 'settleTerminal',
      requestedBy: 'Name of manager-berlin',
    });
    expect(Date.parse(command['expiresAt']!) - Date.parse(command['notBefore']!)).toBe(15 * MINUTE);
    expect((await only()).steps[1].commandState).toBe('sent');

    await journal(received(command['id']!), entry('CommandStarted', { commandId: command['id']! }, terminal));
    expect((await only()).steps[1]).toMatchObject({ state: 'running', commandState: 'running' });
    await journal(...settled(), entry('CommandSucceeded', { commandId: command['id']!, detail: '' }, terminal));
    incident = await only();
    expect(incident.steps[1]).toMatchObject({
      state: 'done',
      doneBy: 'telemetry',
      commandState: 'succeeded',
      check: { passed: true, detail: 'batch 1 is settled' },
    });

    incident = await complete(incident, 'closeTerminal');
    await world.settle();
    expect(lastCommand()['action']).toBe('closeTerminal');
    await journal(proven(), entry('CommandSucceeded', { commandId: lastCommand()['id']!, detail: '' }, terminal));
    incident = await only();
    expect(states(incident).slice(2)).toEqual(['closeTerminal done', 'recordCause ready']);

    incident = await complete(incident, 'recordCause', { note: 'network cable' });
    expect(incident).toMatchObject({ state: 'resolved', resolvedAt: EVENING.toISOString() });
    const auditor = await world.signIn('auditor');
    const { data } = await world.ask(
      auditor,
      '{ auditEntries(first: 200) { edges { node { action actorRole summary } } } auditVerification { intact } }',
    );
    const actions = data.auditEntries.edges.map((edge: Loose) => edge.node).filter((node: Loose) => node.summary.includes(terminal));
    expect(actions.reverse().map((node: Loose) => `${node.action} ${node.actorRole}`)).toEqual([
      'incident.opened system',
      'incident.acknowledged manager',
      'incident.stepDone manager',
      'command.created manager',
      'incident.stepDone system',
      'command.finished system',
      'command.created manager',
      'incident.stepDone system',
      'command.finished system',
      'incident.stepDone manager',
      'incident.resolved manager',
    ]);
    expect(data.auditVerification.intact).toBe(true);
  });

  it('gives a step back, with the reason in the history, when its command fails, is refused or expires', async () => {
    let incident = await complete(await openMissed(), 'checkTerminal');
    const attempts = [
      (id: string) =>
        journal(received(id), entry('CommandFailed', { commandId: id, code: 'hostUnreachable', detail: 'no answer' }, terminal)),
      (id: string) => journal(entry('CommandRejected', { commandId: id, reason: 'expired' }, terminal)),
      (id: string) => journal(received(id), entry('CommandSucceeded', { commandId: id, detail: '' }, terminal)),
      async () => {
        world.advance(17 * MINUTE);
        await sweep();
      },
    ];
    const outcomes: unknown[] = [];
    for (const attempt of attempts) {
      expect((await complete(incident, 'settleNow')).steps[1].state).toBe('running');
      await world.settle();
      await attempt(lastCommand()['id']!);
      incident = await only();
      expect(incident.steps[1].state).toBe('ready');
      outcomes.push(incident.steps[1].commandState, incident.history.at(-1).detail);
    }
    expect(outcomes).toEqual([
      'failed',
      'settleNow: failed, hostUnreachable, no answer',
      'rejected',
      'settleNow: rejected, expired',
      'succeeded',
      'settleNow: the gateway reports success, but the evidence is missing',
      'expired',
      'settleNow: expired',
    ]);
  });

  it('has its steps done by telemetry when everything turned out well before anybody acted', async () => {
    const incident = await openMissed();
    await journal(...settled(), proven());
    expect(states(await only())[1]).toBe('settleNow waiting');
    const after = await complete(incident, 'checkTerminal');
    expect(states(after)).toEqual(['checkTerminal done', 'settleNow done', 'closeTerminal done', 'recordCause ready']);
    expect(after.steps.map((step: { doneBy: string }) => step.doneBy)).toEqual(['Name of manager-berlin', 'telemetry', 'telemetry', null]);
  });

  it('is not taken for closed by a proof older than what it was opened for', async () => {
    await journal(...sale(1_250, 7, terminal), ...settled(), proven(), blocked('powerOff', 'powerSwitchUnreachable'));
    const incident = await complete(await only(), 'readReason');
    expect(incident).toMatchObject({ kind: 'closeBlocked' });
    expect(incident.steps[1]).toMatchObject({ state: 'ready', check: { passed: false } });
  });
});

describe('actions of people', () => {
  beforeAll(() => start(20));
  afterAll(() => world.stop());

  it('happen once per key: the same again is the same answer, another action under it is refused', async () => {
    const incident = await openMissed();
    const once = key();
    await complete(incident, 'checkTerminal', { key: once });
    const again = await complete(incident, 'checkTerminal', { key: once });
    expect(again).toMatchObject({ __typename: 'Incident' });
    expect(again.history.filter((event: { action: string }) => event.action === 'step.done')).toHaveLength(1);
    expect(await complete(incident, 'settleNow', { key: once })).toMatchObject({ code: 'invalidInput', field: 'idempotencyKey' });
    expect(await complete(incident, 'settleNow', { key: 'not a uuid' })).toMatchObject({ code: 'invalidInput', field: 'idempotencyKey' });
  });

  it('keep the order of steps, and a refused action does not use its key up', async () => {
    const incident = await openMissed();
    const once = key();
    expect(await complete(incident, 'settleNow', { key: once })).toMatchObject({ __typename: 'StepNotReady' });
    await complete(incident, 'checkTerminal');
    expect(await complete(incident, 'checkTerminal')).toMatchObject({ __typename: 'AlreadyDone' });
    expect((await complete(incident, 'settleNow', { key: once })).steps[1].state).toBe('running');
    expect(await complete(incident, 'settleNow')).toMatchObject({ __typename: 'StepNotReady' });
    expect(await skip(incident, 'settleNow', 'no time')).toMatchObject({ __typename: 'StepNotReady' });
  });

  it('by two at once have one effect', async () => {
    const incident = await openMissed();
    const hq = await world.signIn('hq');
    const answers = await Promise.all([complete(incident, 'checkTerminal'), complete(incident, 'checkTerminal', { cookie: hq })]);
    expect(answers.map((answer) => answer.__typename).sort()).toEqual(['AlreadyDone', 'Incident']);
  });

  it('can skip a step for a reason, which is kept; the last step needs its note', async () => {
    let incident = await openMissed();
    expect(await skip(incident, 'checkTerminal', ' ')).toMatchObject({ code: 'invalidInput', field: 'reason' });
    for (const step of ['checkTerminal', 'settleNow', 'closeTerminal']) incident = await skip(incident, step, 'terminal was replaced');
    expect(incident.steps[1]).toMatchObject({ state: 'skipped', skipReason: 'terminal was replaced', doneBy: 'Name of manager-berlin' });
    expect(await complete(incident, 'recordCause')).toMatchObject({ code: 'invalidInput', field: 'note' });
    expect(await complete(incident, 'recordCause', { note: 'broken' })).toMatchObject({ state: 'resolved' });
    world.advance(3 * 60 * MINUTE);
    await sweep();
    expect((await only()).state).toBe('resolved');
  });

  it('are for managers of the store and HQ', async () => {
    const incident = await openMissed();
    const other = await world.signIn('manager-tokyo');
    expect(await complete(incident, 'checkTerminal', { cookie: other })).toMatchObject({ __typename: 'NotFound' });
    const hq = await world.signIn('hq');
    expect(await complete(incident, 'checkTerminal', { cookie: hq })).toMatchObject({ __typename: 'Incident', state: 'acknowledged' });
  });
});

describe('the sweep', () => {
  beforeEach(() => {
    terminal = 'berlin-1';
    return start(2);
  });
  afterEach(() => world.stop());

  // Berlin closes at 22:00, three hours after EVENING begins at 20:00 local time.
  const closes = 2 * 60 * MINUTE;

  it.each([
    ['on, 16 minutes after the closing', closes + 16 * MINUTE, 'on', ['terminalLeftOn berlin-1', 'terminalLeftOn berlin-2']],
    ['on, 14 minutes after the closing', closes + 14 * MINUTE, 'on', []],
    ['unknown, long after the closing', closes + 60 * MINUTE, 'unknown', []],
    ['off, long after the closing', closes + 60 * MINUTE, 'off', []],
  ] as [string, number, 'on' | 'off' | 'unknown', string[]][])('finds terminals left on: %s', async (_name, afterMs, power, expected) => {
    world.advance(afterMs);
    await world.report('berlin', power);
    await sweep();
    await sweep();
    const found = (await incidents()).map((incident: Loose) => `${incident.kind} ${incident.terminal.id}`);
    expect(found.sort()).toEqual(expected);
  });

  it('and further attempts open no second incident beside an unresolved one; attempts go into its history', async () => {
    await openMissed();
    await journal(blocked('settle', 'hostUnreachable'), blocked('powerOff', 'powerSwitchUnreachable'));
    world.advance(5 * 60 * MINUTE);
    await world.report('berlin', 'on');
    await sweep();
    const incident = await only();
    expect(incident.history.map((event: { action: string }) => event.action)).toEqual(['opened', 'closeBlocked', 'closeBlocked']);
  });

  it('does not take a terminal for on when its gateway has gone silent', async () => {
    await world.report('berlin', 'on');
    world.advance(closes + 30 * MINUTE);
    await sweep();
    expect(await incidents()).toEqual([]);
  });

  it('finds a batch not settled an hour after the closing, and not before', async () => {
    await journal(...sale(1_250, 7, terminal));
    world.advance(closes + 59 * MINUTE);
    await sweep();
    expect(await incidents()).toEqual([]);
    world.advance(2 * MINUTE);
    await sweep();
    expect(await only()).toMatchObject({ kind: 'settlementMissed', cause: 'notSettled', amount: { amountMinor: 1_250 } });
  });

  it('D6: tells what a gateway sent and nobody could read as one incident of the store, the rest of it in the history', async () => {
    const unreadable = { kind: 'PaymentStarted', terminal, payload: '{"paymentId":"no uuid"}' };
    await journal(unreadable, ...sale(1_250, 7, terminal));
    await journal(unreadable);
    await world.settle();
    const [incident, ...others] = (await incidents()).filter(({ kind }: { kind: string }) => kind === 'journalQuarantined');
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ cause: 'unreadable', terminal: null, state: 'open', store: { id: 'berlin' } });
    expect(incident.history.map((event: { action: string }) => event.action)).toEqual(['opened', 'journalTrouble', 'journalTrouble']);
    expect(incident.history.at(-1).detail).toContain('wrongShape');
  });

  it('sends a command again that the gateway has not received', async () => {
    const incident = await complete(await openMissed(), 'checkTerminal');
    await complete(incident, 'settleNow');
    await world.settle();
    const commands = () => world.told.filter((told) => told.channel === 'command');
    world.advance(11_000);
    await sweep();
    await world.settle();
    expect(commands()).toHaveLength(2);
    expect(commands()[1]!.body).toEqual(commands()[0]!.body);
    await journal(received(lastCommand()['id']!));
    world.advance(11_000);
    await sweep();
    await world.settle();
    expect(commands()).toHaveLength(2);
  });
});
