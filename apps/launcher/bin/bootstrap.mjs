// Runs before anything is installed or built: plain JavaScript for Node 20 and later, without dependencies.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Root of the project: the folder with the workspaces and node_modules. */
export const PROJECT_ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** Lowest Node version that has what the programs need (node:sqlite without a flag). */
const LOWEST_NODE = [22, 13];
const PREFERRED_NODE_MAJOR = 24;

/** Progress goes to stderr, so that commands with --json keep stdout for their answer. */
function say(line) {
  process.stderr.write(`${line}\n`);
}

function seconds(sinceMs) {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}

/**
 * True when node_modules holds what package-lock.json asks for. Compares versions, not times: a fresh checkout or a copied folder has any times.
 * Optional packages may be missing (they belong to other platforms), and without `tests` those that only tests and contributors need.
 */
export function isInstalled(root, { tests = true } = {}) {
  const present = presentPackages(root);
  if (present === undefined) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const production = process.env.NODE_ENV === 'production' || !tests;
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/') || entry.optional || entry.peer || (production && (entry.dev || entry.devOptional))) return true;
    const found = present[path];
    return found !== undefined && (entry.link ? found.link === true : found.version === entry.version);
  });
}

/** What npm says it installed; undefined before the first time. */
function presentPackages(root) {
  const hidden = join(root, 'node_modules', '.package-lock.json');
  return existsSync(hidden) ? JSON.parse(readFileSync(hidden, 'utf8')).packages : undefined;
}

/**
 * Installs exactly what the lock file says when something is missing. Without `tests` the first installation leaves out what only contributors need, a
 * third of it; where those packages are there already they stay. Where only those are missing they are added and nothing is replaced: a system that was
 * started from this folder runs on. Throws a sentence when npm fails.
 */
export async function ensureInstalled(root, { tests = true } = {}) {
  if (isInstalled(root, { tests })) return;
  const startedAt = performance.now();
  say('installing dependencies (once) …');
  const npm = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const hasTestPackages = Object.values(presentPackages(root) ?? {}).some(({ dev }) => dev);
  const lean = tests || hasTestPackages ? [] : ['--omit=dev'];
  const how = isInstalled(root, { tests: false }) ? ['install', '--no-save'] : ['ci'];
  await run([...npm, ...how, '--no-audit', '--no-fund', '--loglevel=error', ...lean], root, `npm ${how[0]}`);
  say(`dependencies installed in ${seconds(startedAt)}`);
}

/**
 * Builds what changed since the last build. One `tsc -b` knows the order of all projects and one Vite run beside it builds the dashboard: with two
 * cores that is several times faster than a process for each of the projects, and an unchanged tree costs a few milliseconds of `stat`.
 */
