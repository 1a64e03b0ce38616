import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { violationsOf } from '../accessibility.js';
import { chromiumPath, INSTALL_CHROMIUM, PHONE, signedInVisitor, startBrowser, type Visitor } from '../browser.js';
import { startWorld, type World } from '../world.js';

const SEED = Number(process.env['SEED'] ?? 20_261_126);
const FOLDER = 'provider-terms';
const SLOW_MS = 60_000;
const DESK = { width: 1280, height: 900 };
const AGREED = { currency: 'EUR', ratePpm: 6_000, rounding: 'halfUp', onRefund: 'returned', from: '2026-01-01' };

const browserPath = chromiumPath();
if (browserPath === undefined) process.stderr.write(`provider-terms is skipped: ${INSTALL_CHROMIUM}\n`);

/** What was agreed with an acquirer is written, looked over and proposed by one person of head office and approved by another; others read it, or are told that it is not theirs. */
describe.skipIf(browserPath === undefined)('the terms of an acquirer', () => {
  let world: World;
  let browser: Browser;

  beforeAll(async () => {
    world = await startWorld({ name: FOLDER, dashboard: true, seed: SEED, night: { acquirer: false } });
    browser = await startBrowser();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await world?.[Symbol.asyncDispose]();
  }, 60_000);
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await world?.keepLogs();
  });

  const visit = (person: string, language: 'en' | 'zh', screen: { width: number; height: number }): Promise<Visitor> =>
    signedInVisitor(browser, { url: world.url, folder: FOLDER, person, password: world.signIns[person] ?? '', language, screen });
  /** Looks at a screen: it fits, everybody can use it, and a picture of it is kept. */
  async function look(
    visitor: Visitor,
    name: string,
    screen: { width: number; height: number },
    colorScheme: 'dark' | 'light',
  ): Promise<void> {
    expect(`${name}: ${await visitor.page.evaluate('document.documentElement.scrollWidth > innerWidth')}`).toBe(`${name}: false`);
    expect(await violationsOf(visitor.page, name, [{ screen, colorScheme }])).toEqual([]);
    await visitor.picture(name, true);
  }
  /** Asks the server itself, as the person who is signed in. */
  async function ask(visitor: Visitor, query: string, variables: object): Promise<Record<string, Record<string, unknown>>> {
    const answer = await visitor.page.request.post(`${world.url}/graphql`, { data: { query, variables } });
    const { data, ...more } = (await answer.json()) as { data: Record<string, Record<string, unknown>> };
    expect(more).toEqual({});
    return data;
  }
  /** Two other sessions agree on fees, beside whoever is at the page. */
  async function agree(replaces: number, fees: object): Promise<void> {
    const [one, other] = [await visit('hq', 'en', DESK), await visit('hq-second', 'en', DESK)];
    const { proposed } = await ask(
      one,
      `mutation ($fees: JSON, $replaces: Int!) { proposed: proposeProviderTerms(input: { acquirerId: "small", replaces: $replaces, reason: "By letter", fees: $fees }) {
        ... on TermsProposal { id digest } } }`,
      { fees, replaces },
    );
    const { decided } = await ask(
      other,
      'mutation ($id: ID!, $digest: String!) { decided: decideProviderTerms(id: $id, digest: $digest, decision: approve) { ... on TermsProposal { state } } }',
      proposed ?? {},
    );
    expect(decided).toEqual({ state: 'approved' });
    await Promise.all([one, other].map(({ context }) => context.close()));
  }
  /** The review is closed with a reason: the terms wait for somebody else. */
  async function propose(visitor: Visitor, reason: string): Promise<void> {
    await visitor.at('terms-reason').fill(reason);
    await visitor.at('terms-propose').click();
    await visitor.at('terms-proposal').waitFor({ timeout: SLOW_MS });
  }
  /** The newest version as core keeps it. */
  const kept = async () =>
    (
      await world.sql<{ version: number; fees: { rates: object[] }; funding: object }>(
        "select version, fees::jsonb as fees, funding::jsonb as funding from provider_terms where acquirer_id = 'small' order by version desc limit 1",
      )
    )[0]!;

  test(
    'are written by head office, who is told what is wrong, what they come to, and what changes',
    async () => {
      const hq = await visit('hq', 'en', DESK);
      await ask(hq, 'mutation { saveAcquirer(input: { id: "small", name: "Small acquirer" }) { __typename } }', {});
      // Who finds no fees and no payouts is led to what they need.
      await hq.page.goto(`${world.url}/settlement/funding`);
      await hq.at('to-terms').click();
      await hq.at('terms-missing').waitFor({ timeout: SLOW_MS });
      await hq.at('terms-of-small').click();
      await hq.at('terms-edit').click();
      expect(new URL(hq.page.url()).search).toBe('?edit=1');
      await hq.at('terms-review').click();
      await hq.at('terms-faults').getByText('4 fields need to be corrected').waitFor();
      // The first of them has the focus, so that it is put right without a pointer.
      expect(await hq.page.evaluate('document.activeElement.dataset.testid')).toBe('line-1-currency');
      await hq.page.keyboard.type('eur');
      await hq.at('line-1-rate').fill('60');
      await hq.at('line-example').getByText('€60.00').waitFor();
      await hq.at('line-1-rate').fill('0,6');
      await hq.at('line-example').getByText('€0.60').waitFor();
      await hq.at('line-1-from').fill('2026-01-01');
      await hq.at('payout-account').fill('DE00500105175407324931');
      await hq.at('payout-country').selectOption('DE');
      await hq.at('due-example').waitFor();
      await look(hq, '1-form-en-1280', DESK, 'light');
      await hq.at('terms-review').click();
      await hq.at('terms-past').waitFor();
      // Why is asked for, and where it is missing the focus goes there.
      await hq.at('terms-propose').click();
      expect(await hq.page.evaluate('document.activeElement.dataset.testid')).toBe('terms-reason');
      await look(hq, '2-review-en-1280', DESK, 'dark');
      await propose(hq, 'The contract of January');
      // Who proposed it can only take it back, and nothing is in force.
      expect(await hq.at('proposal-approve').count()).toBe(0);
      await hq.at('proposal-withdraw').waitFor();
      expect(await world.sql("select 1 from provider_terms where acquirer_id = 'small'")).toEqual([]);
      await look(hq, '3-proposed-en-1280', DESK, 'light');

      const second = await visit('hq-second', 'zh', PHONE);
      await second.page.goto(`${world.url}/settlement/terms`);
      await second.at('terms-proposed').first().waitFor({ timeout: SLOW_MS });
      await second.at('terms-of-small').click();
      await second.at('terms-proposal').getByText('0.6%').waitFor({ timeout: SLOW_MS });
      await look(second, '4-to-decide-zh-390', PHONE, 'dark');
      // By keyboard alone.
      await second.at('proposal-approve').focus();
      await second.page.keyboard.press('Enter');
      await second.at('decide-confirm').waitFor();
      await look(second, '5-approve-zh-390', PHONE, 'light');
      await second.at('decide-confirm').focus();
      await second.page.keyboard.press('Enter');
      await second.page.locator('[data-testid="acquirer-terms"][data-version="1"]').waitFor({ timeout: SLOW_MS });
      expect(await second.at('terms-proposal').count()).toBe(0);
      await hq.page.reload();
      await hq.at('acquirer-terms').waitFor({ timeout: SLOW_MS });
      expect(await kept()).toMatchObject({
        version: 1,
        fees: { basis: 'row', rates: [AGREED] },
        funding: { country: 'DE', delayBankDays: 1 },
      });

      // A price that has begun is followed by another one; days that are past stay as they are.
      await hq.at('terms-edit').click();
      await hq.at('line-1-change').click();
      await hq.at('line-2-rate').fill('0.5');
      await hq.at('terms-review').click();
      await hq.at('terms-changes').getByText('0.5%').waitFor();
      expect(await hq.at('terms-past').count()).toBe(0);
      await propose(hq, 'Cheaper by letter of today');
      // While terms wait no others are written.
      expect(await hq.at('terms-edit').count()).toBe(0);
      await second.page.reload();
      await second.at('proposal-approve').click();
      await second.at('decide-confirm').click();
      await second.page.locator('[data-testid="acquirer-terms"][data-version="2"]').waitFor({ timeout: SLOW_MS });
      expect(second.complaints).toEqual([]);
      await second.context.close();
      await hq.page.reload();
      await hq.page.locator('[data-testid="acquirer-terms"][data-version="2"]').waitFor({ timeout: SLOW_MS });
      const { fees } = await kept();
      expect(fees.rates).toMatchObject([AGREED, { ...AGREED, ratePpm: 5_000, from: expect.any(String) }]);
      await hq.at('version-1').click();
      await hq.at('terms-old').waitFor();
      expect(new URL(hq.page.url()).search).toBe('?version=1');
      expect(hq.complaints).toEqual([]);
      await hq.context.close();
    },
    SLOW_MS * 3,
  );

  test(
    'are not overwritten unseen, nor lost by leaving the page',
    async () => {
      const hq = await visit('hq', 'zh', PHONE);
      await hq.page.goto(`${world.url}/settlement/terms/small?edit=1`);
      await hq.at('add-line').click();
      await hq.at('line-3-rate').fill('1.25');
      await hq.at('line-3-cardKind').fill('Visa debit');
      await hq.at('money-fees').click();
      await hq.at('leave-stay').click();
      await agree(2, { basis: 'row', rates: [AGREED] });
      await hq.at('terms-review').click();
      await hq.at('terms-meanwhile').waitFor({ timeout: SLOW_MS });
      await look(hq, '6-meanwhile-zh-390', PHONE, 'light');
      await propose(hq, 'New for Visa debit');
      const second = await visit('hq-second', 'en', DESK);
      await second.page.goto(`${world.url}/settlement/terms/small`);
      await second.at('proposal-refuse').click();
      // A refusal says why.
      await second.at('decide-confirm').click();
      await second.page.waitForFunction('document.activeElement.dataset.testid === "decide-note"');
      await second.at('decide-note').fill('Not what was agreed on');
      await second.at('decide-confirm').click();
      await second.at('terms-proposal').waitFor({ state: 'detached', timeout: SLOW_MS });
      expect((await kept()).version).toBe(3);
      expect(second.complaints).toEqual([]);
      await second.context.close();
      expect(hq.complaints).toEqual([]);
      await hq.context.close();
    },
    SLOW_MS * 3,
  );

  test(
    'are the auditor’s to read, and no manager’s',
    async () => {
      const auditor = await visit('auditor', 'zh', PHONE);
      await auditor.page.goto(`${world.url}/settlement/terms/small?edit=1`);
      await auditor.at('fee-lines').waitFor({ timeout: SLOW_MS });
      expect(await auditor.page.locator('[data-testid="terms-edit"], [data-testid="terms-form"], table').count()).toBe(0);
      await look(auditor, '7-terms-zh-390', PHONE, 'dark');
      expect(auditor.complaints).toEqual([]);
      await auditor.context.close();
      const manager = await visit('manager-berlin', 'en', DESK);
      await manager.page.goto(`${world.url}/settlement/terms/small`);
      await manager.at('not-for-role').waitFor({ timeout: SLOW_MS });
      expect(await manager.at('money-terms').count()).toBe(0);
      expect(manager.complaints).toEqual([]);
      await manager.context.close();
    },
    SLOW_MS * 3,
  );
});
