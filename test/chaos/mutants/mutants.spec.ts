import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from 'tillward/bootstrap';
import { expect, test } from 'vitest';
import { MUTANTS } from './mutants.js';
import { SLICES } from './slices.js';
import { applyEdit } from './tree.js';

test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s still fits the sources', (_name, { edits, slice }) => {
  expect(edits.length).toBeGreaterThan(0);
  expect(Object.keys(SLICES)).toContain(slice);
  const changed = new Map<string, string>();
  for (const edit of edits) {
    const before = changed.get(edit.file) ?? readFileSync(join(PROJECT_ROOT, edit.file), 'utf8');
    const after = applyEdit(before, edit);
    expect(after).not.toBe(before);
    changed.set(edit.file, after);
  }
});

test('there are at least ten, each with a name of its own', () => {
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  expect(MUTANTS.length).toBeGreaterThanOrEqual(10);
});

test('an edit that does not fit exactly once is refused', () => {
  const edit = (find: string | RegExp) => applyEdit('one two two', { file: 'f', find, replace: '$&x' });
  expect(edit('one')).toBe('$&x two two');
  expect(edit(/one/)).toBe('onex two two');
  expect(() => edit('two')).toThrow('2 times');
  expect(() => edit(/three/)).toThrow('0 times');
});
