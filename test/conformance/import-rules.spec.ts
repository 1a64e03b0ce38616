import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workspaces } from './workspaces.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PLANTED = join(ROOT, 'test/conformance/planted');
const BIOME = join(ROOT, 'node_modules/.bin/biome');

/** A file that breaks a rule on purpose (or, expecting nothing, keeps it). Its first line says which; lines that break it end in `// violation`. */
interface Planted {
  path: string;
  text: string;
  rules: string[];
  lines: number[];
}

interface Diagnostic {
  category: string;
  message: string;
  severity: string;
  location: { path: string; start: { line: number } };
}

/**
 * The planted files, each also in every other workspace of the same tag: a library that is added and not named in biome.jsonc fails here.
 */
function plantedFiles(): Planted[] {
  const all = workspaces(ROOT).filter(({ folder }) => /^(apps|libs)\//.test(folder));
  return globSync('**/*.{ts,tsx}', { cwd: PLANTED }).flatMap((path) => {
    const text = readFileSync(join(PLANTED, path), 'utf8');
    const expected = /^\/\/ expect: (.+)$/m.exec(text)?.[1];
    if (expected === undefined) throw new Error(`${path} must begin with // expect: <rule>`);
    const rules = expected === 'nothing' ? [] : expected.split(' ').toSorted();
    const lines = text.split('\n').flatMap((line, i) => (line.endsWith('// violation') ? [i + 1] : []));
    const folder = path.split('/').slice(0, 2).join('/');
    const tag = all.find((workspace) => workspace.folder === folder)?.tag;
    const twins = all.filter((workspace) => workspace.tag === tag);
    return twins.map((twin) => ({ path: path.replace(folder, twin.folder), text, rules, lines }));
  });
}

/** What a diagnostic is called in an expectation: a plugin's message begins with its name in brackets. */
function ruleOf({ category, message }: Diagnostic): string {
  return category === 'plugin' ? (/^\[([a-z-]+)\]/.exec(message)?.[1] ?? message) : category;
}

async function lint(folder: string): Promise<Diagnostic[]> {
  const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024 };
  const args = ['lint', '--reporter=json', '--max-diagnostics=none', '.'];
  const { stdout } = await promisify(execFile)(BIOME, args, options).catch((error: { stdout?: string }) => {
    // Findings make it exit 1; without its report it did not run at all.
    if (!error.stdout) throw error;
    return { stdout: error.stdout };
  });
  return (JSON.parse(stdout) as { diagnostics: Diagnostic[] }).diagnostics;
}

describe('import rules', () => {
  const files = plantedFiles();
  const configuration = readFileSync(join(ROOT, 'biome.jsonc'), 'utf8');
  let folder: string;
  let diagnostics: Diagnostic[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tillward-planted-'));
    writeFileSync(join(folder, 'biome.jsonc'), configuration.replace('"vcs": { "enabled": true', '"vcs": { "enabled": false'));
    cpSync(join(ROOT, 'tools/lint'), join(folder, 'tools/lint'), { recursive: true });
    const declared = ['zod', 'typeorm', 'pg', 'mqtt', '@nestjs/common', '@tillward/driver-nexo', '@tillward/observer-unionpay'];
    const dependencies = Object.fromEntries([...declared, ...workspaces(ROOT).map(({ name }) => name)].map((name) => [name, '0.1.0']));
    for (const { folder: workspace, name } of workspaces(ROOT)) {
      mkdirSync(join(folder, workspace), { recursive: true });
      writeFileSync(join(folder, workspace, 'package.json'), JSON.stringify({ name, type: 'module', dependencies }, null, 2));
    }
    for (const { path, text } of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    diagnostics = await lint(folder);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const of = (path: string) =>
    diagnostics.filter(({ location, severity }) => location.path === path && severity !== 'info' && severity !== 'warning');

  it.each(files.filter(({ rules }) => rules.length > 0))('report $path', ({ path, rules, lines }) => {
    expect([...new Set(of(path).map(ruleOf))].toSorted()).toEqual(rules);
    expect([...new Set(of(path).map(({ location }) => location.start.line))].toSorted((a, b) => a - b)).toEqual(lines);
  });

  it('do not report what keeps them', () => {
    const clean = files.filter(({ rules }) => rules.length === 0);
    expect(clean.length).toBeGreaterThan(10);
    for (const { path } of clean) expect([path, of(path).map(({ message }) => message)]).toEqual([path, []]);
  });

  it('are each planted', () => {
    const configured = [...configuration.matchAll(/"path": "\.\/tools\/lint\/([a-z-]+)\.grit"/g)].map((match) => match[1] as string);
    const planted = new Set(files.flatMap(({ rules }) => rules));
    expect(configured.filter((name) => !planted.has(name.replace(/-(root|module|deep)$/, '')))).toEqual([]);
    expect(globSync('*.grit', { cwd: join(ROOT, 'tools/lint') }).toSorted()).toEqual(configured.map((name) => `${name}.grit`).toSorted());
  });

  it('all compile: biome only mentions a broken plugin and carries on', () => {
    expect(diagnostics.filter(({ message }) => /errored|plugin/i.test(message)).map(({ message }) => message)).toEqual([]);
  });
});
