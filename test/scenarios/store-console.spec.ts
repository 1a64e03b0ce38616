import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DesiredBody, IDEMPOTENCY_HEADER, type TerminalConnection } from '@tillward/contracts';
import { type Agent, NetworkDevices, silentLog, startAgent, systemClock } from '@tillward/edge-agent';
import { type DeviceContext, type SimulatedDevice, zvtKind } from '@tillward/simulator';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { PROJECT_ROOT } from 'tillward/bootstrap';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { violationsOf, WCAG } from '../accessibility.js';
import { chromiumPath, INSTALL_CHROMIUM, startBrowser } from '../browser.js';
import { SmallCore } from '../small-core.js';

const STORE = 'berlin-mitte';
const GATEWAY = 'berlin-mitte-gw';
const INSTALLER = 'token-of-the-installer';
const TERMINALS = ['counter-1', 'counter-2', 'garden'];
const PASSCODES = { lena: '271828', jonas: '314159', mei: '161803' } as const;
const PHONE = { width: 390, height: 844 };
const BOTH = ['dark', 'light'] as const;
const TILL = { width: 1280, height: 800 };

const browserPath = chromiumPath();
if (browserPath === undefined) process.stderr.write(`store-console is skipped: ${INSTALL_CHROMIUM}\n`);

let folder: string;
let core: SmallCore;
let agent: Agent;
let browser: Browser;
let devices: SimulatedDevice[];
const failures: unknown[] = [];

const settings = () => {
  const format = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'Europe/Berlin' });
  const at = (hours: number) => format.format(new Date(Date.now() + hours * 3_600_000));
  // The store closes within half an hour, so that its people are reminded of it.
  const values = {
    'hours.open': at(-6),
    'hours.close': at(0.45),
    'businessDay.cutOff': at(-7),
    'opening.leadMinutes': 0,
    'power.overnight': 'standby',
  };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, origin: 'store' }])) as DesiredBody['settings'];
};

beforeAll(async () => {
  if (browserPath === undefined) return;
  folder = await mkdtemp(join(tmpdir(), 'tillward-console-'));
  devices = await Promise.all(
    TERMINALS.map(async (name) => {
      const context: DeviceContext = {
        host: '127.0.0.1',
        port: 0,
        seed: name,
        dataDir: join(folder, name),
        failed: (error) => failures.push(error),
      };
      const options = { cardMs: [50, 100], hostMs: [20, 50], bootMs: 200, declineRate: 0, store: STORE };
      const device = zvtKind.create(context, zvtKind.options.parse(options));
      await device.start();
      return device;
    }),
  );
  core = await SmallCore.start(STORE, GATEWAY);
  const portOf = (endpoint: string | undefined) => Number(new URL(endpoint!.replace(/^\w+:/, 'http:')).port);
  const certified = { certifiedUntil: '2099-01-01T00:00:00.000Z', certificateId: 'cert-1' };
  await core.desire({
    store: { id: STORE, name: 'Berlin Mitte, Rosenthaler Straße', timeZone: 'Europe/Berlin', currency: 'EUR' },
    settings: settings(),
    terminals: TERMINALS.map(
      (id, i): TerminalConnection => ({
        id,
        name: ['Counter 1', 'Counter 2', 'Garden café'][i]!,
        driver: 'zvt',
        host: '127.0.0.1',
        port: portOf(devices[i]!.endpoints['zvt']),
        password: '000000',
        currency: 'EUR',
        power: { kind: 'none' },
      }),
    ),
    operators: [
      { id: 'lena', name: 'Lena Hoffmann', role: 'manager', ...certified },
      { id: 'jonas', name: 'Jonas Weber', role: 'cashier', ...certified },
      { id: 'mei', name: '陈美玲', role: 'cashier', ...certified },
      { id: 'tim', name: 'Tim Krüger', role: 'cashier', certifiedUntil: null, certificateId: null },
    ],
  });
  agent = await startAgent(
    { clock: systemClock, log: silentLog, devices: new NetworkDevices() },
    {
      store: STORE,
      gateway: GATEWAY,
      dataDir: join(folder, 'agent'),
      ...core.mqtt,
      gatewayKey: generateKeyPairSync('ed25519').privateKey,
      coreKey: core.coreKey,
      tillHost: '127.0.0.1',
      tillPort: 0,
      tillToken: INSTALLER,
      logLevel: 'silent',
    },
  );
  const ready = async () => {
    const { terminals } = (await (await till('GET', '/v1/terminals')).json()) as {
      terminals: { sample: { signedOn: boolean; activity: string } }[];
    };
    return terminals.length === 3 && terminals.every(({ sample }) => sample.signedOn && sample.activity === 'idle');
  };
  await vi.waitUntil(ready, { timeout: 30_000, interval: 100 });
  browser = await startBrowser();
}, 90_000);

