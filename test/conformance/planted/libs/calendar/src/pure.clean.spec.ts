// expect: nothing
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { it } from 'vitest';

it('is a test and may do what it needs', () => {
  fc.assert(fc.property(fc.string(), (text) => readFileSync('/dev/null', 'utf8') + text + Date.now() + Math.random() !== ''));
});
