import { type ChildProcess, spawn } from 'node:child_process';
import type { KeyObject } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Journal } from '@tillward/edge-agent';
import { rawEd25519PublicKey } from '@tillward/journal';
import type { Rig } from './rig.js';
import { storeDays } from './store-day.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PER_COMMIT = 500;

/** A gateway whose line was dead, and what it kept meanwhile. */
export interface Backlog {
  store: string;
  gateway: string;
  folder: string;
  key: KeyObject;
  rig: Rig;
  mqttUrl: string;
  entries: number;
}

/** Fills the gateway's journal with entries of store days, in order, before its agent starts. */
export function writeBacklog({ folder, store, gateway, entries }: Backlog): void {
  const journal = new Journal({ dataDir: folder, store, gateway, now: () => Date.now() });
  const days = storeDays(Number(store.slice(store.indexOf('-') + 1)));
  for (let written = 0; written < entries; written += PER_COMMIT) {
    journal.commit((tx) => {
      for (let i = 0; i < PER_COMMIT; i++) {
        const { kind, terminal, payload } = days.next().value;
        tx.append(kind, terminal, JSON.parse(payload));
      }
    });
  }
  journal.close();
}

/** Starts the built agent on that journal. */
export async function startAgent({ folder, store, gateway, key, rig, mqttUrl }: Backlog, tillPort: number): Promise<ChildProcess> {
  await writeFile(`${folder}.pem`, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await writeFile(
    `${folder}.core.json`,
    JSON.stringify({ keyId: rig.coreKey.keyId, publicKey: rawEd25519PublicKey(rig.coreKey.publicKey) }),
  );
  return spawn(process.execPath, [join(ROOT, 'apps/edge-agent/dist/main.js')], {
    env: {
      NODE_ENV: 'production',
      TILLWARD_STORE: store,
      TILLWARD_GATEWAY: gateway,
      TILLWARD_DATA_DIR: folder,
      MQTT_URL: mqttUrl,
      MQTT_PASSWORD: rig.gatewayPassword,
      TILLWARD_GATEWAY_KEY_FILE: `${folder}.pem`,
      TILLWARD_CORE_KEY_FILE: `${folder}.core.json`,
      TILLWARD_TILL_PORT: String(tillPort),
      TILLWARD_TILL_TOKEN: 'benchmark-till-token',
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/** What the agent's own readiness says; undefined while it does not listen yet. */
export async function stateOf(port: number): Promise<{ mqttConnected: boolean; ackedThrough: number } | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
    return (await answer.json()) as { mqttConnected: boolean; ackedThrough: number };
  } catch (error) {
    // Not listening yet.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