afterAll(async () => {
  await browser?.close();
  await agent?.stop('test');
  await core?.stop();
  await Promise.all((devices ?? []).map((device) => device.stop()));
  if (folder) await rm(folder, { recursive: true, force: true });
  expect(failures).toEqual([]);
});

function till(method: string, path: string, body?: unknown, key?: string, token = INSTALLER): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...(key ? { [IDEMPOTENCY_HEADER]: key } : {}) };
  return fetch(`http://127.0.0.1:${agent.tillPort}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Somebody at a screen; what the page complains about, and what it asks of other places, is kept. */
class Visitor {
  readonly complaints: string[] = [];
  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static async open(language: 'en' | 'zh', viewport: { width: number; height: number }): Promise<Visitor> {
    const context = await browser.newContext({
      viewport,
      locale: language === 'zh' ? 'zh-CN' : 'en-GB',
      ...(viewport.width < 500 ? { isMobile: true, hasTouch: true } : {}),
    });
    const page = await context.newPage();
    const visitor = new Visitor(context, page);
    const origin = `http://127.0.0.1:${agent.tillPort}`;
    page.on('pageerror', (error) => visitor.complaints.push(`exception: ${error.message}`));
    page.on('console', (message) => {
      // Browsers log every refusal of the gateway as an error of the network.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) visitor.complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(origin)) visitor.complaints.push(`asked ${request.url()}`);
    });
    await page.goto(`${origin}/console`);
    await visitor.at('person').waitFor();
    return visitor;
  }

  at(testId: string) {
    return this.page.getByTestId(testId);
  }

  submit() {
    return this.page.locator('dialog:last-of-type [data-testid=submit], main:not(:has(~ dialog)) [data-testid=submit]').last().click();
  }

  async choosePasscode(person: keyof typeof PASSCODES, code: string): Promise<void> {
    if (!(await this.at('one-time-code').isVisible())) await this.at('to-choose').click();
    await this.at('person').fill(person);
    await this.at('one-time-code').fill(code);
    await this.at('passcode').fill(PASSCODES[person]);
    await this.at('passcode-again').fill(PASSCODES[person]);
    await this.submit();
    await this.at('passcode-again').waitFor({ state: 'detached' });
  }

  async signIn(person: keyof typeof PASSCODES): Promise<void> {
    await this.at('person').fill(person);
    await this.at('passcode').fill(PASSCODES[person]);
    await this.submit();
    await this.at(`terminal-${TERMINALS[0]}`).waitFor();
  }

  /** A picture for people, and what axe finds in light and dark. */
  async look(name: string, schemes: readonly ('light' | 'dark')[] = ['light']): Promise<void> {
    const where = join(PROJECT_ROOT, 'test', 'output', 'store-console');
    mkdirSync(where, { recursive: true });
    await this.page.emulateMedia({ reducedMotion: 'reduce' });
    const looks = schemes.map((colorScheme) => ({ screen: this.page.viewportSize()!, colorScheme }));
    expect(await violationsOf(this.page, name, looks, [...WCAG, 'best-practice'])).toEqual([]);
    for (const colorScheme of schemes) {
      await this.page.emulateMedia({ colorScheme });
      await this.page.screenshot({ path: join(where, `${name}-${colorScheme}.png`), fullPage: true });
    }
    const overflow = await this.page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect([name, overflow]).toEqual([name, 0]);
    const small = await this.page.evaluate(
      `[...document.querySelectorAll('button')].filter((button) => button.offsetParent && button.getBoundingClientRect().height < 44).map((button) => button.textContent)`,
    );
    expect([name, small]).toEqual([name, []]);
  }

  async close(): Promise<void> {
    expect(this.complaints).toEqual([]);
    await this.context.close();
  }
}

