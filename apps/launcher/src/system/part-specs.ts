import { DEMO_STORES, type DemoStore } from '../demo/index.js';
import { awaitDatabase, type Cluster, postgresCommand } from '../postgres/index.js';
import { BROKER_PROGRAM, DASHBOARD_DIR, programOf } from '../project.js';
import type { PartSpec } from '../supervisor/index.js';

/** Parts of a higher stage stop first: nobody loses what they are talking to. */
export const STAGE = { store: 3, core: 2, ground: 1 } as const;

/** Name of a store's agent among the parts. */
export function agentPartName(store: DemoStore['id']): string {
  return `agent-${store}`;
}

/** Names of all parts of a complete system. */
export const ALL_PARTS: readonly string[] = ['postgres', 'broker', 'core', ...DEMO_STORES.map((s) => agentPartName(s.id)), 'simulator'];

/** Everything the programs are told about each other. */
export interface Wiring {
  databaseUrl: string;
  mqttUrl: string;
  coreLogin: { username: string; password: string };
  redisUrl: string | undefined;
  logLevel: string;
  httpPort: number;
  signingKeyFile: string;
  signingKeyId: string;
  coreKeyFile: string;
  chainFile: string;
}

function program(name: string, file: string, env: Record<string, string>, nodeArgs: readonly string[] = []): PartSpec {
  return {
    name,
    command: process.execPath,
    args: [...nodeArgs, file],
    // PATH and HOME are left out on purpose: no program starts another one or reads a person's files.
    env: { ...env, NODE_ENV: 'production' },
    ready: 'line',
    readyTimeoutMs: 60_000,
    stopSignal: 'SIGTERM',
    stopGraceMs: 2_000,
  };
}

/** PostgreSQL on a prepared cluster. */
export function postgresPart(cluster: Cluster, port: number): PartSpec {
  const { command, args, cwd, env, ...account } = postgresCommand(cluster, port);
  return {
    name: 'postgres',
    command,
    args,
    cwd,
    env,
    ...account,
    ready: async ({ exited }) => awaitDatabase(cluster, port, { aborted: exited }),
    readyTimeoutMs: 30_000,
    // Fast shutdown: sessions end, a checkpoint is written. A kill after the grace costs a recovery at the next start, no data.
    stopSignal: 'SIGINT',
    stopGraceMs: 3_000,
  };
}

/** The embedded MQTT broker. */
export function brokerPart(port: number, credentialsFile: string, logLevel: string): PartSpec {
  return {
    ...program('broker', BROKER_PROGRAM, {
      BROKER_HOST: '127.0.0.1',
      BROKER_PORT: String(port),
      BROKER_CREDENTIALS_FILE: credentialsFile,
      LOG_LEVEL: logLevel,
    }),
    stopGraceMs: 1_500,
  };
}

/** Core with the dashboard. */
export function corePart(wiring: Wiring): PartSpec {
  return program('core', programOf('core'), {
    DATABASE_URL: wiring.databaseUrl,
    MQTT_URL: wiring.mqttUrl,
    MQTT_USERNAME: wiring.coreLogin.username,
    MQTT_PASSWORD: wiring.coreLogin.password,
    ...(wiring.redisUrl === undefined ? {} : { REDIS_URL: wiring.redisUrl }),
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: String(wiring.httpPort),
    TILLWARD_SIGNING_KEY_FILE: wiring.signingKeyFile,
    TILLWARD_SIGNING_KEY_ID: wiring.signingKeyId,
    CHAIN_FILE: wiring.chainFile,
    TILLWARD_GRAPHIQL: '1',
    TILLWARD_DASHBOARD_DIR: DASHBOARD_DIR,
    // The demo speaks plain HTTP on loopback; a Secure cookie would not come back there.
    TILLWARD_SECURE_COOKIES: '0',
    LOG_LEVEL: wiring.logLevel,
  });
}

/** One store's agent. */
export function agentPart(
  wiring: Wiring,
  store: DemoStore,
  own: { dataDir: string; keyFile: string; password: string; tillPort: number; tillToken: string },
): PartSpec {
  return program(agentPartName(store.id), programOf('edge-agent'), {
    TILLWARD_STORE: store.id,
    TILLWARD_GATEWAY: store.gateway,
    TILLWARD_DATA_DIR: own.dataDir,
    MQTT_URL: wiring.mqttUrl,
    MQTT_PASSWORD: own.password,
    TILLWARD_GATEWAY_KEY_FILE: own.keyFile,
    TILLWARD_CORE_KEY_FILE: wiring.coreKeyFile,
    TILLWARD_TILL_HOST: '127.0.0.1',
    TILLWARD_TILL_PORT: String(own.tillPort),
    TILLWARD_TILL_TOKEN: own.tillToken,
    LOG_LEVEL: wiring.logLevel,
  });
}

/** All simulated stores. */
export function simulatorPart(own: { scenarioFile: string; dataDir: string; controlPort: number; logLevel: string }): PartSpec {
  return program('simulator', programOf('simulator'), {
    SIM_SCENARIO_FILE: own.scenarioFile,
    SIM_DATA_DIR: own.dataDir,
    SIM_CONTROL_HOST: '127.0.0.1',
    SIM_CONTROL_PORT: String(own.controlPort),
    LOG_LEVEL: own.logLevel,
  });
}
