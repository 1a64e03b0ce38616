import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { violationsOf } from '../accessibility.js';
import { chromiumPath, DESKTOP, INSTALL_CHROMIUM, PHONE, signedInVisitor, startBrowser, type Visitor } from '../browser.js';
import { startWorld, type World } from '../world.js';

const SEED = Number(process.env['SEED'] ?? 20_261_123);
const FOLDER = 'terminal-page';
const SLOW_MS = 60_000;

const browserPath = chromiumPath();
if (browserPath === undefined) process.stderr.write(`terminal-page is skipped: ${INSTALL_CHROMIUM}\n`);

/** A terminal's page: HQ orders a diagnosis and reads the dialogue, a manager sees a printer out of paper, and every screen can be used by everybody. */
describe.skipIf(browserPath === undefined)('the terminal page', () => {
  let world: World;
  let browser: Browser;

  beforeAll(async () => {
    // Berlin closes at once without its host, so that there is an incident to look at; New York stays open.
    world = await startWorld({
      name: FOLDER,
      dashboard: true,
      seed: SEED,
      closeAfterS: { berlin: 35 },
      night: { hostDownAtS: 25, cutOffAtS: 15, hostUpAtS: 3_000 },
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
    'HQ orders a diagnosis and fetches the dialogue, sees how both end, and reads it decoded',
    async () => {
      await world.until(
        'a sale on the terminal',
        async () => (await world.sql(`select 1 from card_transaction where store_id = 'newyork' and terminal_id = 'ny-1'`)).length > 0,
        SLOW_MS * 2,
      );
      const hq = await visit('hq', 'en', DESKTOP);
      await hq.at('fleet-board').waitFor({ timeout: SLOW_MS });
      await hq.at('terminal-ny-1').click();
      await hq.at('terminal-page').waitFor({ timeout: SLOW_MS });
      expect(new URL(hq.page.url()).pathname).toBe('/stores/newyork/terminals/ny-1');

      await hq.at('action-diagnoseTerminal').click();
      await hq.at('action-confirm').click();
      // Without a reason nothing is ordered.
      await hq.at('action-dialog').getByText('Give a reason.').waitFor();
      await hq.at('action-reason').fill('The till said that it was slow');
      await hq.picture('1-confirm');
      await hq.at('action-confirm').click();
      await hq.page.locator('[data-testid="order-progress"][data-state="succeeded"]').waitFor({ timeout: SLOW_MS });
      await hq.picture('2-diagnosed');
      await hq.at('action-done').click();
      await hq.page.locator('[data-testid^="order-"][data-action="diagnoseTerminal"][data-state="succeeded"]').first().waitFor();

      await hq.at('tab-dialogue').click();
      await hq.at('fetch-dialogue').click();
      await hq.at('action-reason').fill('To see what it said to the host');
      await hq.at('action-confirm').click();
      await hq.page.locator('[data-testid="order-progress"][data-state="succeeded"]').waitFor({ timeout: SLOW_MS });
      await hq.at('action-done').click();
      await hq.at('dialogue').waitFor({ timeout: SLOW_MS });
      const frames = hq.at('frame');
      expect(await frames.count()).toBeGreaterThan(1);
      for (const direction of ['sent', 'received']) {
        expect(await hq.page.locator(`[data-testid="frame"][data-direction="${direction}"]`).count()).toBeGreaterThan(0);
      }
      // Nothing that could be a card number is shown.
      expect(await hq.at('dialogue').innerText()).not.toMatch(/\d{13,}/);
      await hq.picture('3-dialogue', true);

      await hq.at('tab-history').click();
      await hq.at('history').waitFor({ timeout: SLOW_MS });
      await hq.at('history-show').selectOption('orders');
      await hq.at('event-CommandSucceeded').first().waitFor({ timeout: SLOW_MS });
      expect(new URL(hq.page.url()).search).toBe('?tab=history&show=orders');
      await hq.picture('4-history');
      expect(hq.complaints).toEqual([]);
      await hq.context.close();

      const audited = await world.sql<{ actor: string; reason: string }>(
        `select actor, detail::json->>'reason' as reason from audit_entry where action = 'command.created' and detail::json->>'terminalId' = 'ny-1' order by index`,
      );
      expect(audited.map(({ reason }) => reason)).toEqual(['The till said that it was slow', 'To see what it said to the host']);
    },
    SLOW_MS * 4,
  );

  describe('WCAG 2.2 AA', () => {
    // Each language, colour scheme and width meets every other once.
    test.each([
      [
        'en',
        [
          { screen: DESKTOP, colorScheme: 'light' },
          { screen: PHONE, colorScheme: 'dark' },
        ],
      ],
      [
        'zh',
        [
          { screen: DESKTOP, colorScheme: 'dark' },
          { screen: PHONE, colorScheme: 'light' },
        ],
      ],
    ] as const)(
      'holds on every screen in %s, light and dark, desktop and phone',
      async (language, looks) => {
        const incident = await world.until(
          'an incident',
          async () => (await world.sql<{ id: string }>('select id from incident limit 1'))[0],
          SLOW_MS * 2,
        );
        const context = await browser.newContext({ locale: language === 'zh' ? 'zh-CN' : 'en-GB', reducedMotion: 'reduce' });
        const stranger = await context.newPage();
        await stranger.goto(`${world.url}/sign-in`);
        await stranger.getByTestId('sign-in-submit').waitFor();
        const signIn = await violationsOf(stranger, '/sign-in', looks);
        await context.close();
        const hq = await visit('hq', language, DESKTOP);
        await hq.page.emulateMedia({ reducedMotion: 'reduce' });
        const violations = signIn;
        for (const [path, ready, open] of screens(incident.id)) {
          await hq.page.setViewportSize(DESKTOP);
          await hq.page.goto(`${world.url}${path}`);
          await hq.at(ready).first().waitFor({ timeout: SLOW_MS });
          if (open !== undefined) await hq.at(open).first().click();
          violations.push(...(await violationsOf(hq.page, open === undefined ? path : `${path} ${open}`, looks)));
        }
        expect(violations).toEqual([]);
        await hq.context.close();
      },
      SLOW_MS * 8,
    );
  });

  test(
    // Last: the agent asks a printer about once a minute.
    'a manager on a phone sees in Chinese that a printer is out of paper',
    async () => {
      const { terminal } = await world.until(
        'the demo’s printer to be out of paper',
        async () =>
          (
            await world.sql<{ terminal: string }>(
              `select terminal_id as terminal from terminal_peripheral where store_id = 'berlin' and peripheral = 'printer' and state = 'paperOut'`,
            )
          )[0],
        SLOW_MS * 3,
      );
      const manager = await visit('manager-berlin', 'zh', PHONE);
      await manager.at('today').waitFor({ timeout: SLOW_MS });
      await manager.at('today').getByText('打印机：缺纸').first().waitFor({ timeout: SLOW_MS });
      expect(await violationsOf(manager.page, '/today', [{ screen: PHONE, colorScheme: 'light' }])).toEqual([]);
      await manager.page.goto(`${world.url}/stores/berlin/terminals/${terminal}`);
      const printer = manager.page.locator('[data-testid="peripheral-printer"][data-state="paperOut"]');
      await printer.waitFor({ timeout: SLOW_MS });
      expect(await printer.innerText()).toContain('请更换纸卷');
      expect(await manager.page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      await manager.picture('5-manager-printer', true);
      expect(manager.complaints).toEqual([]);
      await manager.context.close();
    },
    SLOW_MS * 5,
  );
});

/** Address, what shows that it is there, and what to open on it. */
function screens(incidentId: string): [path: string, ready: string, open?: string][] {
  const terminal = '/stores/newyork/terminals/ny-1';
  return [
    ['/fleet', 'fleet-board'],
    ['/stores/newyork', 'terminal-ny-1'],
    [terminal, 'actions'],
    [terminal, 'actions', 'action-restartTerminal'],
    [terminal, 'actions', 'action-displayMessage'],
    [`${terminal}?tab=orders`, 'orders'],
    [`${terminal}?tab=history`, 'history'],
    [`${terminal}?tab=dialogue`, 'dialogue'],
    ['/incidents', 'incidents'],
    [`/incidents/${incidentId}`, 'step-runner'],
    ['/policy', 'rollout-summary'],
    ['/settlement', 'settlement-board'],
    ['/settlement?tab=batches', 'batches'],
    ['/training', 'tab-mine'],
    ['/training/safe-closing?quiz=1', 'hand-in'],
    ['/audit', 'audit-entries'],
    ['/fleet', 'fleet-board', 'open-palette'],
  ];
}
