import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LEFT_OUT = /(^|\/)(node_modules|dist|output|generated|planted|\.nx|\.tillward)(\/|$)/;

function paths(pattern: string): string[] {
  return globSync(pattern, { cwd: ROOT, exclude: (path) => LEFT_OUT.test(path) }).filter((path) => !LEFT_OUT.test(path));
}

/** Places where `pattern` occurs, as `path:line text`. */
function occurrences(files: readonly string[], pattern: RegExp): string[] {
  return files.flatMap((path) =>
    readFileSync(join(ROOT, path), 'utf8')
      .split('\n')
      .flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1} ${line.trim().slice(0, 100)}`] : [])),
  );
}

/** First digits and lengths of the schemes cards are issued under. */
const SCHEMES = /^(?:4\d{12}|4\d{15}|4\d{18}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6\d{15,18})$/;

/** Digits that make a card number: of a scheme, with a valid check digit (ISO/IEC 7812-1 annex B). */
function looksLikeCardNumber(digits: string): boolean {
  if (!SCHEMES.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    sum += i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}

describe('house rules', () => {
  const code = paths('{apps,libs,test,tools}/**/*.{ts,tsx,mjs}');
  const all = [
    ...code,
    ...paths('{apps,libs,test,tools,docs,deploy}/**/*.{json,jsonc,md,graphql,yaml,yml,html,css}'),
    ...paths('*.{md,json,jsonc}'),
  ].filter((path) => path !== 'package-lock.json');

  it('nothing is left for later in a comment', () => {
    const words = ['TO' + 'DO', 'FIX' + 'ME', 'HA' + 'CK', 'not imple' + 'mented', 'for ' + 'now', 'temporary ' + 'solution'];
    expect(occurrences(code, new RegExp(`(//|\\*|/\\*|').*\\b(${words.join('|')})\\b`))).toEqual([]);
  });

  it('no test is left out or run alone', () => {
    expect(occurrences(code, /\b(it|test|describe)\.(only|skip|todo)\(/)).toEqual([]);
  });

  it('no check is switched off without a reason', () => {
    const others = code.filter((path) => !path.endsWith('/house-rules.spec.ts'));
    expect(occurrences(others, /@ts-(?:ignore|nocheck)|@ts-expect-error(?!:)|biome-ignore (?!.*: \S+ \S+)/)).toEqual([]);
  });

  it('no file holds a card number', () => {
    const found = all.flatMap((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8');
      const runs = text.match(/(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.])/g) ?? [];
      return runs.filter((run) => looksLikeCardNumber(run.replaceAll(/\D/g, ''))).map((run) => `${path}: …${run.slice(-4)}`);
    });
    expect(found).toEqual([]);
  });

  it('names no machine path and no registry host', () => {
    expect(occurrences(all, /\/(home|Users|root)\/[a-z]|registry\.npmjs|\bnpmmirror\b/)).toEqual([]);
  });
});
