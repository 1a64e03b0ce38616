import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FleetBoardDocument, MeDocument } from '../graphql/generated/graphql.js';
import { takeApart } from './documents.js';

const source = readFileSync(new URL('../graphql/generated/graphql.ts', import.meta.url), 'utf8');
const { rest, modules } = takeApart(source);

/** What a module exports, run as it stands, after the class it needs. */
function run(name: string): { toString(): string } {
  const body = [modules.get('TypedDocumentString'), modules.get(name)]
    .join('\n')
    .replaceAll(/^import .*$/gm, '')
    .replaceAll('export ', '');
  return new Function(`${body}\nreturn ${name};`)() as { toString(): string };
}
const words = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

describe('the documents', () => {
  it('are all found, and none is left in the file', () => {
    expect(modules.size).toBe((source.match(/new TypedDocumentString\(/g) ?? []).length + 1);
    expect(rest).not.toContain('new TypedDocumentString(');
    expect(rest).not.toContain('class TypedDocumentString');
    for (const name of modules.keys()) expect(rest).toContain(`export { ${name} } from './graphql.ts?document=${name}';`);
  });

  it('say word for word what they said, in less room', () => {
    for (const [name, document] of Object.entries({ FleetBoardDocument, MeDocument })) {
      expect(words(run(name).toString())).toBe(words(document.toString()));
      expect(run(name).toString().length).toBeLessThan(document.toString().length);
    }
  });

  it('keep the types', () => {
    expect(rest).toContain('export type FleetBoardQuery');
  });
});
