import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rawEd25519PublicKey } from '@tillward/journal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.js';
import { AGENT_VERSION } from './version.js';

let dir: string;
let good: Record<string, string>;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tillward-config-'));
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(join(dir, 'gateway.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(join(dir, 'core.json'), JSON.stringify({ keyId: 'core-1', publicKey: rawEd25519PublicKey(privateKey) }));
  good = {
    TILLWARD_STORE: 'berlin',
    TILLWARD_GATEWAY: 'berlin-gw',
    TILLWARD_DATA_DIR: dir,
    MQTT_URL: 'mqtt://127.0.0.1:1883',
    MQTT_PASSWORD: 'secret-password',
    TILLWARD_GATEWAY_KEY_FILE: join(dir, 'gateway.pem'),
    TILLWARD_CORE_KEY_FILE: join(dir, 'core.json'),
    TILLWARD_TILL_PORT: '8080',
    TILLWARD_TILL_TOKEN: 'till-token-0123456789',
  };
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const problems = (change: Record<string, string | undefined>): readonly string[] => {
  try {
    readConfig({ ...good, ...change });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

describe('readConfig', () => {
  it('reads a complete environment', () => {
    expect(readConfig(good)).toMatchObject({ store: 'berlin', tillHost: '127.0.0.1', tillPort: 8080, logLevel: 'info' });
  });

  it.each([
    ['TILLWARD_STORE', undefined],
    ['TILLWARD_STORE', 'Not A Slug'],
    ['TILLWARD_GATEWAY', ''],
    ['TILLWARD_DATA_DIR', ''],
    ['MQTT_URL', 'localhost'],
    ['MQTT_PASSWORD', undefined],
    ['TILLWARD_GATEWAY_KEY_FILE', '/nowhere/key.pem'],
    ['TILLWARD_CORE_KEY_FILE', '/nowhere/core.json'],
    ['TILLWARD_TILL_PORT', 'eighty'],
    ['TILLWARD_TILL_PORT', undefined],
    ['TILLWARD_TILL_TOKEN', 'short'],
    ['LOG_LEVEL', 'loud'],
  ])('names %s when it is %s, and what is expected', (name, value) => {
    const [problem, ...others] = problems({ [name]: value });
    expect(problem).toMatch(new RegExp(`^${name}: (missing; )?expected .{6,}`));
    expect(others).toEqual([]);
    if (value && value.length > 4) expect(problem).not.toContain(value);
  });

  it('names everything that is wrong at once, and files that hold something else', () => {
    expect(problems({ TILLWARD_STORE: undefined, MQTT_URL: undefined })).toHaveLength(2);
    expect(problems({ TILLWARD_GATEWAY_KEY_FILE: join(dir, 'core.json') })[0]).toContain('Ed25519 private key');
    expect(problems({ TILLWARD_CORE_KEY_FILE: join(dir, 'gateway.pem') })[0]).toContain('keyId and publicKey');
  });
});

describe('AGENT_VERSION', () => {
  it('is the version of the package', () => {
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
    expect(AGENT_VERSION).toBe(manifest.version);
  });
});