describe.skipIf(browserPath === undefined)('the store console in a browser', () => {
  it('carries a store from its first manager to closing time', { timeout: 300_000 }, async () => {
    const lena = await Visitor.open('en', PHONE);
    await lena.look('1-sign-in-phone-en', BOTH);
    await lena.at('to-install').click();
    await lena.at('installer').fill(INSTALLER);
    await lena.at('person').fill('lena');
    await lena.submit();
    const first = await lena.at('code').textContent();
    await lena.look('2-code-phone-en');
    await lena.page.keyboard.press('Escape');
    await lena.choosePasscode('lena', first!);
    await lena.signIn('lena');
    await lena.page.locator('.notice', { hasText: 'Still open:' }).waitFor();
    await lena.look('3-today-manager-phone-en', BOTH);

    await lena.at('tab-team').click();
    await lena.at('code-jonas').click();
    const codeOfJonas = (await lena.at('code').textContent())!;
    await lena.page.getByText('are approved by another manager').waitFor();
    await lena.page.keyboard.press('Escape');
    await lena.at('pair').click();
    await lena.page.locator('dialog input').fill('till-1');
    await lena.submit();
    const token = await lena.at('token').inputValue();
    await lena.look('4-team-token-phone-en');
    await lena.page.keyboard.press('Escape');
    await lena.look('5-team-phone-en', BOTH);
    await lena.at('tab-today').click();

    const mei = await Visitor.open('zh', TILL);
    // The store has one manager: who asks for the refunds she approves has the code from the installer.
    await mei.at('to-install').click();
    await mei.at('installer').fill(INSTALLER);
    await mei.at('person').fill('mei');
    await mei.submit();
    const codeOfMei = (await mei.at('code').textContent())!;
    await mei.page.keyboard.press('Escape');
    await mei.choosePasscode('mei', codeOfMei);
    await mei.look('6-sign-in-till-zh');
    await mei.signIn('mei');
    await mei.at('sign-on-counter-1').click();
    await mei.at('sign-off-counter-1').waitFor();
    const jonas = await Visitor.open('en', TILL);
    await jonas.choosePasscode('jonas', codeOfJonas);
    await jonas.signIn('jonas');
    await jonas.at('sign-on-counter-2').click();
    await jonas.at('sign-off-counter-2').waitFor();

    const sale = { terminal: 'counter-1', currency: 'EUR', tillId: 'till-1' };
    for (const [i, amountMinor] of [1_250, 8_990, 11_000].entries()) {
      expect((await till('POST', '/v1/payments', { ...sale, amountMinor }, `walk-000${i}`, token)).status).toBe(200);
    }
    const refund = { ...sale, amountMinor: 1_250, reason: '顾客退回一件商品' };
    expect((await till('POST', '/v1/refunds', refund, 'walk-back-1', token)).status).toBe(202);
    const decide = lena.page.locator('[data-focus^="refund "]');
    await decide.waitFor();
    await lena.look('7-refund-asked-phone-en');
    await decide.click();
    await lena.page.locator('dialog input').fill(PASSCODES.lena);
    await lena.look('8-refund-decide-phone-en');
    await lena.submit();
    await lena.page.locator('dialog').waitFor({ state: 'detached' });
    const given = (await (await till('POST', '/v1/refunds', refund, 'walk-back-1', token)).json()) as { state: string };
    expect(given.state).toBe('completed');

    await mei.page.getByText('4 笔').first().waitFor();
    await mei.look('9-today-cashier-till-zh', BOTH);
    await mei.at('receipts-counter-1').click();
    await mei.page.locator('.payment').nth(3).waitFor();
    await mei.look('10-receipts-till-zh');
    await mei.page.locator('.payment button').nth(1).click();
    await mei.page.locator('dialog').last().locator('input[type=text]').fill('顾客遗失');
    await mei.page.locator('dialog').last().locator('input[value=till]').check();
    await mei.submit();
    await mei.page.locator('.receipt').waitFor();
    expect(await mei.page.locator('.receipt').textContent()).toContain('*** COPY 1 ***');
    await mei.look('11-copy-till-zh');
    await mei.page.keyboard.press('Escape');
    await mei.page.keyboard.press('Escape');

    await mei.at('hand-over-counter-1').click();
    await mei.page.locator('dialog input[type=number]').fill('3');
    await mei.page.locator('dialog fieldset input[type=text]').fill('jonas');
    await mei.page.locator('dialog fieldset input[type=password]').fill(PASSCODES.jonas);
    await mei.submit();
    await mei.page.locator('dialog .problem', { hasText: '请重新清点' }).waitFor();
    await mei.look('12-handover-differs-till-zh', BOTH);
    await mei.page.locator('dialog input[type=text]').first().fill('一张随顾客带走');
    await mei.submit();
    await mei.page.locator('dialog').waitFor({ state: 'detached' });
    await expect
      .poll(() => core.told('HandoverDiffered'))
      .toMatchObject([{ outgoingOperatorId: 'mei', incomingOperatorId: 'jonas', slips: 3, transactions: 4 }]);

    await lena.page.locator('[data-focus^="acknowledge "]').first().click();
    await lena.page.locator('.notice', { hasText: 'Still open:' }).waitFor({ state: 'detached' });
    await lena.at('close-now').click();
    await lena.look('13-close-now-phone-en', BOTH);
    await lena.page.locator('dialog input[type=text]').fill('holiday');
    await lena.submit();
    await lena.page.locator('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => core.told('CloseProven').length, { timeout: 60_000 }).toBe(3);
    await lena.page.getByText('Every terminal is closed').waitFor();
    await lena.look('14-closed-phone-en');
    await lena.at('language').click();
    await lena.look('15-closed-phone-zh');
    await jonas.look('16-closed-till-en');
    await lena.at('sign-out').click();
    await lena.at('person').waitFor();
    expect(core.told('CloseOrdered')).toMatchObject([{ operatorId: 'lena', reason: 'holiday' }]);
    for (const visitor of [lena, mei, jonas]) await visitor.close();
  });
});
