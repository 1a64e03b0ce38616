import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const pages = globSync(['*.md', 'docs/**/*.md', '{apps,libs}/*/README.md', 'apps/*/src/*/README.md'], { cwd: ROOT }).filter(
  (path) => !path.includes('node_modules'),
);

/** Targets of Markdown links and of pictures, without those that leave the repository. */
function localTargets(markdown: string): string[] {
  const links = [...markdown.matchAll(/\]\(([^)\s]+)\)/g), ...markdown.matchAll(/<img src="([^"]+)"/g)].map((match) => match[1]!);
  return links.filter((target) => !/^(https?:|mailto:|#)/.test(target)).map((target) => target.split('#', 1)[0]!);
}

test('there are pages to look at', () => {
  expect(pages).toContain('README.md');
});

test.each(pages)('every link and picture of %s leads somewhere', (page) => {
  const targets = localTargets(readFileSync(join(ROOT, page), 'utf8'));
  expect(targets.filter((target) => !existsSync(join(ROOT, dirname(page), target)))).toEqual([]);
});

test('the commands the README tells people to type exist', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const scripts = Object.keys(
    (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> }).scripts,
  );
  const named = [...readme.matchAll(/npm (?:run )?(start|test|[a-z:]+)(?= |$|`)/gm)]
    .map((match) => match[1]!)
    .filter((name) => name !== 'run');
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
});
