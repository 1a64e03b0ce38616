#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { bootstrap } from './bootstrap.mjs';

// Counted from here, so that "ready in N s" includes installing and building. A parent that started this program again has set it already.
process.env.TILLWARD_STARTED_AT ??= String(Date.now());

/** Runs the command line under another Node. An end of this process ends that one: its channel closes. */
function runUnder(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  // A Ctrl-C reaches both; the child decides the order of the end. Signals sent to this process alone are passed on.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]));
}

/** Only who shows somebody a dashboard waits for its build, and fails where that fails. */
const WITH_DASHBOARD = ['up'];
/** Nothing could be installed or built, or the program itself failed (sysexits.h EX_SOFTWARE). Commands have answers of their own under 1 and 2. */
const EXIT_SOFTWARE = 70;

try {
  const node = await bootstrap(undefined, { tests: false, dashboard: WITH_DASHBOARD.includes(process.argv[2]) });
  if (node === process.execPath) await import('../dist/cli.js');
  else runUnder(node);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(EXIT_SOFTWARE);
}
