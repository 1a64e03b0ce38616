import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ed25519PublicKey, slug } from '@tillward/contracts';
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

const setting = (expected: string) => ({ error: expected });
const SLUG = 'a lower-case name of letters, digits and inner hyphens';

const environment = z.object({
  TILLWARD_STORE: z.string(setting(SLUG)).refine((text) => slug.safeParse(text).success, SLUG),
  TILLWARD_GATEWAY: z.string(setting(SLUG)).refine((text) => slug.safeParse(text).success, SLUG),
  TILLWARD_DATA_DIR: z.string(setting('the folder for the journal')).min(1, 'the folder for the journal'),
  MQTT_URL: z
    .string(setting('a broker URL such as mqtt://host:1883'))
    .regex(/^(mqtts?|wss?|tcp|ssl):\/\/[^/]+/, 'a broker URL such as mqtt://host:1883'),
  MQTT_PASSWORD: z.string(setting('the password of this gateway at the broker')).min(1, 'the password of this gateway at the broker'),
  TILLWARD_GATEWAY_KEY_FILE: z.string(setting('the file of the gateway’s Ed25519 key (PKCS8 PEM)')).min(1, 'a file name'),
  TILLWARD_CORE_KEY_FILE: z.string(setting('the file of core’s public key (JSON with keyId and publicKey)')).min(1, 'a file name'),
  TILLWARD_TILL_HOST: z.string().min(1).default('127.0.0.1'),
  TILLWARD_TILL_PORT: z.coerce.number(setting('a TCP port')).int('a TCP port').min(0, 'a TCP port').max(65535, 'a TCP port'),
  TILLWARD_TILL_TOKEN: z.string(setting('the tills’ token, at least 16 characters')).min(16, 'the tills’ token, at least 16 characters'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], setting('a log level such as info')).default('info'),
});

const coreKeyFile = z.object({ keyId: z.string().min(1).max(64), publicKey: ed25519PublicKey });

/** Reads and checks the environment and the key files it names. Throws {@link ConfigError} naming every wrong setting and what is expected. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => `${String(issue.path[0])}: expected ${issue.message}`));
  }
  const values = parsed.data;
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
