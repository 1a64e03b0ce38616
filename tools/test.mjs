// npm test: every test of the project in one run. Arguments go to Vitest: `npm test -- libs/journal`, `npm test -- -t "genesis"`.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bootstrap } from '../apps/launcher/bin/bootstrap.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Runs a program to its end with our output; its exit code. */
function run(node, args, environment) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...environment } });
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

function readCounts(file) {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  process.stderr.write('the test run ended before it could count its tests\n');
  return { passed: 0, failed: 1, skipped: 0, notes: {} };
}

const folder = mkdtempSync(join(tmpdir(), 'tillward-test-'));
const countsFile = join(folder, 'counts.json');
let code = 1;
let counts = { passed: 0, failed: 1, skipped: 0, notes: {} };
try {
  const node = await bootstrap();
  const environment = {
    TILLWARD_TEST_COUNTS: countsFile,
    // What tests start finds the same Node and the tools of node_modules first.
    PATH: [join(node, '..'), join(ROOT, 'node_modules/.bin'), process.env.PATH].join(delimiter),
  };
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', `--reporter=${join(ROOT, 'tools/count-reporter.mjs')}`];
  code = await run(node, [vitest, 'run', ...reporters, ...process.argv.slice(2)], environment);
  counts = readCounts(countsFile);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const [note, times] of Object.entries(counts.notes)) process.stdout.write(`skipped ${times}: ${note}\n`);
process.exitCode = code === 0 && counts.failed > 0 ? 1 : code;
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
