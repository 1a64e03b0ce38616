import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** A width and a colour scheme to look at a screen in. */
export interface Look {
  readonly screen: { width: number; height: number };
  readonly colorScheme: 'light' | 'dark';
}

/** The success criteria of WCAG 2.2 AA. */
export const WCAG: readonly string[] = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
/** What the colour scheme alone can change. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

/** A broken rule, and where. */
interface Violation {
  readonly id: string;
  readonly nodes: readonly { target: readonly string[] }[];
}

/**
 * What axe finds on this screen in these looks, as lines that name screen, look, rule and place. Ought to be empty. A width that was looked at in
 * one colour scheme is asked in the other only what colours can change.
 */
export async function violationsOf(page: Page, name: string, looks: readonly Look[], tags = WCAG): Promise<string[]> {
  const found: string[] = [];
  const widths = new Set<number>();
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(axe.source);
  for (const { screen, colorScheme } of looks) {
    await page.setViewportSize(screen);
    await page.emulateMedia({ colorScheme });
    // The page has drawn itself anew after two frames.
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    const runOnly = widths.has(screen.width) ? { type: 'rule', values: COLOURS } : { type: 'tag', values: tags };
    widths.add(screen.width);
    // What holds need not be described.
    const options = JSON.stringify({ runOnly, resultTypes: ['violations'] });
    const violations = await page.evaluate<Violation[]>(`axe.run(document, ${options}).then(({ violations }) => violations)`);
    for (const { id, nodes } of violations) {
      found.push(`${name}, ${screen.width} px, ${colorScheme}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
    }
  }
  return found;
}
