import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rawEd25519PublicKey } from '@tillward/journal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GATEWAY, STORE } from '../edge.fixtures.js';
import { Journal } from '../journal/index.js';
import { bundlePrograms, SHORT, TestGateway } from './starter.fixtures.js';
import { type TestFiles, testKey } from './update.fixtures.js';

const key = testKey('release');
let folder: string;
let gateway: TestGateway;
let agentFiles: TestFiles;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tillward-agent-'));
  await bundlePrograms(
    { starter: 'update/starter.process.ts', command: 'update/command.process.ts', agent: 'main.ts' },
    join(folder, 'programs'),
  );
  const bundle = join(folder, 'programs/agent');
  const names = readdirSync(bundle).toSorted((a, b) => Number(b === 'agent.mjs') - Number(a === 'agent.mjs'));
  agentFiles = Object.fromEntries(names.map((name) => [name, readFileSync(join(bundle, name), 'utf8')]));
  gateway = new TestGateway(join(folder, 'gateway'), join(folder, 'programs'), key);
  gateway.place(1, agentFiles);
});
afterAll(async () => {
  const { starter } = gateway;
  if (starter && starter.exitCode === null) await gateway.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Settings of an agent whose broker can't be reached: nobody listens on the discard port. */
function environment(): NodeJS.ProcessEnv {
  const { privateKey } = generateKeyPairSync('ed25519');
  const core = generateKeyPairSync('ed25519');
  writeFileSync(join(folder, 'gateway.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
  writeFileSync(join(folder, 'core.json'), JSON.stringify({ keyId: 'core-1', publicKey: rawEd25519PublicKey(core.publicKey) }));
  return {
    TILLWARD_STORE: STORE,
    TILLWARD_GATEWAY: GATEWAY,
    TILLWARD_DATA_DIR: join(folder, 'data'),
    MQTT_URL: 'mqtt://127.0.0.1:9',
    MQTT_PASSWORD: 'none',
    TILLWARD_GATEWAY_KEY_FILE: join(folder, 'gateway.pem'),
    TILLWARD_CORE_KEY_FILE: join(folder, 'core.json'),
    TILLWARD_TILL_PORT: '0',
    TILLWARD_TILL_TOKEN: 'till-token-0123456789',
  };
}

const LIMITS = { ...SHORT, trialStartMs: 20_000, silentMs: 15_000, stopMs: 5_000 };

describe('the real agent', () => {
  it('is replaced by a newer release, survives a bad one, and journals all of it once', { timeout: 120_000 }, async () => {
    gateway.start(environment(), LIMITS);
    const confirmed = (sequence: number) => async () => {
      const { running, trial } = await gateway.status();
      return running.sequence === sequence && trial === null;
    };
    await gateway.install(await gateway.archive(2, agentFiles));
    await gateway.until(confirmed(2), 40_000);

    const broken = { ...agentFiles, 'agent.mjs': 'throw new Error("a bad release");' };
    await gateway.install(await gateway.archive(3, broken));
    const gaveUp = async () => (await gateway.status()).events.some(({ kind }) => kind === 'UpdateRolledBack');
    await gateway.until(gaveUp, 40_000);
    await gateway.until(() => readFileSync(join(gateway.folder, 'starter.log'), 'utf8').split('the agent is started').length - 1 >= 6);
    // It must have reported once to be told; the journal is read when it has stopped.
    await gateway.until(async () => (await gateway.install(join(folder, 'core.json'))).code === 1);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    expect(await gateway.stop()).toBe(0);

    const journal = new Journal({ dataDir: join(folder, 'data'), store: STORE, gateway: GATEWAY, now: () => 0 });
    const kinds = journal.read(1, 100)!.kind;
    journal.close();
    // Installer and starter number their events apart: the order is that of each alone.
    expect(kinds.filter((kind) => kind.startsWith('Update')).toSorted()).toEqual([
      'UpdateConfirmed',
      'UpdateInstalled',
      'UpdateInstalled',
      'UpdateRefused',
      'UpdateRolledBack',
    ]);
    expect(kinds.filter((kind) => kind === 'AgentStarted')).toHaveLength(3);
    expect(kinds.at(-1)).toBe('AgentStopped');
  });
});
