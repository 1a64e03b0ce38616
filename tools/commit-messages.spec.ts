import { describe, expect, it } from 'vitest';
// @ts-expect-error: a plain script without types
import { problemsOf as untyped } from './commit-messages.mjs';

const problemsOf = untyped as (message: string) => string[];

describe('commit messages', () => {
  it.each([
    'feat(ingest): acknowledge a batch only after its commit',
    'fix!: refuse a policy older than the one in force',
    'docs: say how to run the tests\n\nA body.',
    'test(edge-agent,core): kill both in the middle of a closing',
  ])('take %j', (message) => expect(problemsOf(message)).toEqual([]));

  it.each([
    'Fixed stuff',
    'feat: ',
    'feat(Ingest): x y',
    'feat: ends in a full stop.',
    'feature: x',
    'fix: a\nb',
    `fix: ${'a'.repeat(100)}`,
  ])('refuse %j', (message) => expect(problemsOf(message)).not.toEqual([]));
});
