import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { TEST_PROFILE, testAcquirer } from './statements.fixtures.js';

let world: TestCore;
let hq: string;
beforeAll(async () => {
  world = await startTestCore();
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
});
afterAll(() => world.stop());

const save = async (input: string, variables: { p?: string } = {}) =>
  (
    await world.ask(
      hq,
      `mutation ${variables.p === undefined ? '' : '($p: String)'} { saveAcquirer(input: {id: "acq", ${input}}) { __typename ... on Acquirer { name format profile } ... on InvalidInput { field } } }`,
      variables,
    )
  ).data.saveAcquirer;

describe('an acquirer', () => {
  it('is renamed without losing how its files are read', async () => {
    const renamed = { __typename: 'Acquirer', name: 'Renamed', format: 'csv', profile: TEST_PROFILE };
    expect(await save('name: "Renamed"')).toEqual(renamed);
    const { data } = await world.ask(hq, '{ acquirers { id name format profile mapping { terminalNo } } }');
    expect(data.acquirers).toEqual([
      {
        id: 'acq',
        name: 'Renamed',
        format: 'csv',
        profile: TEST_PROFILE,
        mapping: [{ terminalNo: 'T1' }, { terminalNo: 'T2' }, { terminalNo: 'T3' }],
      },
    ]);
  });

  it('gets another profile, or none, when that is said', async () => {
    const other = JSON.stringify({ ...JSON.parse(TEST_PROFILE), name: 'other' });
    expect(await save('name: "A", profile: $p', { p: other })).toMatchObject({ profile: other, format: 'csv' });
    expect(await save('name: "A", profile: $p', { p: '{}' })).toEqual({ __typename: 'InvalidInput', field: 'profile' });
    expect(await save('name: "A", profile: null, format: null')).toMatchObject({ profile: null, format: null });
  });
});
