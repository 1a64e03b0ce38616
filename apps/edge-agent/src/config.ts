import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ed25519PublicKey, logLevelVariable, numberVariable, readEnvironment, slug, textVariable, urlVariable } from '@tillward/contracts';
import { ed25519PublicKeyFromRaw } from '@tillward/journal';
import { z } from 'zod';
import { type EnrolmentFile, readEnrolment } from './enrolment/index.js';
import type { CoreKey } from './link/index.js';

/** Exit code for a wrong or missing setting (sysexits.h EX_CONFIG). */
export const EXIT_CONFIG = 78;

/** A setting of the environment is wrong or missing. `problems` name each and say what is expected; values are never repeated. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

/** What the agent is told by its environment. Everything about the store comes from the signed policy instead. */
export interface Config {
  store: string;
  gateway: string;
  dataDir: string;
  mqttUrl: string;
  /** Only of a gateway provisioned by hand. */
  mqttPassword?: string | undefined;
  /** Absent: provisioned by hand. */
  enrolment?: { file: EnrolmentFile; program: string; renewArgs: readonly string[] } | undefined;
  gatewayKey: KeyObject;
  coreKey: CoreKey;
  tillHost: string;
  tillPort: number;
  /** The installer's token; null: only paired tills are served. */
  tillToken: string | null;
  logLevel: string;
}

const SLUG = 'lower-case letters, digits and inner hyphens, at most 48';

const BY_HAND = 'for a gateway provisioned by hand, without enrolment: ';
const byHand = {
  TILLWARD_STORE: slug.describe(`${BY_HAND}the store's id: ${SLUG}`),
  TILLWARD_GATEWAY: slug.describe(`${BY_HAND}its id, which is also its user name at the broker: ${SLUG}`),
  MQTT_PASSWORD: textVariable(`${BY_HAND}its password at the broker`),
  TILLWARD_GATEWAY_KEY_FILE: textVariable(`${BY_HAND}the path of its Ed25519 private key (PKCS8 PEM), which signs its journal`),
  TILLWARD_CORE_KEY_FILE: textVariable(`${BY_HAND}the path of core’s public key: JSON with keyId and publicKey (base64 of 32 bytes)`),
};
const brokerUrl = urlVariable(['mqtt:', 'mqtts:', 'ws:', 'wss:', 'tcp:', 'ssl:'], 'the broker, when another than the enrolment says');
const always = {
  TILLWARD_DATA_DIR: textVariable('the path of the folder for enrolment and journal: the one tillward-edge enroll was given'),
  TILLWARD_TILL_HOST: textVariable('the address to serve the till interface at').default('127.0.0.1'),
  TILLWARD_TILL_PORT: numberVariable(0, 65_535, 'the port to serve the till interface at; 0 takes a free one'),
  TILLWARD_TILL_TOKEN: textVariable(
    'the installer’s token, at least 16 characters: it speaks for any till and lets the first manager choose a passcode; left out once every till is paired',
  )
    .min(16)
    .optional(),
  TILLWARD_CORE_URL: urlVariable(['http:', 'https:'], 'core, when another than the enrolment says').optional(),
  TILLWARD_CORE_CA_FILE: textVariable('the path of a PEM file: who signs core’s HTTPS certificate, when no public authority').optional(),
  LOG_LEVEL: logLevelVariable(),
};

/** The agent's environment variables. Their descriptions are what messages and docs/environment.md say is expected. */
export const agentEnvironment = z.object({
  ...always,
  MQTT_URL: brokerUrl.optional(),
  TILLWARD_STORE: byHand.TILLWARD_STORE.optional(),
  TILLWARD_GATEWAY: byHand.TILLWARD_GATEWAY.optional(),
  MQTT_PASSWORD: byHand.MQTT_PASSWORD.optional(),
  TILLWARD_GATEWAY_KEY_FILE: byHand.TILLWARD_GATEWAY_KEY_FILE.optional(),
  TILLWARD_CORE_KEY_FILE: byHand.TILLWARD_CORE_KEY_FILE.optional(),
});

