import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { imported, statementCsv, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';
import { FundingJobs } from './funding.jobs.js';
import { agreeOnTerms } from './terms.fixtures.js';

let world: TestCore;
let hq: string;

beforeAll(async () => {
  world = await startTestCore({ now: new Date('2026-02-14T12:00:00.000Z'), config: { statements: await testStatementsConfig() } });
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
});
afterAll(() => world.stop());

function at(instant: string): void {
  world.advance(Date.parse(instant) - world.now().getTime());
}
/** A day's sales at a store, paid so many bank days of a country later. */
async function sold(country: string, terminal: string, day: string, delayBankDays: number): Promise<void> {
  at(`${day}T20:00:00.000Z`);
  // The last session ended meanwhile.
  hq = await world.signIn('hq');
  await agreeOnTerms(world, 'acq', { funding: { account: 'A', country, delayBankDays } });
  const { body } = await upload(world, hq, statementCsv([{ day, terminal, fee: 0 }]));
  expect(body.error).toBeUndefined();
  await imported(world);
}
/** Where a day's payout stands, and how many incidents its lateness has. */
async function found(day: string): Promise<Loose> {
  await world.core.app.get(FundingJobs, { strict: false }).sweep();
  const [payout] = await world.database.query<Loose>(
    `SELECT due_day AS "dueDay", state, (SELECT count(*) FROM incident WHERE kind = 'fundingLate' AND business_day = $1) AS incidents FROM payout WHERE business_day = $1`,
    [day],
  );
  return payout;
}

const BERLIN = 'T1';
const TOKYO = 'T3';

describe('money that is due over days on which no bank pays', () => {
  // In order of time. The last column is the midnight after the due day where the money is waited for.
  it.each<[string, string, string, string, number, string, string]>([
    ['Spring Festival, behind a worked Saturday', 'CN', TOKYO, '2026-02-14', 1, '2026-02-24', '2026-02-24T15:00:00.000Z'],
    ['the week before summer time', 'DE', BERLIN, '2026-03-26', 1, '2026-03-27', '2026-03-27T23:00:00.000Z'],
    ['the weekend of 23-hour Sunday', 'DE', BERLIN, '2026-03-27', 1, '2026-03-30', '2026-03-30T22:00:00.000Z'],
    ['Easter', 'DE', BERLIN, '2026-04-02', 1, '2026-04-07', '2026-04-07T22:00:00.000Z'],
    ['a Friday holiday beside a weekend', 'DE', BERLIN, '2026-04-30', 1, '2026-05-04', '2026-05-04T22:00:00.000Z'],
    ['a bridge day, on which banks pay', 'DE', BERLIN, '2026-05-13', 2, '2026-05-15', '2026-05-15T22:00:00.000Z'],
    ['Golden Week', 'CN', TOKYO, '2026-09-30', 1, '2026-10-08', '2026-10-08T15:00:00.000Z'],
    ['the Saturday worked for it', 'CN', TOKYO, '2026-10-09', 1, '2026-10-10', '2026-10-10T15:00:00.000Z'],
    ['the weekend of 25-hour Sunday', 'DE', BERLIN, '2026-10-23', 1, '2026-10-26', '2026-10-26T23:00:00.000Z'],
    ['Thanksgiving', 'US', BERLIN, '2026-11-25', 1, '2026-11-27', '2026-11-27T23:00:00.000Z'],
    ['Christmas', 'DE', BERLIN, '2026-12-23', 2, '2026-12-28', '2026-12-28T23:00:00.000Z'],
    ['New Year', 'DE', BERLIN, '2026-12-31', 1, '2027-01-04', '2027-01-04T23:00:00.000Z'],
  ])('is late when its day is over, not before, with its incident: %s', async (_, country, terminal, day, delay, dueDay, lateFrom) => {
    await sold(country, terminal, day, delay);
    at(new Date(Date.parse(lateFrom) - 1).toISOString());
    expect(await found(day)).toEqual({ dueDay, state: 'awaited', incidents: 0 });
    at(lateFrom);
    expect(await found(day)).toEqual({ dueDay, state: 'overdue', incidents: 1 });
  });

  it('is never called late in a year nobody has announced', async () => {
    await sold('CN', TOKYO, '2027-01-05', 1);
    expect(await found('2027-01-05')).toEqual({ dueDay: null, state: 'calendarUnknown', incidents: 0 });
    at('2027-02-20T00:00:00.000Z');
    expect(await found('2027-01-05')).toEqual({ dueDay: null, state: 'calendarUnknown', incidents: 0 });
  });
});
