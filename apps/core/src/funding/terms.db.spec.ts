import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor, UnitOfWork } from '../database/index.js';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { testAcquirer, testStatementsConfig } from '../statements/statements.fixtures.js';
import { TermsProposals } from './proposals.service.js';

let world: TestCore;
let hq: string;
let second: string;
const FUNDING = { account: 'DE00500105175407324931', country: 'DE', delayBankDays: 1 };

beforeAll(async () => {
  world = await startTestCore({
    config: { statements: await testStatementsConfig() },
    extraPeople: [{ id: 'hq-2', role: 'hq', stores: [] }],
  });
  hq = await world.signIn('hq');
  second = await world.signIn('hq-2');
  await testAcquirer(world, hq);
});
afterAll(() => world.stop());

const ANSWER = `__typename ... on TermsProposal { id digest state mine mayDecide replaces funding }
  ... on Refusal { code } ... on RequestPending { requestId } ... on VersionConflict { currentVersion }`;
const propose = async (cookie: string, replaces: number, change: object = {}, reason = 'The new contract.'): Promise<Loose> =>
  (
    await world.ask(
      cookie,
      `mutation ($funding: JSON, $replaces: Int!, $reason: String!) {
         proposeProviderTerms(input: {acquirerId: "acq", replaces: $replaces, reason: $reason, funding: $funding}) { ${ANSWER} } }`,
      { funding: { ...FUNDING, ...change }, replaces, reason },
    )
  ).data?.proposeProviderTerms;
const decide = async (cookie: string, { id, digest }: Loose, decision = 'approve'): Promise<Loose> =>
  (
    await world.ask(
      cookie,
      `mutation { decideProviderTerms(id: "${id}", digest: "${digest}", decision: ${decision}, note: "seen") { ${ANSWER} } }`,
    )
  ).data?.decideProviderTerms;
const versions = async (): Promise<Loose[]> =>
  (await world.ask(hq, '{ providerTerms(acquirerId: "acq") { version savedBy approvedBy reason funding } }')).data.providerTerms;
const waiting = async (cookie = hq): Promise<Loose> =>
  (await world.ask(cookie, '{ termsProposals { id acquirerId mine mayDecide requestedName reason } }')).data?.termsProposals;

describe('P9: terms', () => {
  it('come into force by two people of headquarters, the first ones too', async () => {
    for (const person of ['manager-berlin', 'auditor']) expect(await propose(await world.signIn(person), 0)).toBeUndefined();
    expect(await propose(hq, 0, {}, ' ')).toMatchObject({ code: 'invalidInput' });
    const proposal = await propose(hq, 0);
    expect(proposal).toMatchObject({ state: 'requested', mine: true, mayDecide: false, replaces: 0 });
    expect(await versions()).toEqual([]);
    expect(await decide(hq, proposal)).toMatchObject({ code: 'ownRequest' });
    expect(await decide(second, { ...proposal, digest: 'another' })).toMatchObject({ code: 'contentChanged' });
    const told = { id: proposal.id, acquirerId: 'acq', requestedName: 'Name of hq', reason: 'The new contract.' };
    expect(await waiting(second)).toEqual([{ ...told, mine: false, mayDecide: true }]);
    expect(await waiting(await world.signIn('auditor'))).toEqual([{ ...told, mine: false, mayDecide: false }]);
    expect(await waiting(await world.signIn('manager-berlin'))).toBeUndefined();
    expect(await decide(second, proposal)).toMatchObject({ state: 'approved' });
    expect(await versions()).toEqual([
      {
        version: 1,
        savedBy: 'Name of hq',
        approvedBy: 'Name of hq-2',
        reason: 'The new contract.',
        funding: { ...FUNDING, reservePpm: 0, toleranceMinor: 0 },
      },
    ]);
    expect(await decide(second, proposal)).toMatchObject({ code: 'alreadyDone' });
    expect(await waiting()).toEqual([]);
    const audit = await world.database.query<Loose>("SELECT action, actor FROM audit_entry WHERE action LIKE 'provider.%' ORDER BY index");
    expect(audit).toEqual([
      { action: 'provider.termsProposed', actor: 'Name of hq' },
      { action: 'provider.terms', actor: 'Name of hq-2' },
    ]);
  });

  it('wait one at a time, and asked for once more are the ones that wait', async () => {
    const proposal = await propose(hq, 1, { delayBankDays: 2 });
    expect(await propose(hq, 1, { delayBankDays: 2 })).toEqual(proposal);
    const pending = { __typename: 'RequestPending', code: 'requestPending', requestId: proposal.id };
    expect(await propose(hq, 1, { delayBankDays: 60 })).toEqual(pending);
    expect(await propose(second, 1, { delayBankDays: 2 })).toEqual(pending);
    expect(await decide(second, proposal, 'withdraw')).toMatchObject({ code: 'notAllowed' });
    expect(await decide(hq, proposal, 'withdraw')).toMatchObject({ state: 'withdrawn' });
    const other = await propose(second, 1, { delayBankDays: 60 });
    expect(await decide(hq, other, 'refuse')).toMatchObject({ state: 'refused' });
    expect(await versions()).toHaveLength(1);
  });

  it('are not decided about when others came into force meanwhile', async () => {
    expect(await propose(hq, 0)).toEqual({ __typename: 'VersionConflict', code: 'versionConflict', currentVersion: 1 });
    const stale = await propose(hq, 1, { delayBankDays: 3 });
    await world.database.query(
      "INSERT INTO provider_terms SELECT acquirer_id, 2, fees, funding, saved_at, 'somebody', NULL FROM provider_terms",
    );
    expect(await decide(second, stale)).toMatchObject({ code: 'contentChanged' });
    expect(await versions()).toHaveLength(2);
    expect(await decide(second, stale, 'refuse')).toMatchObject({ state: 'refused' });
  });

  it('of the chain file are taken where there are none, as nobody’s act, and never over what people agreed on', async () => {
    const provision = () =>
      world.core.app.get(UnitOfWork, { strict: false }).run(systemActor('provisioning'), (ctx) =>
        world.core.app.get(TermsProposals, { strict: false }).provision(ctx, [
          { id: 'acq', name: 'Other name', funding: { ...FUNDING, delayBankDays: 30 } },
          { id: 'filed', name: 'Of the file', funding: FUNDING },
          { id: 'bare', name: 'Without terms' },
        ]),
      );
    expect(await provision()).toEqual(['filed']);
    expect(await provision()).toEqual([]);
    const kept = await world.database.query("SELECT acquirer_id, saved_by FROM provider_terms WHERE version > 1 OR acquirer_id <> 'acq'");
    expect(kept).toEqual([
      { acquirer_id: 'acq', saved_by: 'somebody' },
      { acquirer_id: 'filed', saved_by: 'provisioning' },
    ]);
    const { data } = await world.ask(hq, '{ acquirers { id name } }');
    expect(data.acquirers).toEqual(
      expect.arrayContaining([
        { id: 'bare', name: 'Without terms' },
        { id: 'filed', name: 'Of the file' },
      ]),
    );
    expect(data.acquirers).not.toContainEqual({ id: 'acq', name: 'Other name' });
    const wrong = world.core.app
      .get(UnitOfWork, { strict: false })
      .run(systemActor('provisioning'), (ctx) =>
        world.core.app.get(TermsProposals, { strict: false }).provision(ctx, [{ id: 'bare', name: 'B', funding: { account: '' } }]),
      );
    await expect(wrong).rejects.toThrow('bare of the chain file');
  });
});
