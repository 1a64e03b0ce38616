import { pino } from 'pino';
import { ConfigError, readConfig, type SimulatorConfig } from './config.js';
import { worldApi } from './control/index.js';
import { SimulatedWorld } from './world/index.js';

/** Exit code of a wrong or missing setting (sysexits EX_CONFIG). */
const EXIT_CONFIG = 78;
/** A stop takes at most this long; then the process ends anyway, all booked lines being on the disk already. */
const STOP_LIMIT_MS = 3_000;

async function run(config: SimulatorConfig): Promise<void> {
  const log = pino({ level: config.logLevel, base: { process: 'simulator' } });
  const world = new SimulatedWorld(config.scenario, {
    dataDir: config.dataDir,
    run: Date.now().toString(36),
    observer: {
      faultInjected: (entry) => log.info(entry, 'fault put in'),
      streamBroken: (entry) => log.warn(entry, 'what a till sent makes no sense, the connection was cut'),
      failed: (error) => log.error({ err: error }, 'the simulator failed'),
    },
  });
  const control = worldApi(world, (error) => log.error({ err: error }, 'the control API failed'));
  await world.start();
  const controlPort = await control.listen(config.controlHost, config.controlPort);

  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    Promise.all([control.close(), world.stop()]).then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'the stop failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  const { terminals, tills } = world.view();
  log.info({ seed: config.scenario.seed, controlPort, terminals: terminals.length, tills: tills.length }, 'ready');
}

try {
  await run(readConfig());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof ConfigError ? EXIT_CONFIG : 1);
}
