import { parseArgs } from 'node:util';
import { agentProcessEnvironment, notifyEnvironment, PACKAGE_PLACES, searchPath } from './config.js';
import { startAgentProcess } from './starter.agent-process.js';
import { Starter, type StarterLog } from './starter.service.js';
import { systemDisk } from './update.disk.js';
import { slotLock } from './update.lock.js';
import { systemdNotifier } from './update.notify.js';
import { STARTER_LIMITS, type StarterLimits } from './update.rules.js';
import { UpdateStore } from './update.store.js';

/*
 * The unit's main process. Its options are for those who install it somewhere else; `--limits` shortens its times, never lengthens them.
 */
const { values } = parseArgs({
  options: {
    state: { type: 'string', default: PACKAGE_PLACES.folder },
    factory: { type: 'string', default: PACKAGE_PLACES.factory },
    keys: { type: 'string', default: PACKAGE_PLACES.keysFile },
    limits: { type: 'string', default: '{}' },
  },
});

const LEVELS = { info: 30, warn: 40, error: 50 };
const log: StarterLog = (level, message, fields = {}) => {
  process.stdout.write(`${JSON.stringify({ level: LEVELS[level], time: Date.now(), app: 'edge-starter', ...fields, msg: message })}\n`);
};

function limitsOf(text: string): StarterLimits {
  const wanted = JSON.parse(text) as Partial<Record<keyof StarterLimits, number>>;
  const names = Object.keys(STARTER_LIMITS) as (keyof StarterLimits)[];
  return Object.fromEntries(
    names.map((name) => [name, Math.min(STARTER_LIMITS[name], wanted[name] ?? STARTER_LIMITS[name])]),
  ) as unknown as StarterLimits;
}

async function main(): Promise<void> {
  const stopping = new AbortController();
  const notifier = systemdNotifier(notifyEnvironment(), searchPath(), (error) =>
    log('warn', 'the service manager could not be told', { error }),
  );
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (stopping.signal.aborted) return;
      log('info', 'stopping', { signal: name });
      notifier.tell('STOPPING=1');
      stopping.abort();
    });
  }
  const store = new UpdateStore(systemDisk, { folder: values.state, factory: values.factory, keysFile: values.keys });
  const starter = new Starter(
    {
      now: Date.now,
      log,
      lock: slotLock(store.folder),
      notifier,
      node: process.execPath,
      startProcess: (command) => startAgentProcess(command, agentProcessEnvironment()),
    },
    store,
    limitsOf(values.limits),
  );
  process.exitCode = await starter.run(stopping.signal);
}

main().catch((error: unknown) => {
  log('error', 'stopping after an unexpected error', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  process.exit(1);
});
