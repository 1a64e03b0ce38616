import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bootstrap, ensureBuilt, ensureInstalled, isInstalled, PROJECT_ROOT } from '../bin/bootstrap.mjs';

let root = '';

function file(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** Stands where TypeScript's compiler stands: notes each run and writes what the launcher would load. */
const COMPILER = `
  const fs = require('node:fs');
  fs.appendFileSync('builds.log', 'begin\\n');
  if (fs.readFileSync('libs/a/src/a.ts', 'utf8').includes('wrong')) { console.error('a.ts(1,1): error'); process.exit(2); }
  setTimeout(() => { fs.mkdirSync('apps/launcher/dist', { recursive: true }); fs.appendFileSync('builds.log', 'end\\n'); }, 150);
`;

const builds = () => readFileSync(join(root, 'builds.log'), 'utf8');

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tillward root '));
  file('builds.log', '');
  file('package-lock.json', JSON.stringify({ packages: { '': {}, 'node_modules/a': { version: '1.0.0' } } }));
  file('node_modules/.package-lock.json', JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0' } } }));
  file('node_modules/typescript/bin/tsc', COMPILER);
  file('apps/launcher/tsconfig.json', '{}');
  file('libs/a/src/a.ts', 'export {}');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test.each([
  ['the same version', { 'node_modules/a': { version: '1.0.0' } }, {}, true],
  ['another version', { 'node_modules/a': { version: '1.0.1' } }, {}, false],
  ['a missing package', {}, {}, false],
  [
    'a missing optional package',
    { 'node_modules/a': { version: '1.0.0' } },
    { 'node_modules/b': { version: '2.0.0', optional: true } },
    true,
  ],
  ['a missing workspace link', { 'node_modules/a': { version: '1.0.0' } }, { 'node_modules/w': { resolved: 'libs/w', link: true } }, false],
])('installed, with %s: %s', (_what, present, alsoWanted, expected) => {
  file('package-lock.json', JSON.stringify({ packages: { '': {}, 'node_modules/a': { version: '1.0.0' }, ...alsoWanted } }));
  file('node_modules/.package-lock.json', JSON.stringify({ packages: present }));
  expect(isInstalled(root)).toBe(expected);
});

test('what only tests need may be missing where nobody tests, and only there', () => {
  file('package-lock.json', JSON.stringify({ packages: { '': {}, 'node_modules/t': { version: '1.0.0', dev: true } } }));
  expect(isInstalled(root)).toBe(false);
  expect(isInstalled(root, { tests: false })).toBe(true);
  vi.stubEnv('NODE_ENV', 'production');
  expect(isInstalled(root)).toBe(true);
  vi.unstubAllEnvs();
});

test.each([
  ['everything is missing', {}, {}, 'ci --no-audit --no-fund --loglevel=error'],
  ['everything is missing and nobody tests', {}, { tests: false }, 'ci --no-audit --no-fund --loglevel=error --omit=dev'],
  [
    'only what tests need is missing, a running system keeps its files',
    { 'node_modules/a': { version: '1.0.0' } },
    {},
    'install --no-save --no-audit --no-fund --loglevel=error',
  ],
])('%s: npm is asked for what is missing', async (_what, present, options, expected) => {
  file('npm.js', "require('node:fs').writeFileSync('asked', process.argv.slice(2).join(' '))");
  vi.stubEnv('npm_execpath', join(root, 'npm.js'));
  const packages = { '': {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/t': { version: '1.0.0', dev: true } };
  file('package-lock.json', JSON.stringify({ packages }));
  file('node_modules/.package-lock.json', JSON.stringify({ packages: present }));
  await ensureInstalled(root, options);
  vi.unstubAllEnvs();
  expect(readFileSync(join(root, 'asked'), 'utf8')).toBe(expected);
});

test('nothing installed is not installed', () => {
  rmSync(join(root, 'node_modules'), { recursive: true });
  expect(isInstalled(root)).toBe(false);
});

test('builds once, again when a source changes, not for a changed test', async () => {
  await ensureBuilt(root, process.execPath);
  await ensureBuilt(root, process.execPath);
  file('libs/a/src/a.spec.ts', 'changed');
  file('libs/a/src/a.fixtures.ts', 'changed');
  await ensureBuilt(root, process.execPath);
  expect(builds()).toBe('begin\nend\n');
  file('libs/a/src/a.ts', 'export const more = 1');
  await ensureBuilt(root, process.execPath);
  expect(builds()).toBe('begin\nend\nbegin\nend\n');
});

test('builds the libraries of the dashboard before the dashboard, whatever the programs use', async () => {
  rmSync(join(root, 'apps/launcher/tsconfig.json'));
  const note =
    "require('node:fs').appendFileSync(process.env.LOG, [require('node:path').basename(__filename), ...process.argv.slice(2)].join(' ') + '\\n');";
  file('node_modules/typescript/bin/tsc', note);
  file('node_modules/vite/bin/vite.js', `${note}require('node:fs').mkdirSync('dist');`);
  file('apps/dashboard/index.html', '');
  file('apps/dashboard/package.json', JSON.stringify({ dependencies: { '@tillward/money': '0.1.0', react: '1.0.0' } }));
  vi.stubEnv('LOG', join(root, 'builds.log'));
  await ensureBuilt(root, process.execPath);
  vi.unstubAllEnvs();
  expect(builds()).toBe('tsc -b libs/money\nvite.js build --logLevel warn\n');
});

test('a failed build says what failed and is tried again', async () => {
  file('libs/a/src/a.ts', 'wrong');
  await expect(ensureBuilt(root, process.execPath)).rejects.toThrow(
    /the build of the programs failed \(exit code 2\):\na\.ts\(1,1\): error/,
  );
  file('libs/a/src/a.ts', 'export {}');
  await ensureBuilt(root, process.execPath);
  expect(builds()).toBe('begin\nbegin\nend\n');
});

test('two starts at once build one after the other, and the second finds nothing to do', async () => {
  await Promise.all([bootstrap(root), bootstrap(root)]);
  expect(builds()).toBe('begin\nend\n');
});

test('the lock of a start that was killed is taken over', async () => {
  const ended = spawnSync(process.execPath, ['-e', '']).pid;
  file('.tillward/build.lock', String(ended));
  await bootstrap(root);
  expect(builds()).toBe('begin\nend\n');
});

describe('the command line', () => {
  /** Runs `tillward` of this root: its programs say that they ran and end as `reconcile` does when there are differences. */
  function tillward(...words: string[]): { status: number | null; output: string; errors: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'apps/launcher/bin/tillward.mjs'), ...words], {
      encoding: 'utf8',
    });
    return { status, output: stdout, errors: stderr };
  }
  beforeEach(() => {
    cpSync(join(PROJECT_ROOT, 'apps/launcher/bin'), join(root, 'apps/launcher/bin'), { recursive: true });
    file('apps/launcher/dist/cli.js', "process.stdout.write(['ran', ...process.argv.slice(2)].join(' ')); process.exitCode = 1;");
    file('apps/dashboard/index.html', '');
    file('apps/dashboard/package.json', '{}');
    file('node_modules/vite/bin/vite.js', "console.error('no bundle'); process.exit(3);");
  });

  test.each(['reconcile', 'statement'])('%s needs no dashboard, nor its build', (command) => {
    expect(tillward(command, 'x')).toMatchObject({ status: 1, output: `ran ${command} x` });
  });

  test('up needs it, and says with a status of its own that the build failed', () => {
    const { status, output, errors } = tillward('up');
    expect([status, output]).toEqual([70, '']);
    expect(errors).toMatch(/the build of the dashboard failed \(exit code 3\):\nno bundle/);
  });

  test('a build of the programs that fails looks like no answer of a command', () => {
    file('libs/a/src/a.ts', 'wrong');
    expect(tillward('reconcile')).toMatchObject({ status: 70, output: '', errors: expect.stringContaining('a.ts(1,1): error') });
  });
});
