import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { PROJECT_ROOT } from 'tillward/bootstrap';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable'];

/** The system's Chromium, or undefined where there is none. */
export function chromiumPath(): string | undefined {
  return CANDIDATES.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error) return false;
      throw error;
    }
  });
}

/** What a skipped browser test says. */
export const INSTALL_CHROMIUM = 'no Chromium: install it (Debian: apt-get install chromium fonts-noto-cjk)';

/** Starts the system's Chromium without anything that talks to the outside. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error(INSTALL_CHROMIUM);
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'] });
}

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** One person at one screen. */
export interface Visitor {
  page: Page;
  context: BrowserContext;
  /** What the page said went wrong: console errors and exceptions. Ought to be empty. */
  complaints: string[];
  /** Element by test id. */
  at(testId: string): ReturnType<Page['getByTestId']>;
  /** Keeps a picture below test/output/<folder>. */
  picture(name: string, fullPage?: boolean): Promise<void>;
}

export interface VisitorOptions {
  url: string;
  folder: string;
  person: string;
  password: string;
  language: 'en' | 'zh';
  screen: { width: number; height: number };
  colorScheme?: 'light' | 'dark';
  /** Pictures have all the points of the screen, which takes four times as long on a phone; else one for each CSS pixel. */
  sharp?: boolean;
}

/** Opens a browser window of its own and signs the person in. */
export async function signedInVisitor(browser: Browser, options: VisitorOptions): Promise<Visitor> {
  const phone = options.screen.width < 500;
  const context = await browser.newContext({
    viewport: options.screen,
    locale: options.language === 'zh' ? 'zh-CN' : 'en-GB',
    colorScheme: options.colorScheme ?? 'light',
    ...(phone ? { deviceScaleFactor: 2, isMobile: true, hasTouch: true } : {}),
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    // The first look whether somebody is signed in is answered with 401 by design; browsers log every such answer.
    if (message.type() === 'error' && !message.text().includes('401')) complaints.push(`console: ${message.text()}`);
  });
  const folder = join(PROJECT_ROOT, 'test', 'output', options.folder);
  mkdirSync(folder, { recursive: true });
  const at = (testId: string) => page.getByTestId(testId);
  await page.goto(options.url);
  await at(`language-${options.language}`).click();
  await at('sign-in-person').fill(options.person);
  await at('sign-in-password').fill(options.password);
  await at('sign-in-submit').click();
  await at('sign-in-submit').waitFor({ state: 'detached' });
  // The language a person has chosen before comes from the server with the sign-in; the visit's own comes from the menu.
  const menu = page.locator('[data-testid="person-menu"]:visible, [data-testid="person-menu-compact"]:visible');
  await menu.click();
  await page.locator(`[data-testid^="language-${options.language}"]:visible`).click();
  // Only now does it outlive a page that is opened by its address.
  await page.locator(`html[lang="${options.language === 'zh' ? 'zh-CN' : 'en'}"]`).waitFor({ state: 'attached' });
  await page.keyboard.press('Escape');
  return {
    page,
    context,
    complaints,
    at,
    picture: async (name, fullPage = false) => {
      await page.screenshot({ path: join(folder, `${name}.png`), fullPage, scale: options.sharp === true ? 'device' : 'css' });
    },
  };
}
