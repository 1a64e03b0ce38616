import { type DesiredBody, desiredBody } from '@tillward/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor, UnitOfWork } from '../database/index.js';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { entry } from '../ingest/ingest.fixtures.js';
import { Policy } from './index.js';

let world: TestCore;
let hq: string;
beforeAll(async () => {
  world = await startTestCore();
  hq = await world.signIn('hq');
});
afterAll(() => world.stop());

const UPDATE = `mutation ($input: UpdatePolicyInput!) { updatePolicy(input: $input) { __typename ... on Refusal { code message }
  ... on InvalidInput { field } ... on VersionConflict { currentVersion } ... on SettingLocked { key }
  ... on PolicyDocument { level storeId version updatedBy values { key value origin setHere } } } }`;

interface Edit {
  level?: 'chain' | 'store';
  storeId?: string | null;
  expectedVersion?: number;
  changes?: { key: string; value: unknown }[];
  reason?: string;
}

async function update(edit: Edit, cookie = hq) {
  const input = {
    level: 'store',
    storeId: edit.level === 'chain' ? null : 'berlin',
    expectedVersion: await version(),
    changes: [],
    reason: 'test',
    ...edit,
  };
  const { data, errors } = await world.ask(cookie, UPDATE, { input });
  return data?.updatePolicy ?? errors![0];
}

async function version(): Promise<number> {
  return (await world.ask(hq, '{ policy(level: chain) { version } }')).data.policy.version;
}

const close = (value: string | null) => [{ key: 'hours.close', value }];
const settingOf = (document: Loose, key: string) => document.values.find((value: { key: string }) => value.key === key);

async function documents(): Promise<Map<string, DesiredBody>> {
  await world.settle();
  const bodies = world.told.filter((told) => told.channel === 'desired').map((told) => desiredBody.parse(told.body));
  return new Map(bodies.sort((a, b) => a.version - b.version).map((body) => [body.gateway, body]));
}

describe('an edit', () => {
  it('of a store reaches every gateway as a new version, with values and origins, and the audit log with reason and values before', async () => {
    const before = await version();
    const document = await update({ changes: close('21:30'), reason: 'winter hours' });
    expect(document).toMatchObject({
      __typename: 'PolicyDocument',
      level: 'store',
      storeId: 'berlin',
      version: before + 1,
      updatedBy: 'Name of hq',
    });
    expect(settingOf(document, 'hours.close')).toEqual({ key: 'hours.close', value: '21:30', origin: 'store', setHere: true });
    const sent = await documents();
    expect([...sent.values()].map((body) => [body.gateway, body.version, body.settings['hours.close']])).toEqual([
      ['gw-berlin', before + 1, { value: '21:30', origin: 'store' }],
      ['gw-tokyo', before + 1, { value: '22:00', origin: 'chain' }],
    ]);
    const { data } = await world.ask(hq, '{ auditEntries(first: 1) { edges { node { action storeId summary detail } } } }');
    expect(data.auditEntries.edges[0].node).toMatchObject({
      action: 'policy.updated',
      storeId: 'berlin',
      detail: { version: before + 1, reason: 'winter hours', changes: [{ key: 'hours.close', from: null, to: '21:30' }] },
    });
  });

  it('that removes a value lets the chain’s apply again', async () => {
    await update({ changes: close('21:30') });
    expect(settingOf(await update({ changes: close(null) }), 'hours.close')).toMatchObject({
      value: '22:00',
      origin: 'chain',
      setHere: false,
    });
  });

  it('that changes nothing keeps the version', async () => {
    const before = await version();
    expect(await update({ level: 'chain', changes: close('22:00') })).toMatchObject({ __typename: 'PolicyDocument', version: before });
  });

  it.each<[string, Edit, object]>([
    ['an old version', { expectedVersion: 1, changes: close('20:00') }, { code: 'versionConflict' }],
    ['a bad value', { changes: close('26:00') }, { code: 'invalidInput', field: 'changes[0].value' }],
    ['an unknown setting', { changes: [{ key: 'a.b', value: 1 }] }, { code: 'invalidInput', field: 'changes[0].key' }],
    ['a locked setting', { changes: [{ key: 'sales.afterHours', value: 'allow' }] }, { code: 'settingLocked', key: 'sales.afterHours' }],
    ['a store there isn’t', { storeId: 'paris', changes: close('20:00') }, { code: 'notFound' }],
    ['a store level without store', { storeId: null, changes: close('20:00') }, { code: 'notFound' }],
    ['no reason', { reason: '', changes: close('20:00') }, { code: 'invalidInput', field: 'reason' }],
    ['one good and one bad change', { changes: [...close('20:00'), { key: 'settlement.attempts', value: 0 }] }, { code: 'invalidInput' }],
  ])('with %s changes nothing', async (_name, edit, expected) => {
    const before = await version();
    expect(await update(edit)).toMatchObject(expected);
    expect(await version()).toBe(before);
    const { data } = await world.ask(hq, '{ policy(level: store, storeId: "berlin") { values { key value } } }');
    expect(settingOf(data.policy, 'hours.close').value).toBe('22:00');
  });

  it('by somebody who isn’t HQ is refused', async () => {
    expect(await update({ changes: close('20:00') }, await world.signIn('manager-berlin'))).toMatchObject({ __typename: 'NotAllowed' });
    expect(await update({ changes: close('20:00') }, await world.signIn('auditor'))).toMatchObject({ extensions: { code: 'notAllowed' } });
  });

  it('made twice at the same time from the same version is made once', async () => {
    const expectedVersion = await version();
    const answers = await Promise.all(['20:10', '20:20', '20:30'].map((value) => update({ expectedVersion, changes: close(value) })));
    expect(answers.map((answer) => answer.__typename).sort()).toEqual(['PolicyDocument', 'VersionConflict', 'VersionConflict']);
    expect(await version()).toBe(expectedVersion + 1);
    await update({ changes: close(null) });
  });
});

