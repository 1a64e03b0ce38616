import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generatedFiles } from './generate.js';

const document = generatedFiles()['docs/environment.md']!;

test('docs/environment.md is checked in as the code makes it', () => {
  expect(document).toBe(readFileSync(new URL('../../../docs/environment.md', import.meta.url), 'utf8'));
});