export async function ensureBuilt(root, node, { dashboard = true } = {}) {
  const jobs = wantedBuilds(root, dashboard).map((job) => ({ ...job, digest: digestOf(root, job.sources) }));
  const stale = jobs.filter((job) => readStamp(root, job) !== job.digest);
  if (stale.length === 0) return;
  const startedAt = performance.now();
  say(`building ${stale.map((job) => job.name).join(' and ')} …`);
  // Both are waited for, also when one fails: a build must not go on behind the back of the next start.
  const results = await Promise.allSettled(
    stale.map(async (job) => {
      for (const { cwd, command } of job.steps(root)) await run([node, ...command], join(root, cwd), `the build of ${job.name}`);
      writeFileSync(join(root, job.stamp), job.digest);
    }),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  say(`built in ${seconds(startedAt)}`);
}

const tsc = (root, projects) => ({ cwd: '.', command: [join(root, 'node_modules/typescript/bin/tsc'), '-b', ...projects] });

const BUILDS = [
  {
    name: 'the programs',
    needs: 'apps/launcher/tsconfig.json',
    sources: ['tsconfig.base.json', 'libs', 'apps/core', 'apps/edge-agent', 'apps/simulator', 'apps/launcher'],
    steps: (root) => [tsc(root, ['apps/launcher'])],
    stamp: 'apps/launcher/dist/.build-stamp',
  },
  {
    name: 'the dashboard',
    needs: 'apps/dashboard/index.html',
    sources: ['tsconfig.base.json', 'libs', 'apps/dashboard'],
    // Vite bundles what the libraries were built to, and the programs need not use the same ones.
    steps: (root) => [
      tsc(root, ownLibraries(join(root, 'apps/dashboard'))),
      { cwd: 'apps/dashboard', command: [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'] },
    ],
    stamp: 'apps/dashboard/dist/.build-stamp',
  },
];

/** Folders of the project's libraries that a workspace depends on. */
function ownLibraries(workspace) {
  const { dependencies = {} } = JSON.parse(readFileSync(join(workspace, 'package.json'), 'utf8'));
  return Object.keys(dependencies).flatMap((name) => (name.startsWith('@tillward/') ? [name.replace('@tillward/', 'libs/')] : []));
}

function wantedBuilds(root, dashboard = true) {
  return BUILDS.filter((job) => (dashboard || job.name !== 'the dashboard') && existsSync(join(root, job.needs)));
}

const NOT_SOURCES = new Set(['dist', 'node_modules', 'coverage', 'output']);

/** Digest of names, sizes and times of all source files below the given paths. */
function digestOf(root, paths) {
  const digest = createHash('sha256');
  const visit = (path) => {
    const stat = statSync(path);
    if (stat.isDirectory()) {
      for (const name of readdirSync(path).sort()) if (!NOT_SOURCES.has(name)) visit(join(path, name));
    } else if (!/\.(spec|fixtures)\.tsx?$/.test(path))
      digest.update(`${relative(root, path)}\0${stat.size}\0${Math.trunc(stat.mtimeMs)}\n`);
  };
  for (const path of paths) if (existsSync(join(root, path))) visit(join(root, path));
  return digest.digest('hex');
}

function readStamp(root, job) {
  const path = join(root, job.stamp);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** Only one start at a time installs and builds; a lock left by a process that ended is taken over. */
async function withLock(root, work) {
  const path = join(root, '.tillward', 'build.lock');
  mkdirSync(dirname(path), { recursive: true });
  let waited = false;
  for (;;) {
    try {
      const handle = openSync(path, 'wx');
      writeSync(handle, String(process.pid));
      closeSync(handle);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (ownerIsGone(path)) rmSync(path, { force: true });
      else if (!waited) say('another start is installing or building, waiting for it …');
      waited = true;
      await sleep(100);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function ownerIsGone(path) {
  try {
    const text = readFileSync(path, 'utf8');
    const pid = Number(text);
    // Between its creation and its content a lock is empty for a moment; one that stays empty belongs to nobody.
    if (text === '') return Date.now() - statSync(path).mtimeMs > 2_000;
    if (!Number.isInteger(pid) || pid < 1 || pid > 0x7fffffff) return true;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    if (error.code === 'EPERM') return false;
    if (error.code === 'ESRCH' || error.code === 'ENOENT') return true;
    throw error;
  }
}

/** The Node that runs the programs: npm's own Node 24 where its package exists, else the present one if it is new enough. */
export function nodeToUse(root) {
  const major = Number(process.versions.node.split('.')[0]);
  const packaged = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (major !== PREFERRED_NODE_MAJOR && existsSync(packaged)) return packaged;
  const minor = Number(process.versions.node.split('.')[1]);
  if (major > LOWEST_NODE[0] || (major === LOWEST_NODE[0] && minor >= LOWEST_NODE[1])) return process.execPath;
  throw new Error(
    `Tillward needs Node ${LOWEST_NODE.join('.')} or later, and npm has no Node of its own for ${process.platform}-${process.arch}. ` +
      `This is Node ${process.versions.node}: install a newer one from https://nodejs.org and start again.`,
  );
}

/** Installs and builds what is missing; answers with the Node to run the programs with. Tests without a browser do without the dashboard. */
export async function bootstrap(root = PROJECT_ROOT, options = {}) {
  const prepare = async () => {
    await ensureInstalled(root, options);
    const node = nodeToUse(root);
    await ensureBuilt(root, node, options);
    return node;
  };
  const isUpToDate =
    isInstalled(root, options) &&
    wantedBuilds(root, options.dashboard).every((job) => readStamp(root, job) === digestOf(root, job.sources));
  return isUpToDate ? nodeToUse(root) : withLock(root, prepare);
}

function run(command, cwd, what) {
  return new Promise((resolve, reject) => {
    const child = spawn(command[0], command.slice(1), { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const hear = (chunk) => {
      output = (output + chunk).slice(-8_000);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', (error) => reject(new Error(`${what} could not be started: ${error.message}`)));
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${what} failed (exit code ${code}):\n${output.trim()}`))));
  });
}