describe('what a gateway gets', () => {
  it('names its terminals, and its operators with their certificates', async () => {
    await update({ changes: close('21:00') });
    const berlin = (await documents()).get('gw-berlin')!;
    expect(berlin.store).toEqual({ id: 'berlin', name: 'Store berlin', timeZone: 'Europe/Berlin', currency: 'EUR' });
    expect(berlin.terminals.map((terminal) => terminal.id)).toEqual(['berlin-1', 'berlin-2']);
    expect(berlin.operators.map((operator) => [operator.id, operator.certifiedUntil])).toEqual([
      ['cashier-berlin', '2027-11-21T19:00:00.000Z'],
      ['manager-berlin', null],
    ]);
    await update({ changes: close(null) });
  });

  it('is the same text for the same version, so that sending it again changes nothing', async () => {
    await documents();
    const last = world.told.findLast((told) => told.channel === 'desired' && told.gateway === 'gw-berlin')!;
    const work = world.core.app.get(UnitOfWork, { strict: false });
    await work.run(systemActor('test'), (ctx) => world.core.app.get(Policy, { strict: false }).republish(ctx));
    await world.settle();
    const again = world.told.findLast((told) => told.channel === 'desired' && told.gateway === 'gw-berlin')!;
    expect(again).not.toBe(last);
    expect(JSON.stringify(again.body)).toBe(JSON.stringify(last.body));
  });
});

describe('policyStatus', () => {
  it('shows what each gateway’s journal says it applied', async () => {
    const desiredVersion = await version();
    world.gateways
      .get('berlin')!
      .append(entry('PolicyApplied', { version: desiredVersion, refused: [{ key: 'settlement.attempts', reason: 'too many' }] }, null));
    await world.upload('berlin');
    const { data } = await world.ask(
      hq,
      '{ policyStatus { gatewayId desiredVersion appliedVersion refused { key reason } store { id } } }',
    );
    expect(data.policyStatus).toEqual([
      {
        gatewayId: 'gw-berlin',
        desiredVersion,
        appliedVersion: desiredVersion,
        refused: [{ key: 'settlement.attempts', reason: 'too many' }],
        store: { id: 'berlin' },
      },
      { gatewayId: 'gw-tokyo', desiredVersion, appliedVersion: null, refused: [], store: { id: 'tokyo' } },
    ]);
  });
});

describe('P5 provisioning', () => {
  it('bumps the version only when something the documents hold has changed', async () => {
    const policy = world.core.app.get(Policy, { strict: false });
    const work = world.core.app.get(UnitOfWork, { strict: false });
    const again = () => work.run(systemActor('test'), (ctx) => policy.bumpIfSourcesChanged(ctx, 'test'));
    await again();
    expect(await again()).toBe(false);
    await world.database.query("UPDATE terminal SET connection = jsonb_set(connection, '{port}', '20008') WHERE terminal_id = 'berlin-1'");
    const before = await version();
    expect(await again()).toBe(true);
    expect(await again()).toBe(false);
    expect(await version()).toBe(before + 1);
    expect((await documents()).get('gw-berlin')!.terminals[0]!.port).toBe(20_008);
  });

  it('refuses settings the catalogue doesn’t know, as a whole', async () => {
    const policy = world.core.app.get(Policy, { strict: false });
    const work = world.core.app.get(UnitOfWork, { strict: false });
    const settings = { chain: { 'hours.open': '08:00' }, stores: { berlin: { 'hours.close': 'late' } } };
    await expect(work.run(systemActor('test'), (ctx) => policy.provision(ctx, settings))).rejects.toThrow(/berlin.*time/);
    const { data } = await world.ask(hq, '{ policy(level: chain) { values { key value } } }');
    expect(settingOf(data.policy, 'hours.open').value).toBe('09:00');
  });
});
