import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, DESKTOP, INSTALL_CHROMIUM, PHONE, signedInVisitor, startBrowser, type Visitor } from '../browser.js';
import { startWorld, type World } from '../world.js';

const SEED = Number(process.env['SEED'] ?? 20_261_122);
const FOLDER = 'dashboard-walk';
const SLOW_MS = 60_000;

const browserPath = chromiumPath();
if (browserPath === undefined) process.stderr.write(`dashboard-walk is skipped: ${INSTALL_CHROMIUM}\n`);

/** The walk of the README: HQ changes the closing time, the manager works an incident on a phone, the auditor finds both in the log. */
describe.skipIf(browserPath === undefined)('a closing night in the dashboard', () => {
  let world: World;
  let browser: Browser;

  beforeAll(async () => {
    world = await startWorld({
      name: FOLDER,
      dashboard: true,
      seed: SEED,
      closeAfterS: { berlin: 40 },
      night: { hostDownAtS: 30, cutOffAtS: 20, hostUpAtS: 3_000 },
    });
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

  test(
    'HQ changes the closing time and sees every gateway apply it',
    async () => {
      const hq = await visit('hq', 'en', DESKTOP);
      await hq.at('fleet-board').waitFor({ timeout: SLOW_MS });
      await hq.at('store-berlin').waitFor();
      await hq.picture('1-hq-fleet');
      await hq.page.goto(`${world.url}/policy`);
      const closing = hq.at('setting-hours.close');
      await closing.getByTestId('edit').click();
      const editor = closing.getByTestId('editor');
      const before = await editor.inputValue();
      // Half an hour later than it was, so that no store closes because of it.
      const later = minutesLater(before, 30);
      await editor.fill(later);
      await hq.at('policy-review').click();
      await hq.at('policy-reason').fill('Late opening in December');
      await hq.picture('2-hq-policy-review');
      await hq.at('policy-apply').click();
      await hq.at('policy-dialog').waitFor({ state: 'hidden' });
      const newest = await world.until(
        'every gateway to journal the new version',
        async () => {
          const [row] = await world.sql<{ version: number; applied: number }>(
            `select max(r.version)::int as version,
                    (select count(*)::int from policy_application a where a.version = (select max(version) from policy_revision)) as applied
               from policy_revision r`,
          );
          return row?.applied === 3 && row.version;
        },
        SLOW_MS,
      );
      await hq.at('rollout-summary').getByText(String(newest)).waitFor({ timeout: SLOW_MS });
      await world.until(
        'the page to show every gateway as applied',
        async () => (await hq.page.locator('[data-testid^="gateway-"][data-applied="true"]').count()) === 3,
        SLOW_MS,
      );
      await hq.picture('3-hq-policy-applied');
      expect(hq.complaints).toEqual([]);
      await hq.context.close();
    },
    SLOW_MS * 2,
  );

  test(
    'the manager works the incident on a phone, in Chinese, until the terminal is settled and off',
    async () => {
      await world.until(
        'the incident',
        async () => (await world.sql(`select 1 from incident where kind = 'settlementMissed'`)).length === 1,
        SLOW_MS * 2,
      );
      const manager = await visit('manager-berlin', 'zh', PHONE);
      await manager.at('today').waitFor({ timeout: SLOW_MS });
      const task = manager.page.locator('[data-testid^="task-"][data-kind="settlementMissed"]');
      await task.waitFor({ timeout: SLOW_MS });
      await manager.picture('4-manager-today', true);
      await task.getByTestId('open-incident').click();
      await manager.at('acknowledge').click();
      await manager.at('acknowledge').waitFor({ state: 'hidden' });
      await manager.picture('5-manager-incident', true);

      await manager.at('panel-checkTerminal').getByTestId('step-done').click();
      await world.control.fault('berlin', 'be-1', 'hostUp');
      await runStep(manager, 'settleNow', 'step-command');
      await manager.at('command-dialog').waitFor();
      await manager.picture('6-manager-confirm');
      await manager.at('command-confirm').click();
      await runStep(manager, 'closeTerminal', 'step-command');
      await manager.at('command-confirm').click();
      await runStep(manager, 'recordCause');
      await manager.at('panel-recordCause').getByTestId('step-note').fill('收单主机夜间维护,已与服务商确认。');
      await manager.at('panel-recordCause').getByTestId('step-done').click();
      await manager.at('incident-resolved').waitFor({ timeout: SLOW_MS });
      await manager.picture('7-manager-resolved', true);
      expect(manager.complaints).toEqual([]);
      await manager.context.close();

      const proof = await world.sql(`select 1 from close_proof where store_id = 'berlin' and terminal_id = 'be-1'`);
      expect(proof).toHaveLength(1);
      await world.until(
        'the terminal to be seen off',
        async () =>
          (await world.sql(`select 1 from terminal_state where store_id = 'berlin' and terminal_id = 'be-1' and power = 'off'`)).length ===
          1,
        SLOW_MS,
      );
    },
    SLOW_MS * 5,
  );

  test(
    'the auditor finds both in the log, and the log is intact',
    async () => {
      const auditor = await visit('auditor', 'en', DESKTOP);
      await auditor.at('audit-entries').waitFor({ timeout: SLOW_MS });
      expect(await auditor.at('verification').innerText()).toContain('Complete and unaltered');
      await auditor.picture('8-auditor-log');
      await auditor.page.goto(`${world.url}/audit?action=policy.updated`);
      await auditor.page.getByText('Late opening in December').first().waitFor({ timeout: SLOW_MS });
      await auditor.picture('9-auditor-policy');
      await auditor.page.goto(`${world.url}/audit?action=incident.acknowledged`);
      await auditor.page.locator('[data-testid^="entry-"]').first().click();
      await auditor.at('audit-entry').waitFor();
      await auditor.picture('10-auditor-incident');
      expect(auditor.complaints).toEqual([]);
      await auditor.context.close();
    },
    SLOW_MS * 2,
  );

  async function runStep(manager: Visitor, key: string, press?: 'step-command'): Promise<void> {
    const panel = manager.at(`panel-${key}`);
    const next = manager.at('next-step');
    await panel
      .or(next)
      .first()
      .waitFor({ timeout: SLOW_MS * 2 });
    if (!(await panel.isVisible())) await next.click();
    await panel.waitFor({ timeout: SLOW_MS * 2 });
    const button = panel.getByTestId(press ?? 'step-done');
    await button.waitFor({ timeout: SLOW_MS * 2 });
    if (press) await button.click();
  }
});

/** A wall-clock time so many minutes later, seconds kept. */
function minutesLater(time: string, minutes: number): string {
  const [hour = 0, minute = 0, second = 0] = time.split(':').map(Number);
  const all = (hour * 60 + minute + minutes) % 1440;
  return [Math.floor(all / 60), all % 60, second].map((part) => String(part).padStart(2, '0')).join(':');
}
