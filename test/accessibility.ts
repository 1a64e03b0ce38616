import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** A width and a colour scheme to look at a screen in. */
export interface Look {
  readonly screen: { width: number; height: number };
  readonly colorScheme: 'light' | 'dark';
}

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What axe finds on this screen in these looks, as lines that name screen, look, rule and place. Ought to be empty. */
export async function violationsOf(page: Page, name: string, looks: readonly Look[]): Promise<string[]> {
  const found: string[] = [];
  for (const { screen, colorScheme } of looks) {
    await page.setViewportSize(screen);
    await page.emulateMedia({ colorScheme });
    // The page has drawn itself anew after two frames.
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    // Nothing here has frames, so the answer needs no page of its own to be put together in; what holds need not be described.
    const builder = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).withTags(WCAG);
    const { violations } = await builder.setLegacyMode(true).analyze();
    for (const { id, nodes } of violations) {
      found.push(`${name}, ${screen.width} px, ${colorScheme}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
    }
  }
  return found;
}
