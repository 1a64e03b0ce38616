import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import en from './en.json' with { type: 'json' };
import zh from './zh-CN.json' with { type: 'json' };

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, path = ''): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (typeof value === 'string') texts.set(at, value);
    else for (const [inner, text] of flat(value, at)) texts.set(inner, text);
  }
  return texts;
}

const english = flat(en);
const chinese = flat(zh);
const HAN = /\p{Script=Han}/u;
const plain = (key: string): string => key.replace(/_(?:one|other)$/, '');
const placeholders = (text: string): string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '').sort();
/** Names, and texts made only of placeholders and signs, are the same everywhere. */
const wordless = (text: string): boolean => !/[A-Za-z]/.test(text.replaceAll(/\{\{\w+\}\}/g, '').replace('Tillward', ''));

describe('the catalogues', () => {
  it('have the same keys in both languages', () => {
    expect([...new Set([...chinese.keys()].map(plain))].sort()).toEqual([...new Set([...english.keys()].map(plain))].sort());
  });

  it('have every plural form the language has', () => {
    const counted = [...english.keys()].filter((key) => key.endsWith('_other')).map(plain);
    expect(counted.filter((key) => !english.has(`${key}_one`))).toEqual([]);
    expect(counted.filter((key) => !chinese.has(`${key}_other`))).toEqual([]);
  });

  it('fill the same placeholders', () => {
    const differing = [...chinese].filter(([key, text]) => {
      const other = english.get(key) ?? '';
      return placeholders(text).join() !== placeholders(other).join();
    });
    expect(differing).toEqual([]);
  });

  it('leave nothing untranslated', () => {
    expect([...chinese].filter(([, text]) => !HAN.test(text) && !wordless(text))).toEqual([]);
    expect([...english].filter(([, text]) => HAN.test(text) || text.trim() === '')).toEqual([]);
  });

  it('use Chinese punctuation in Chinese sentences', () => {
    const halfWidth = /[\p{Script=Han}}][,;:?!]|[,;:?!]\p{Script=Han}|\p{Script=Han}\.(?:\s|$)/u;
    expect([...chinese].filter(([, text]) => halfWidth.test(text))).toEqual([]);
  });
});

describe('the sources', () => {
  const dashboard = fileURLToPath(new URL('../../', import.meta.url));
  const manifest = createRequire(import.meta.url).resolve('i18next-cli/package.json');
  const tool = join(dirname(manifest), 'dist', 'esm', 'cli.js');
  let planted = '';

  const run = (args: string[], cwd: string): Promise<{ code: number; said: string }> =>
    new Promise((resolve) => {
      execFile(process.execPath, [tool, ...args], { cwd, env: { ...process.env, NO_COLOR: '1' }, timeout: 60_000 }, (error, out, err) =>
        resolve({ code: error ? 1 : 0, said: out + err }),
      );
    });

  beforeAll(async () => {
    planted = await mkdtemp(join(tmpdir(), 'tillward-texts-'));
    await writeFile(join(planted, 'page.tsx'), 'export const Page = () => <button title="Close it">Press here</button>;\n');
    await writeFile(
      join(planted, 'i18next.config.ts'),
      "export default { locales: ['en'], extract: { input: ['*.tsx'], output: '{{language}}.json' } };\n",
    );
  });
  afterAll(() => rm(planted, { recursive: true, force: true }));

  it('show no text that is not in the catalogues', async () => {
    const { code, said } = await run(['lint'], dashboard);
    expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
  });

  it('use no key that a catalogue lacks', async () => {
    const { code, said } = await run(['status'], dashboard);
    expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
  });

  it('would be caught with a text outside the catalogues', async () => {
    const { code, said } = await run(['lint'], planted);
    expect(code).toBe(1);
    expect(said).toContain('Press here');
  });
});
