import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

/** Runs statements in a fresh process, where nothing is loaded yet; answers what they write. */
function run(statements: string): unknown {
  const program = `const { keepUnusedOut } = await import('./start.memory.ts'); ${statements}`;
  const text = execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: import.meta.dirname, encoding: 'utf8' });
  return JSON.parse(text);
}

const LOADED = `const loaded = (part) => process.moduleLoadList.some((name) => name.includes(part));`;

it('an import of node:http no longer loads fetch, and serves as before', () => {
  const report = (prepare: string) =>
    run(
      `${prepare} const { createServer } = await import('node:http'); ${LOADED} console.log(JSON.stringify([typeof createServer, loaded('undici')]))`,
    );
  expect(report('keepUnusedOut();')).toEqual(['function', false]);
  // What it is for: when this fails, Node has stopped doing it and the workaround can go.
  expect(report('')).toEqual(['function', true]);
});

it('zod checks as before and says why in English, without its other languages', () => {
  const [message, languages] = run(
    `keepUnusedOut(); const z = await import('zod');
     console.log(JSON.stringify([z.string().safeParse(1).error.issues[0].message, Object.keys(z.locales).length]))`,
  ) as [string, number];
  expect(message).toMatch(/expected string/);
  expect(languages).toBe(0);
});

it('fetch itself still works for whoever calls it', () => {
  expect(run(`keepUnusedOut(); console.log(JSON.stringify([typeof fetch, typeof WebSocket]))`)).toEqual(['function', 'function']);
});
