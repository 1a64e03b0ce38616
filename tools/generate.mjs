// Writes every generated file of the repository, or with --check compares them: exit 1 with the names and a short diff when one would differ.
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PRINT_SCHEMA = 'apps/core/src/graphql/print-schema.ts';
const SCHEMA_FILE = 'apps/core/schema.graphql';
const DIFF_LINES = 12;

const check = process.argv.includes('--check');

/** Runs a command in the repository; its output is shown only when it fails. */
function run(command, args) {
  try {
    return execFileSync(command, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    process.stderr.write(`${command} ${args.join(' ')} failed\n${error.stdout ?? ''}${error.stderr ?? ''}\n`);
    process.exit(1);
  }
}

/** Files a workspace generates from its own code: `src/generate.ts` exports `generatedFiles()`, path from the repository's root → content. */
async function filesOfGenerators() {
  const sources = globSync('{apps,libs}/*/src/generate.ts', { cwd: ROOT }).toSorted();
  const workspaces = sources.map((path) => dirname(dirname(path)));
  const core = existsSync(join(ROOT, PRINT_SCHEMA)) ? ['apps/core'] : [];
  run('npx', ['tsc', '-b', ...new Set([...workspaces, ...core])]);
  const files = {};
  for (const workspace of workspaces) {
    const { generatedFiles } = await import(pathToFileURL(join(ROOT, workspace, 'dist/generate.js')).href);
    Object.assign(files, generatedFiles());
  }
  if (core.length > 0) {
    const schema = run('node', [PRINT_SCHEMA.replace('/src/', '/dist/').replace(/\.ts$/, '.js')]);
    if (!schema.includes('type Query')) throw new Error(`${PRINT_SCHEMA} must print the GraphQL schema to stdout`);
    files[SCHEMA_FILE] = schema;
  }
  return files;
}

/** Files in folders named `generated` under one folder: path → content. */
function generatedUnder(folder) {
  const paths = globSync(`${folder}/**/generated/**/*.*`, { cwd: ROOT });
  return Object.fromEntries(paths.toSorted().map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
}

/** The GraphQL client code of the dashboard. Its generator only writes in place: the files before are put back when only comparing. */
function compareClientCode() {
  const manifest = join(ROOT, 'apps/dashboard/package.json');
  if (!existsSync(manifest) || !JSON.parse(readFileSync(manifest, 'utf8')).scripts?.codegen) return [];
  const before = generatedUnder('apps/dashboard/src');
  run('npm', ['run', '--silent', 'codegen', '-w', '@tillward/dashboard']);
  const after = generatedUnder('apps/dashboard/src');
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const differing = paths.filter((path) => before[path] !== after[path]);
  if (check) for (const path of differing) write(path, before[path]);
  return differing.map((path) => ({ path, before: before[path], after: after[path] }));
}

function compareWithDisk(files) {
  const read = (path) => (existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), 'utf8') : undefined);
  const expected = { ...files };
  // A file a lib no longer generates must go too.
  for (const path of Object.keys(generatedUnder('libs'))) expected[path] ??= undefined;
  const differing = Object.entries(expected).map(([path, after]) => ({ path, before: read(path), after }));
  return differing.filter(({ before, after }) => before !== after);
}

function write(path, content) {
  const file = join(ROOT, path);
  if (content === undefined) return rmSync(file, { force: true });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** The first lines that differ, with their numbers. */
function shortDiff(before, after) {
  if (before === undefined) return '  is missing';
  if (after === undefined) return '  is no longer generated';
  const [old, made] = [before.split('\n'), after.split('\n')];
  const lines = [];
  for (let i = 0; i < Math.max(old.length, made.length) && lines.length < DIFF_LINES; i++) {
    if (old[i] === made[i]) continue;
    if (old[i] !== undefined) lines.push(`  ${i + 1} - ${old[i].slice(0, 140)}`);
    if (made[i] !== undefined) lines.push(`  ${i + 1} + ${made[i].slice(0, 140)}`);
  }
  return lines.join('\n');
}

const differing = compareWithDisk(await filesOfGenerators());
if (!check) for (const { path, after } of differing) write(path, after);
// The client code is made from the schema, so that comes first.
differing.push(...compareClientCode());

for (const { path, before, after } of differing) {
  const done = after === undefined ? 'removed' : 'wrote';
  process.stderr.write(
    check ? `${path} differs from what \`npm run generate\` writes:\n${shortDiff(before, after)}\n` : `${done} ${path}\n`,
  );
}
if (check && differing.length > 0) process.exitCode = 1;
else process.stderr.write(check ? 'generated files are up to date\n' : `${differing.length} files changed\n`);
