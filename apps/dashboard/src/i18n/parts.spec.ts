import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import en from './en.json' with { type: 'json' };
import { CATALOGUE_PARTS, type CataloguePart, partOf } from './parts.js';

const SOURCES = fileURLToPath(new URL('../', import.meta.url));
const PARTS = Object.keys(CATALOGUE_PARTS) as (keyof typeof CATALOGUE_PARTS)[];

/** Sources outside these folders that name a text of these groups: `t('group.key')`, or `textOrCode(t, 'group', …)`. */
function strays(groups: readonly string[], folders: readonly string[]): string[] {
  const named = new RegExp(`\\bt\\(\\s*['\`](?:${groups.join('|')})\\.|textOrCode\\([^,]+,\\s*'(?:${groups.join('|')})'`);
  return globSync('**/*.{ts,tsx}', { cwd: SOURCES })
    .filter((path) => !/\.spec\.|generated|^i18n/.test(path) && !folders.some((folder) => path.startsWith(`${folder}/`)))
    .filter((path) => named.test(readFileSync(`${SOURCES}/${path}`, 'utf8')));
}

describe('the parts of the catalogues', () => {
  it.each(PARTS)('%s: its texts are used on its own pages only', (part) => {
    const { groups, folders } = CATALOGUE_PARTS[part];
    expect(strays(groups, folders)).toEqual([]);
  });

  it('would notice a text that is used elsewhere', () => {
    expect(strays(['audit'], [])).toContain('audit/audit-page.tsx');
    expect(strays(['auditAction'], [])).toContain('audit/entry-drawer.tsx');
  });

  it('hold every group once, and only groups there are', () => {
    const all: CataloguePart[] = ['base', ...PARTS];
    const held = all.flatMap((part) => Object.keys(partOf(en, part)));
    expect(held.toSorted()).toEqual(Object.keys(en).toSorted());
    for (const part of PARTS) expect(Object.keys(partOf(en, part)).toSorted()).toEqual([...CATALOGUE_PARTS[part].groups].toSorted());
  });
});
