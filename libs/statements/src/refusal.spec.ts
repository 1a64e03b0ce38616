import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { csvProfileSchema, REFUSALS, STATEMENT_FORMATS, STATEMENT_ROW_TYPES } from './index.js';
import { quoted } from './refusal.js';

const guide = readFileSync(fileURLToPath(new URL('../../../docs/guide/statements.md', import.meta.url)), 'utf8');

describe('docs/guide/statements.md', () => {
  it('lists every refusal with its meaning, and no other', () => {
    const listed = guide
      .slice(guide.indexOf('## Why a file is refused'))
      .split('\n')
      .map((line) => /^\| `([a-z0-9-]+)` \| (.+) \|$/.exec(line))
      .filter((row) => row !== null)
      .map(([, code, meaning]) => [code, meaning]);
    expect(listed).toEqual(Object.entries(REFUSALS));
  });

  it('names every format, row type and profile key', () => {
    const profile = guide.slice(guide.indexOf('## A CSV file of your own'), guide.indexOf('## Why a file'));
    for (const format of STATEMENT_FORMATS) expect(guide).toContain(`| \`${format}\` |`);
    for (const type of STATEMENT_ROW_TYPES) expect(guide).toContain(`\`${type}\``);
    for (const key of Object.keys(csvProfileSchema.shape)) expect(profile).toContain(`\`${key}\``);
    for (const column of Object.keys(csvProfileSchema.shape.columns.shape)) expect(profile).toContain(`\`${column}\``);
  });

  it('its example of a profile is one', () => {
    const example = /```json\n(.+?)```/s.exec(guide)?.[1] ?? '';
    expect(csvProfileSchema.safeParse(JSON.parse(example)).error).toBeUndefined();
  });
});

describe('quoted', () => {
  it('hides control characters and all but four digits of long numbers, and is short', () => {
    expect(quoted('a\u0000b\u202e')).toBe('"a·b·"');
    expect(quoted('12345678')).toBe('"****5678"');
    expect(quoted('2026-02-30')).toBe('"2026-02-30"');
    expect(quoted('x'.repeat(100)).length).toBeLessThan(45);
  });
});
