import 'reflect-metadata';
import { ConfigError, EXIT_CONFIG, readConfig } from './config.js';
import { DatabaseRefused } from './database/index.js';
import { createLog } from './logging.js';
import { startCore } from './start.js';

try {
  const config = readConfig();
  const log = createLog(config.logLevel);
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  const core = await startCore(config, log, stop.signal);
  if (core !== undefined) {
    if (!stop.signal.aborted) await new Promise((resolve) => stop.signal.addEventListener('abort', resolve, { once: true }));
    log.info('stopping');
    // A connection that won't close must not outlive the three seconds an operator waits.
    setTimeout(() => process.exit(0), 2_500).unref();
    await core.stop();
  }
  process.exit(0);
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof DatabaseRefused)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(EXIT_CONFIG);
}