/** What a gateway without enrolment must be told. */
const provisionedEnvironment = z.object({ ...always, MQTT_URL: brokerUrl, ...byHand });

const coreKeyFile = z.object({ keyId: z.string().min(1).max(64), publicKey: ed25519PublicKey });

/** TILLWARD_DATA_DIR, for commands that take a folder. */
export function dataDirOf(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return env['TILLWARD_DATA_DIR'] || undefined;
}

/** Reads and checks the environment and the files it names. Throws {@link ConfigError} naming every wrong setting and what is expected. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const dataDir = dataDirOf(env);
  const file =
    dataDir === undefined ? undefined : readSetting('TILLWARD_DATA_DIR', 'a folder with a usable enrolment', () => readEnrolment(dataDir));
  return file === undefined ? readProvisioned(env) : readEnrolled(env, file);
}

function readEnrolled(env: NodeJS.ProcessEnv, file: EnrolmentFile): Config {
  const values = readVariables(agentEnvironment, env);
  const { TILLWARD_DATA_DIR: dataDir, TILLWARD_CORE_URL: coreUrl, TILLWARD_CORE_CA_FILE: coreCa } = values;
  if (values.MQTT_URL !== undefined && !values.MQTT_URL.startsWith('mqtts:'))
    throw new ConfigError(['MQTT_URL: expected a URL starting with mqtts://']);
  return {
    store: file.store,
    gateway: file.gateway,
    mqttUrl: values.MQTT_URL ?? file.broker.url,
    enrolment: {
      file,
      program: fileURLToPath(new URL('main.js', import.meta.url)),
      renewArgs: ['--data', dataDir, '--core', coreUrl ?? file.core, ...(coreCa === undefined ? [] : ['--core-ca', coreCa])],
    },
    gatewayKey: createPrivateKey(file.journalKey),
    coreKey: { keyId: file.coreKey.keyId, publicKey: ed25519PublicKeyFromRaw(file.coreKey.publicKey) },
    ...commonOf(values),
  };
}

function readProvisioned(env: NodeJS.ProcessEnv): Config {
  const values = readVariables(provisionedEnvironment, env);
  return {
    store: values.TILLWARD_STORE,
    gateway: values.TILLWARD_GATEWAY,
    mqttUrl: values.MQTT_URL,
    mqttPassword: values.MQTT_PASSWORD,
    gatewayKey: readSetting('TILLWARD_GATEWAY_KEY_FILE', 'a readable file with an Ed25519 private key (PKCS8 PEM)', () =>
      readGatewayKey(values.TILLWARD_GATEWAY_KEY_FILE),
    ),
    coreKey: readSetting('TILLWARD_CORE_KEY_FILE', 'a readable JSON file with keyId and publicKey (base64 of 32 bytes)', () =>
      readCoreKey(values.TILLWARD_CORE_KEY_FILE),
    ),
    ...commonOf(values),
  };
}

function commonOf(values: z.output<z.ZodObject<typeof always>>) {
  return {
    dataDir: values.TILLWARD_DATA_DIR,
    tillHost: values.TILLWARD_TILL_HOST,
    tillPort: values.TILLWARD_TILL_PORT,
    tillToken: values.TILLWARD_TILL_TOKEN ?? null,
    logLevel: values.LOG_LEVEL,
  };
}

function readVariables<S extends z.ZodObject>(schema: S, env: NodeJS.ProcessEnv): z.output<S> {
  const read = readEnvironment(schema, env);
  if ('problems' in read) throw new ConfigError(read.problems);
  return read.values;
}

function readGatewayKey(file: string): KeyObject {
  const key = createPrivateKey(readFileSync(file));
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('not an Ed25519 key');
  return key;
}

function readCoreKey(file: string): CoreKey {
  const { keyId, publicKey } = coreKeyFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  return { keyId, publicKey: ed25519PublicKeyFromRaw(publicKey) };
}

function readSetting<T>(name: string, expected: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new ConfigError([`${name}: expected ${expected} (${(error as NodeJS.ErrnoException).code ?? (error as Error).name})`]);
  }
}
