import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { violationsOf } from '../accessibility.js';
import { chromiumPath, INSTALL_CHROMIUM, PHONE, signedInVisitor, startBrowser, type Visitor } from '../browser.js';
import { startWorld, type World } from '../world.js';

const SEED = Number(process.env['SEED'] ?? 20_261_124);
const FOLDER = 'approvals';
const SLOW_MS = 60_000;
const DESK = { width: 1280, height: 900 };

const browserPath = chromiumPath();
if (browserPath === undefined) process.stderr.write(`approvals is skipped: ${INSTALL_CHROMIUM}\n`);

/** Two people and a fleet-wide order; and gateways let in and shut out. In both languages, at a desk and on a phone. */
describe.skipIf(browserPath === undefined)('fleet-wide orders and gateways in the dashboard', () => {
  let world: World;
  let browser: Browser;

  beforeAll(async () => {
    world = await startWorld({ name: FOLDER, dashboard: true, seed: SEED });
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
  const isWide = async ({ page }: Visitor) => await page.evaluate('document.documentElement.scrollWidth > innerWidth');
  const looks = (screen: { width: number; height: number }) =>
    [
      { screen, colorScheme: 'dark' },
      { screen, colorScheme: 'light' },
    ] as const;
  const newest = async () =>
    (await world.sql<{ id: string; state: string }>('select id, state from fleet_request order by requested_at desc limit 1'))[0]!;

  test(
    'HQ asks at a desk with the keyboard alone; a second person agrees on a phone, in Chinese; the first sees it without asking again',
    async () => {
      await world.until(
        'a sale',
        async () => (await world.sql("select 1 from batch where journal_count > 0 and store_id = 'newyork'")).length > 0,
        SLOW_MS,
      );
      const hq = await visit('hq', 'en', DESK);
      await hq.at('open-ask').waitFor({ timeout: SLOW_MS });
      await hq.at('open-ask').focus();
      await hq.page.keyboard.press('Enter');
      await hq.at('ask-action').waitFor({ timeout: SLOW_MS });
      await hq.at('ask-action').selectOption('restartTerminal');
      for (const box of ['choose-store-newyork', 'choose-be-1']) {
        await hq.at(box).focus();
        await hq.page.keyboard.press('Space');
      }
      await hq.at('ask-waits').waitFor({ timeout: SLOW_MS });
      expect(await hq.at('ask-what').innerText()).toContain('in 2 stores');
      expect(new URL(hq.page.url()).search).toContain('action=restartTerminal');
      await hq.at('ask-reason').focus();
      await hq.at('ask-submit').click();
      await hq.at('ask-effect').getByText('Give a reason.').waitFor();
      await hq.page.keyboard.type('They lose their host since the network was changed');
      expect(await violationsOf(hq.page, 'ask', looks(DESK))).toEqual([]);
      await hq.picture('1-ask-en-1280', true);
      await hq.at('ask-submit').focus();
      await hq.page.keyboard.press('Enter');
      await hq.at('requests').waitFor({ timeout: SLOW_MS });
      const { id, state } = await newest();
      expect(state).toBe('waiting');
      const mine = hq.at(`request-${id}`);
      expect(await mine.getByTestId('approve').count()).toBe(0);
      await mine.getByTestId('withdraw').waitFor();
      await hq.picture('2-waiting-en-1280', true);
      expect(await world.sql('select 1 from command where ordered_by is not null')).toEqual([]);

      const second = await visit('hq-second', 'zh', PHONE);
      await second.at('requests-waiting').waitFor({ timeout: SLOW_MS });
      await second.picture('3-fleet-zh-390');
      await second.at('look-at-requests').click();
      const theirs = second.at(`request-${id}`);
      await theirs.getByTestId('request-targets').click();
      expect(await isWide(second)).toBe(false);
      expect(await violationsOf(second.page, 'requests', looks(PHONE))).toEqual([]);
      await second.picture('4-requests-zh-390', true);
      await theirs.getByTestId('approve').click();
      await second.at('decision-dialog').getByText('批准后指令立即发出').waitFor();
      expect(await violationsOf(second.page, 'agree', looks(PHONE))).toEqual([]);
      await second.picture('5-agree-zh-390');
      await second.at('decision-confirm').click();
      await second.page.locator('[data-testid="requests-show"]').selectOption('decided');
      await second.page.locator(`[data-testid="request-${id}"][data-state="approved"]`).waitFor({ timeout: SLOW_MS });

      // The first person's page heard of it by itself, and goes on hearing.
      await hq.page.locator(`[data-testid="request-${id}"][data-state="approved"]`).waitFor({ timeout: SLOW_MS });
      const commands = await world.sql<{ ordered_by: string; approved_by: string }>(
        'select ordered_by, approved_by from command where ordered_by is not null',
      );
      expect(commands.length).toBeGreaterThanOrEqual(3);
      expect(new Set(commands.map(({ ordered_by: by, approved_by: second }) => `${by} ${second}`))).toEqual(new Set(['hq hq-second']));
      await world.until(
        'the gateways to have taken every command',
        async () => (await world.sql("select 1 from command where ordered_by is not null and state in ('created', 'sent')")).length === 0,
        SLOW_MS,
      );
      await hq.picture('6-approved-en-1280', true);
      expect([...hq.complaints, ...second.complaints]).toEqual([]);
      await hq.context.close();
      await second.context.close();
    },
    SLOW_MS * 4,
  );

  test(
    'asked on a phone in English, refused at a desk in Chinese, with a reason; what one may do alone is said before',
    async () => {
      const asking = await visit('hq-second', 'en', PHONE);
      await asking.page.goto(`${world.url}/fleet/ask?action=settleTerminal&t=berlin/be-1`);
      await asking.at('ask-at-once').waitFor({ timeout: SLOW_MS });
      await asking.at('ask-all').click();
      await asking.at('ask-waits').waitFor({ timeout: SLOW_MS });
      await asking.at('ask-reason').fill('The acquirer moves its cut-off tonight');
      expect(await isWide(asking)).toBe(false);
      expect(await violationsOf(asking.page, 'ask', looks(PHONE))).toEqual([]);
      await asking.picture('7-ask-en-390', true);
      await asking.at('ask-submit').click();
      await asking.at('requests').waitFor({ timeout: SLOW_MS });
      await asking.picture('8-waiting-en-390', true);
      const { id } = await newest();

      const refusing = await visit('hq', 'zh', DESK);
      await refusing.page.goto(`${world.url}/fleet/requests?show=waiting`);
      const card = refusing.at(`request-${id}`);
      await card.waitFor({ timeout: SLOW_MS });
      expect(await violationsOf(refusing.page, 'requests', looks(DESK))).toEqual([]);
      await refusing.picture('9-requests-zh-1280', true);
      await card.getByTestId('refuse').click();
      await refusing.at('decision-confirm').click();
      await refusing.at('decision-dialog').getByText('请填写原因').waitFor();
      await refusing.at('decision-reason').fill('各店自行闭店时会结算');
      await refusing.picture('10-refuse-zh-1280');
      await refusing.at('decision-confirm').click();
      await card.waitFor({ state: 'detached', timeout: SLOW_MS });
      const refused = asking.page.locator(`[data-testid="request-${id}"][data-state="refused"]`);
      await refused.getByText('各店自行闭店时会结算').waitFor({ timeout: SLOW_MS });
      await refusing.page.goto(`${world.url}/audit?action=fleetRequest.refused`);
      await refusing.at('audit-entries').getByText('拒绝多台终端操作').first().waitFor({ timeout: SLOW_MS });
      expect([...asking.complaints, ...refusing.complaints]).toEqual([]);
      await asking.context.close();
      await refusing.context.close();
    },
    SLOW_MS * 4,
  );

  test(
    'HQ sees every gateway with its certificate, issues a claim that is shown once, and shuts one out',
    async () => {
      const hq = await visit('hq', 'zh', DESK);
      await hq.at('open-gateways').click();
      await hq.at('gateways').waitFor({ timeout: SLOW_MS });
      expect(await hq.at('enrolment-state').count()).toBe(3);
      expect(await violationsOf(hq.page, 'gateways', looks(DESK))).toEqual([]);
      await hq.picture('11-gateways-zh-1280', true);
      const [{ gateway }] = (await world.sql<{ gateway: string }>(
        "select gateway_id as gateway from gateway where store_id = 'newyork'",
      )) as [{ gateway: string }];
      await hq.at(`issue-${gateway}`).click();
      await hq.picture('12-issue-zh-1280');
      await hq.at('claim-confirm').click();
      const claim = (await hq.at('claim').innerText()).trim();
      expect(claim).toMatch(/^newyork\./);
      await hq.picture('13-claim-zh-1280');
      expect(await violationsOf(hq.page, 'claim', looks(DESK))).toEqual([]);
      await hq.page.keyboard.press('Escape');
      await hq.at('claim-until').waitFor({ timeout: SLOW_MS });
      expect(await hq.page.content()).not.toContain(claim);
      expect(hq.page.url()).not.toContain(claim);

      await hq.page.setViewportSize(PHONE);
      await hq.at(`revoke-${gateway}`).click();
      await hq.at('revoke-confirm').click();
      await hq.at('revoke-dialog').getByText('请填写原因').waitFor();
      await hq.at('revoke-reason').fill('设备被盗');
      expect(await violationsOf(hq.page, 'revoke', looks(PHONE))).toEqual([]);
      await hq.picture('14-revoke-zh-390');
      await hq.at('revoke-confirm').click();
      await hq.page.locator(`[data-row="newyork/${gateway}"]`).getByText('设备被盗').waitFor({ timeout: SLOW_MS });
      expect(await isWide(hq)).toBe(false);
      await hq.picture('15-revoked-zh-390', true);
      await world.until(
        'the open session to end',
        async () => (await world.sql("select 1 from gateway_presence where store_id = 'newyork' and not online")).length > 0,
        10_000,
      );
      expect(hq.complaints).toEqual([]);
      await hq.context.close();

      const auditor = await visit('auditor', 'en', PHONE);
      await auditor.page.goto(`${world.url}/fleet/gateways`);
      await auditor.at('gateways').getByText('Revoked').waitFor({ timeout: SLOW_MS });
      expect(await auditor.page.locator('[data-testid^="issue-"]').count()).toBe(0);
      expect(await violationsOf(auditor.page, 'gateways', looks(PHONE))).toEqual([]);
      await auditor.picture('16-gateways-en-390', true);
      await auditor.context.close();
      const manager = await visit('manager-berlin', 'en', PHONE);
      await manager.page.goto(`${world.url}/fleet/gateways`);
      await manager.at('not-for-role').waitFor({ timeout: SLOW_MS });
      await manager.context.close();
    },
    SLOW_MS * 4,
  );
});
