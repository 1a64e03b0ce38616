import { pino } from 'pino';
import { startBroker } from './broker.js';
import { configFromEnvironment } from './config.js';
import { readCredentials } from './credentials.js';

/** Exit status of a wrong or missing setting (sysexits.h EX_CONFIG). */
const EXIT_CONFIG = 78;

function configured() {
  try {
    const config = configFromEnvironment();
    return { config, credentials: readCredentials(config.BROKER_CREDENTIALS_FILE) };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(EXIT_CONFIG);
  }
}

const { config, credentials } = configured();
const logger = pino({ level: config.LOG_LEVEL, base: { part: 'broker' } });
const broker = await startBroker({ host: config.BROKER_HOST, port: config.BROKER_PORT, credentials, logger });
logger.info({ port: broker.port }, 'ready');

let stopping = false;
for (const name of ['SIGTERM', 'SIGINT'] as const) {
  process.on(name, () => {
    if (stopping) return;
    stopping = true;
    // A client that never lets go of its socket must not keep the process alive.
    setTimeout(() => process.exit(0), 2_000).unref();
    broker.close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'the broker did not stop cleanly');
        process.exit(1);
      },
    );
  });
}
