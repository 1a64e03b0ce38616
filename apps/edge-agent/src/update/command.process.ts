import { spawnSync } from 'node:child_process';
import { createReadStream, existsSync, fstatSync, openSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { PACKAGE_PLACES } from './config.js';
import { filesIntact } from './release.slot.js';
import { systemDisk } from './update.disk.js';
import { Installer } from './update.installer.js';
import { slotLock } from './update.lock.js';
import { statusOf, statusText } from './update.status.js';
import { type UpdatePlaces, UpdateStore } from './update.store.js';

const USAGE = `tillward-edge enroll …, tillward-edge renew …
  Commands of the agent in the running slot; tillward-edge help says more.
tillward-edge update install FILE [--now] [--again] [--json]
  Verifies a release and stages it. It goes on trial when the store isn't trading and no terminal works.
  --now    also while the store trades, as soon as no terminal works
  --again  also a release that failed on this gateway before
tillward-edge update status [--json]
  What runs, what waits, what happened.
`;

const EXIT_USAGE = 64;
const EXIT_REFUSED = 1;

/** Says something to the person at the terminal. */
function say(text: string, json: boolean, value: unknown): void {
  process.stdout.write(json ? `${JSON.stringify(value)}\n` : text);
}

/** Runs a command of the agent that is the running release, with its own words and output; its exit status. */
function runAgentCommand(places: UpdatePlaces, words: readonly string[]): number {
  becomeOwnerOf(places.folder);
  const store = new UpdateStore(systemDisk, places);
  const { state } = store.loadState(store.factory().release);
  const found = store.find(state.running.slot, state);
  const folder = store.folderOf(state.running.slot);
  if (!found || !filesIntact(systemDisk, folder, found.manifest))
    throw new Error(`the release in slot ${state.running.slot} does not verify`);
  const { node, entry } = found.manifest;
  const program = node === null ? process.execPath : join(folder, node);
  const { status, error } = spawnSync(program, [join(folder, entry), ...words], { stdio: 'inherit' });
  if (error) throw error;
  return status ?? EXIT_REFUSED;
}

/** Files made from here on belong to the agent, so that a person may install as root. */
function becomeOwnerOf(folder: string): void {
  if (process.getuid?.() !== 0) return;
  // Before the agent has ever run, the folder is still to be made.
  const { uid, gid } = statSync(existsSync(folder) ? folder : dirname(folder));
  process.setgroups?.([]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}

async function main(): Promise<number> {
  const words = process.argv.slice(2);
  if (words[0] !== undefined && words[0] !== 'update' && !words[0].startsWith('-')) return runAgentCommand(PACKAGE_PLACES, words);
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      state: { type: 'string', default: PACKAGE_PLACES.folder },
      factory: { type: 'string', default: PACKAGE_PLACES.factory },
      keys: { type: 'string', default: PACKAGE_PLACES.keysFile },
      now: { type: 'boolean', default: false },
      again: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const [topic, action, file, ...more] = positionals;
  const known = topic === 'update' && more.length === 0 && (action === 'status' ? file === undefined : action === 'install' && file);
  if (!known) {
    process.stderr.write(USAGE);
    return EXIT_USAGE;
  }
  // Opened with the rights of the person who names it, before they are given up.
  const archive = file === undefined ? null : openSync(file, 'r');
  becomeOwnerOf(values.state);
  const store = new UpdateStore(systemDisk, { folder: values.state, factory: values.factory, keysFile: values.keys });
  if (archive === null) {
    const status = statusOf(store);
    say(statusText(status), values.json, status);
    return 0;
  }
  if (!fstatSync(archive).isFile()) throw new Error(`${file} is not a file`);
  const machine = { platform: `${process.platform}-${process.arch}`, nodeVersion: process.versions.node };
  const installer = new Installer({ now: Date.now, lock: slotLock(store.folder), ...machine }, store);
  const answer = await installer.install(createReadStream('', { fd: archive }), {
    when: values.now ? 'quiet' : 'window',
    again: values.again,
  });
  const text = answer.ok
    ? `${answer.staged.release.version} is in slot ${answer.staged.release.slot} and goes on trial ${values.now ? 'as soon as no terminal works' : 'when the store is closed'}\n`
    : `refused (${answer.code}): ${answer.detail}\n`;
  say(text, values.json, answer);
  return answer.ok ? 0 : EXIT_REFUSED;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = EXIT_REFUSED;
  },
);
