import { dirname, join } from 'node:path';
import { type AuthorityFiles, DEMO_STORES } from '../demo/index.js';
import { awaitDatabase, type Cluster, postgresCommand } from '../postgres/index.js';
import { BROKER_PROGRAM, DASHBOARD_DIR, programOf } from '../project.js';
import type { PartSpec } from '../supervisor/index.js';

/** Parts of a higher stage stop first: nobody loses what they are talking to. */
export const STAGE = { store: 3, core: 2, ground: 1 } as const;

/** Name of a store's agent among the parts. */
export function agentPartName(store: string): string {
  return `agent-${store}`;
}

/** Names of all parts of a complete system. */
export const ALL_PARTS: readonly string[] = ['postgres', 'broker', 'core', ...DEMO_STORES.map((s) => agentPartName(s.id)), 'simulator'];

/** What the programs are told so that gateways can enrol and come in by certificate. */
export interface EnrolmentWiring {
  /** The broker as gateways reach it. */
  gatewayMqttUrl: string;
  /** Who signs the broker's certificate, when not `authority`. */
  brokerCaFile: string | undefined;
  authority: AuthorityFiles;
  /** Where core keeps what the broker must know. */
  brokerDir: string;
}

/** Everything the programs are told about each other. */
export interface Wiring {
  databaseUrl: string;
  /** The broker as core reaches it. */
  mqttUrl: string;
  /** Absent: no gateway can enrol. */
  enrolment?: EnrolmentWiring;
  coreLogin: { username: string; password: string };
  redisUrl: string | undefined;
  logLevel: string;
  httpPort: number;
  signingKeyFile: string;
  signingKeyId: string;
  chainFile: string;
  /** Folder to watch for files of acquirers and banks; absent: none. */
  inboxDir?: string;
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

/** The door for gateways' certificates. */
export interface BrokerDoor {
  port: number;
  authority: AuthorityFiles;
  revocationsFile: string;
}

/** The embedded MQTT broker. Without a door for certificates, which tests and measurements can do without, gateways' passwords may be in the credentials file. */
export function brokerPart(port: number, credentialsFile: string, logLevel: string, door?: BrokerDoor): PartSpec {
  return {
    ...program('broker', BROKER_PROGRAM, {
      BROKER_HOST: '127.0.0.1',
      BROKER_PORT: String(port),
      BROKER_CREDENTIALS_FILE: credentialsFile,
      ...(door === undefined ? { BROKER_GATEWAY_PASSWORDS: '1' } : doorVariables(door)),
      LOG_LEVEL: logLevel,
    }),
    stopGraceMs: 1_500,
  };
}

function doorVariables({ port, authority, revocationsFile }: BrokerDoor): Record<string, string> {
  return {
    BROKER_TLS_PORT: String(port),
    BROKER_TLS_KEY_FILE: authority.brokerKey,
    BROKER_TLS_CERTIFICATE_FILE: authority.brokerCertificate,
    BROKER_CLIENT_CA_FILE: authority.caCertificate,
    BROKER_REVOCATIONS_FILE: revocationsFile,
  };
}

function enrolmentVariables({ gatewayMqttUrl, brokerCaFile, authority, brokerDir }: EnrolmentWiring): Record<string, string> {
  return {
    TILLWARD_CA_KEY_FILE: authority.caKey,
    TILLWARD_CA_CERTIFICATE_FILE: authority.caCertificate,
    TILLWARD_GATEWAY_MQTT_URL: gatewayMqttUrl,
    TILLWARD_BROKER_FILES_DIR: brokerDir,
    ...(brokerCaFile === undefined ? {} : { MQTT_CA_FILE: brokerCaFile, TILLWARD_BROKER_CA_FILE: brokerCaFile }),
  };
}

/** Where core serves HTTP. */
export function coreUrl({ httpPort }: Pick<Wiring, 'httpPort'>): string {
  return `http://127.0.0.1:${httpPort}`;
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
    ...(wiring.enrolment === undefined ? {} : enrolmentVariables(wiring.enrolment)),
    CHAIN_FILE: wiring.chainFile,
    TILLWARD_STATEMENTS_DIR: join(dirname(wiring.chainFile), 'statements'),
    ...(wiring.inboxDir === undefined ? {} : { TILLWARD_STATEMENTS_INBOX_DIR: wiring.inboxDir }),
    TILLWARD_GRAPHIQL: '1',
    TILLWARD_DASHBOARD_DIR: DASHBOARD_DIR,
    // The demo speaks plain HTTP on loopback; a Secure cookie would not come back there.
    TILLWARD_SECURE_COOKIES: '0',
    LOG_LEVEL: wiring.logLevel,
  });
}

/** One store's agent, enrolled. Ports may be others than when it was: it is told where broker and core are now. */
export function enrolledAgentPart(
  wiring: { gatewayMqttUrl: string; coreUrl: string; logLevel: string },
  store: string,
  own: { dataDir: string; tillPort: number; tillToken: string },
): PartSpec {
  return program(agentPartName(store), programOf('edge-agent'), {
    TILLWARD_DATA_DIR: own.dataDir,
    MQTT_URL: wiring.gatewayMqttUrl,
    TILLWARD_CORE_URL: wiring.coreUrl,
    ...tillVariables(own),
    LOG_LEVEL: wiring.logLevel,
  });
}

/** One store's agent, provisioned by hand with a key and a password, as tests have it that need no certificates. */
export function agentPart(
  wiring: { mqttUrl: string; coreKeyFile: string; logLevel: string },
  store: { id: string; gateway: string },
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
    ...tillVariables(own),
    LOG_LEVEL: wiring.logLevel,
  });
}

function tillVariables({ tillPort, tillToken }: { tillPort: number; tillToken: string }): Record<string, string> {
  return { TILLWARD_TILL_HOST: '127.0.0.1', TILLWARD_TILL_PORT: String(tillPort), TILLWARD_TILL_TOKEN: tillToken };
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
