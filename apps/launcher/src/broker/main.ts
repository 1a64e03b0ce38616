import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { EXIT_PORT_TAKEN } from '../supervisor/index.js';
import { type BrokerTlsOptions, startBroker, takenPort } from './broker.js';
import { type BrokerConfig, configFromEnvironment } from './config.js';
import { readCredentials } from './credentials.js';

/** Exit status of a wrong or missing setting (sysexits.h EX_CONFIG). */
const EXIT_CONFIG = 78;

function configured() {
  try {
    const config = configFromEnvironment();
    return {
      config,
      credentials: readCredentials(config.BROKER_CREDENTIALS_FILE, config.BROKER_GATEWAY_PASSWORDS),
      tls: tlsOptions(config),
    };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(EXIT_CONFIG);
  }
}

function tlsOptions(config: BrokerConfig): BrokerTlsOptions | undefined {
  if (config.BROKER_TLS_PORT === undefined) return undefined;
  const read = (name: 'BROKER_TLS_KEY_FILE' | 'BROKER_TLS_CERTIFICATE_FILE' | 'BROKER_CLIENT_CA_FILE') => {
    try {
      return readFileSync(config[name]!, 'utf8');
    } catch (error) {
      throw new Error(`${name}: expected a readable PEM file (${(error as NodeJS.ErrnoException).code})`);
    }
  };
  return {
    port: config.BROKER_TLS_PORT,
    key: read('BROKER_TLS_KEY_FILE'),
    certificate: read('BROKER_TLS_CERTIFICATE_FILE'),
    clientAuthority: read('BROKER_CLIENT_CA_FILE'),
    revocationsFile: config.BROKER_REVOCATIONS_FILE,
  };
}

const { config, credentials, tls } = configured();
const logger = pino({ level: config.LOG_LEVEL, base: { part: 'broker' } });
const options = { host: config.BROKER_HOST, port: config.BROKER_PORT, credentials, ...(tls === undefined ? {} : { tls }), logger };
const broker = await startBroker(options).catch((error: unknown) => {
  const taken = takenPort(error);
  if (taken === undefined) throw error;
  process.stderr.write(`the broker can't listen at ${taken}: another program does\n`);
  process.exit(EXIT_PORT_TAKEN);
});
logger.info({ port: broker.port, tlsPort: broker.tlsPort }, 'ready');

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
