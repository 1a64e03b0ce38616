import { resolve } from 'node:path';
import fastifyCookie from '@fastify/cookie';
import fastifyStatic from '@fastify/static';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import { AppModule } from './app.module.js';
import { ConfigError, type CoreConfig } from './config.js';
import { migrateWhenReachable, type StartProgress } from './database/index.js';
import { HealthService, serveWhileStarting } from './health/index.js';
import { createHttpAdapter, NOT_FOUND } from './http/index.js';
import { type Log, reasonOf } from './logging.js';
import { readSigningKey } from './messaging/index.js';
import { migrations } from './migrations.js';
import { type Clock, systemClock } from './platform.js';

/** A core that serves. */
export interface RunningCore {
  readonly app: NestFastifyApplication;
  /** Where it listens, with the real port. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts core: waits for the database (answering /readyz with the reason), migrates, serves. Returns undefined when `signal` ended the
 * waiting. Logs `ready` when database and broker are both there.
 */
export async function startCore(
  config: CoreConfig,
  log: Log,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<RunningCore | undefined> {
  const key = readSigningKey(config.signing.keyFile, config.signing.keyId, config.signing.rotationsFile);
  const progress: StartProgress = { waitingFor: undefined };
  const waiting = await listening(config, () => serveWhileStarting(config.http.host, config.http.port, progress));
  try {
    await migrateWhenReachable(config.databaseUrl, migrations, log, progress, signal);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    await waiting.close();
  }
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot({ config, log, clock, key }), createHttpAdapter(log), {
    bufferLogs: true,
    bodyParser: false,
  });
  app.useLogger(app.get(Logger));
  await app.register(fastifyCookie as unknown as Parameters<typeof app.register>[0]);
  if (config.dashboardDir !== undefined) await serveDashboard(app, resolve(config.dashboardDir));
  await listening(config, () => app.listen(config.http.port, config.http.host));
  const url = await app.getUrl();
  void announceReady(app.get(HealthService), log, url, signal);
  return { app, url, stop: () => app.close() };
}

/** Runs what listens; a port or host that can't be had is a fault of the configuration and throws {@link ConfigError}. */
async function listening<T>({ http: { host, port } }: CoreConfig, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    const { code } = error as { code?: string };
    const setting = code === undefined ? undefined : LISTEN_FAULTS[code];
    if (setting === undefined) throw error;
    throw new ConfigError(`${setting}: expected an address nobody else serves at, but ${host}:${port} can't be had: ${reasonOf(error)}`);
  }
}

/** Which setting is wrong when listening fails, by the system's code. */
const LISTEN_FAULTS: Readonly<Record<string, 'HTTP_HOST' | 'HTTP_PORT'>> = {
  EADDRINUSE: 'HTTP_PORT',
  EACCES: 'HTTP_PORT',
  EADDRNOTAVAIL: 'HTTP_HOST',
  EINVAL: 'HTTP_HOST',
  ENOTFOUND: 'HTTP_HOST',
  EAI_AGAIN: 'HTTP_HOST',
};

/** The built dashboard at /; any path that is neither a file nor core's own answers its index.html, because the dashboard routes by URL. */
async function serveDashboard(app: NestFastifyApplication, root: string): Promise<void> {
  await app.register(
    fastifyStatic as unknown as Parameters<typeof app.register>[0],
    {
      root,
      wildcard: false,
      preCompressed: true,
      setHeaders: (reply: { header(name: string, value: string): unknown }, path: string) => {
        reply.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    } as never,
  );
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/*', (request, reply) => {
    const path = request.url.split('?', 1)[0]!;
    if (path.startsWith('/api/') || path.startsWith('/graphql') || path.startsWith('/assets/'))
      return reply.code(NOT_FOUND.status).send(NOT_FOUND.body);
    return (reply as unknown as { sendFile(file: string): unknown }).sendFile('index.html');
  });
}

async function announceReady(health: HealthService, log: Log, url: string, signal: AbortSignal): Promise<void> {
  const beganAtMs = performance.now();
  let said: string | undefined;
  while (!signal.aborted) {
    const { ready, reasons } = await health.readiness();
    if (ready) {
      log.info({ url }, 'ready');
      return;
    }
    const now = JSON.stringify(reasons);
    if (now !== said) log.info({ reasons }, 'not ready yet');
    said = now;
    // What has been away for long is not asked after as often: it is heard of a tenth later than it could be, within a second.
    const pauseMs = Math.min(Math.max((performance.now() - beganAtMs) / 10, 50), 1_000);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
