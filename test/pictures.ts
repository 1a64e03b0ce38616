/** Takes the README's pictures from a running demo chain: `npm run pictures`. Needs the system's Chromium. */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from 'tillward/bootstrap';
import { DESKTOP, PHONE, signedInVisitor, startBrowser, type Visitor, type VisitorOptions } from './browser.js';
import { startWorld } from './world.js';

const FOLDER = 'pictures';
const TAKEN = join(PROJECT_ROOT, 'test', 'output', FOLDER);
const KEPT = join(PROJECT_ROOT, 'docs', 'pictures');

await using world = await startWorld({
  name: FOLDER,
  dashboard: true,
  seed: 7,
  closeAfterS: { shanghai: 45, berlin: 60 },
  night: { hostDownAtS: 40, cutOffAtS: 30, hostUpAtS: 3_000 },
});
const browser = await startBrowser();
try {
  const visit = (person: string, look: Pick<VisitorOptions, 'language' | 'screen' | 'colorScheme'>): Promise<Visitor> =>
    signedInVisitor(browser, { url: world.url, folder: FOLDER, person, password: world.signIns[person] ?? '', sharp: true, ...look });

  await world.until('the incident', async () => (await world.sql('select 1 from incident')).length > 0, 180_000);

  const hq = await visit('hq', { language: 'en', screen: DESKTOP });
  await hq.at('store-newyork').waitFor();
  await hq.page.waitForTimeout(2_000);
  await hq.picture('fleet-en');
  await hq.page.goto(`${world.url}/policy`);
  await hq.at('rollout-summary').waitFor();
  await hq.picture('policy-en');
  await hq.context.close();

  const night = await visit('hq', { language: 'zh', screen: DESKTOP, colorScheme: 'dark' });
  await night.at('store-newyork').waitFor();
  await night.picture('fleet-zh-dark');
  await night.context.close();

  const manager = await visit('manager-berlin', { language: 'zh', screen: PHONE });
  await manager.at('today').waitFor();
  await manager.page.locator('[data-testid^="task-"]').first().waitFor();
  await manager.picture('today-zh-phone');
  await manager.at('open-incident').first().click();
  await manager.at('step-runner').waitFor();
  await manager.picture('incident-zh-phone');
  await manager.context.close();

  const english = await visit('manager-berlin', { language: 'en', screen: PHONE });
  await english.page.locator('[data-testid^="task-"]').first().waitFor();
  await english.picture('today-en-phone');
  await english.context.close();

  const auditor = await visit('auditor', { language: 'en', screen: DESKTOP });
  await auditor.at('audit-entries').waitFor();
  await auditor.picture('audit-en');
  await auditor.context.close();
} finally {
  await browser.close();
}
mkdirSync(KEPT, { recursive: true });
cpSync(TAKEN, KEPT, { recursive: true, filter: (path) => path === TAKEN || path.endsWith('.png') });
process.stdout.write('pictures are in docs/pictures\n');
