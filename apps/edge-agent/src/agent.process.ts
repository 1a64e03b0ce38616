import { startAgent } from './agent.js';
import { systemClock } from './clock.js';
import { type Config, ConfigError, EXIT_CONFIG, readConfig } from './config.js';
import { createLog, errorFields } from './log.js';
import { NetworkDevices } from './terminals/index.js';
import { reportToStarter } from './update/index.js';
import { AGENT_VERSION } from './version.js';

async function main(): Promise<void> {
  let config: Config;
  try {
    config = readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const log = createLog('error', { app: 'edge-agent' });
    for (const problem of error.problems) log.error({ setting: problem.split(':')[0] }, problem);
    process.exit(EXIT_CONFIG);
  }
  const log = createLog(config.logLevel, { app: 'edge-agent', store: config.store, gateway: config.gateway });
  process.on('uncaughtException', (error) => {
    // A bug: what is on disk is consistent, the next start recovers from it.
    log.error({ ...errorFields(error), stack: error instanceof Error ? error.stack : undefined }, 'stopping after an unexpected error');
    process.exit(1);
  });
  const agent = await startAgent({ clock: systemClock, log, devices: new NetworkDevices() }, config);
  let stopping = false;
  const stop = (reason: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, 'stopping');
    void agent.stop(reason).then(() => {
      log.info({}, 'stopped');
      process.exit(0);
    });
  };
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stop(name));
  reportToStarter({ clock: systemClock, log }, agent.updates, process, stop);
  log.info({ tillPort: agent.tillPort, agentVersion: AGENT_VERSION, readyMs: Math.round(performance.now()) }, 'ready');
}

await main();
