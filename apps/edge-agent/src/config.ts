import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ed25519PublicKey, logLevelVariable, numberVariable, readEnvironment, slug, textVariable, urlVariable } from '@tillward/contracts';
import { ed25519PublicKeyFromRaw } from '@tillward/journal';
import { z } from 'zod';
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
  mqttPassword: string;
  gatewayKey: KeyObject;
  coreKey: CoreKey;
  tillHost: string;
  tillPort: number;
  tillToken: string;
  logLevel: string;
}

const SLUG = 'lower-case letters, digits and inner hyphens, at most 48';

/** The agent's environment variables. Their descriptions are what messages and docs/environment.md say is expected. */
export const agentEnvironment = z.object({
  TILLWARD_STORE: slug.describe(`the store's id: ${SLUG}`),
  TILLWARD_GATEWAY: slug.describe(`the id of this gateway, which is also its user name at the broker: ${SLUG}`),
  TILLWARD_DATA_DIR: textVariable('the path of the folder for the journal, made when it is missing'),
  MQTT_URL: urlVariable(['mqtt:', 'mqtts:', 'ws:', 'wss:', 'tcp:', 'ssl:'], 'the broker'),
  MQTT_PASSWORD: textVariable('the password of this gateway at the broker'),
  TILLWARD_GATEWAY_KEY_FILE: textVariable('the path of this gateway’s Ed25519 private key (PKCS8 PEM), which signs its journal'),
  TILLWARD_CORE_KEY_FILE: textVariable('the path of core’s public key: JSON with keyId and publicKey (base64 of 32 bytes)'),
  TILLWARD_TILL_HOST: textVariable('the address to serve the till interface at').default('127.0.0.1'),
  TILLWARD_TILL_PORT: numberVariable(0, 65_535, 'the port to serve the till interface at; 0 takes a free one'),
  TILLWARD_TILL_TOKEN: textVariable('the token tills authenticate with, at least 16 characters').min(16),
  LOG_LEVEL: logLevelVariable(),
});

const coreKeyFile = z.object({ keyId: z.string().min(1).max(64), publicKey: ed25519PublicKey });

/** Reads and checks the environment and the key files it names. Throws {@link ConfigError} naming every wrong setting and what is expected. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const read = readEnvironment(agentEnvironment, env);
  if ('problems' in read) throw new ConfigError(read.problems);
  const { values } = read;
  return {
    store: values.TILLWARD_STORE,
    gateway: values.TILLWARD_GATEWAY,
    dataDir: values.TILLWARD_DATA_DIR,
    mqttUrl: values.MQTT_URL,
    mqttPassword: values.MQTT_PASSWORD,
    gatewayKey: readSetting('TILLWARD_GATEWAY_KEY_FILE', 'a readable file with an Ed25519 private key (PKCS8 PEM)', () =>
      readGatewayKey(values.TILLWARD_GATEWAY_KEY_FILE),
    ),
    coreKey: readSetting('TILLWARD_CORE_KEY_FILE', 'a readable JSON file with keyId and publicKey (base64 of 32 bytes)', () =>
      readCoreKey(values.TILLWARD_CORE_KEY_FILE),
    ),
    tillHost: values.TILLWARD_TILL_HOST,
    tillPort: values.TILLWARD_TILL_PORT,
    tillToken: values.TILLWARD_TILL_TOKEN,
    logLevel: values.LOG_LEVEL,
  };
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
