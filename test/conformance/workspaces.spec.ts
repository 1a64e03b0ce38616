import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { workspaces } from './workspaces.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** DESIGN.md, Who may import what. */
const MAY_DEPEND_ON: Readonly<Record<string, readonly string[]>> = {
  pure: ['pure'],
  driver: ['pure'],
  edge: ['pure', 'driver'],
  core: ['pure'],
  web: ['pure'],
  rig: ['pure', 'driver', 'edge', 'core', 'web', 'rig'],
};

const TAG_OF: Readonly<Record<string, RegExp>> = {
  pure: /^libs\/(calendar|contracts|driver|journal|money|policy|reconciliation|statements|transparency-log)$/,
  driver: /^libs\/(driver-.+|observer-.+|power)$/,
  edge: /^apps\/edge-agent$/,
  core: /^apps\/core$/,
  web: /^apps\/dashboard$/,
  rig: /^(apps\/(simulator|launcher)|test)$/,
};

const all = workspaces(ROOT);
const tagOf = new Map(all.map(({ name, tag }) => [name, tag]));
const read = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Record<string, unknown>;

describe.each(all)('$folder', ({ folder, tag, dependencies, devDependencies }) => {
  const own = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => tagOf.has(name));

  it('has the tag of its folder', () => {
    expect(Object.keys(TAG_OF).filter((name) => TAG_OF[name]?.test(folder))).toEqual([tag]);
  });

  it('depends only on what its tag may import', () => {
    expect(own.filter((name) => !MAY_DEPEND_ON[tag]?.includes(tagOf.get(name) ?? ''))).toEqual([]);
  });

  it('references in tsconfig.json the workspaces it depends on, so that tsc -b builds them first', () => {
    if (tag === 'web') return;
    const config = read(`${folder}/tsconfig.json`) as { references?: { path: string }[] };
    const referenced = (config.references ?? []).map(({ path }) => join(folder, path));
    const folders = own
      .map((name) => all.find((workspace) => workspace.name === name)?.folder ?? name)
      .filter((path) => path !== 'apps/dashboard');
    expect(folders.filter((path) => !referenced.includes(path))).toEqual([]);
  });

  it('pins every dependency to one version', () => {
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) expect(`${name} ${version}`).toMatch(EXACT);
  });
});

const EXACT = /^\S+ \d+\.\d+\.\d+(-[0-9a-z.-]+)?$/;

describe('the workspace as a whole', () => {
  it('pins the dependencies of the root, overrides included', () => {
    const root = read('package.json') as Record<string, Record<string, string> | undefined>;
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides']) {
      for (const [name, version] of Object.entries(root[kind] ?? {})) expect(`${name} ${version}`).toMatch(EXACT);
    }
  });

  it('has one version of every package that several workspaces use', () => {
    const versions = new Map<string, Set<string>>();
    for (const { dependencies, devDependencies } of all) {
      for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        versions.set(name, (versions.get(name) ?? new Set()).add(version));
      }
    }
    expect([...versions].filter(([, set]) => set.size > 1).map(([name]) => name)).toEqual([]);
  });

  it('builds every project that tsc builds from the root', () => {
    const root = read('tsconfig.json') as { references: { path: string }[] };
    const expected = all.filter(({ tag }) => tag !== 'web').map(({ folder }) => folder);
    expect(root.references.map(({ path }) => path).toSorted()).toEqual(expected.toSorted());
  });

  it('names no file or folder after nothing in particular', () => {
    const paths = globSync('{apps,libs,test,tools}/**', {
      cwd: ROOT,
      exclude: (path) => /(^|\/)(node_modules|dist|output|generated)$/.test(path),
    });
    const vague = /(^|[/.-])(utils?|helpers?|common|misc|manager)([/.-]|$)/;
    expect(paths.filter((path) => vague.test(path) && !/(^|\/)(node_modules|dist|output|generated)\//.test(path))).toEqual([]);
  });
});
