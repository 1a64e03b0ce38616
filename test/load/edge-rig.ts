import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DesiredBody, TerminalConnection } from '@tillward/contracts';
import { rawEd25519PublicKey } from '@tillward/journal';
import type { SmallCore } from '../small-core.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The store and gateway of benchmarks of one agent. */
export const STORE = 'bench';
export const GATEWAY = 'gw-bench';

/** The document of a store in the middle of its opening hours with ZVT terminals at these ports of the loopback address. */
export function desired(ports: readonly number[]): Parameters<SmallCore['desire']>[0] {
  const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
  const settings = { 'hours.open': at(-6), 'hours.close': at(6), 'businessDay.cutOff': at(-7) };
  const terminals = ports.map(
    (port, i): TerminalConnection => ({
      id: `t${i + 1}`,
      name: `Terminal ${i + 1}`,
      driver: 'zvt',
      host: '127.0.0.1',
      port,
      password: '000000',
      currency: 'EUR',
      power: { kind: 'none' },
    }),
  );
  return {
    store: { id: STORE, name: 'Benchmark', timeZone: 'UTC', currency: 'EUR' },
    settings: Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [key, { value, origin: 'store' }]),
    ) as DesiredBody['settings'],
    terminals,
    operators: [],
  };
}

/** Starts the built agent on `folder`. Its log goes to `stdout`: level error to ours, any other into a pipe that the caller reads. */
export async function startAgent(folder: string, core: SmallCore, logLevel: 'error' | 'info' = 'error'): Promise<ChildProcess> {
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(join(folder, 'gateway.pem'), key, { mode: 0o600 });
  const { keyId, publicKey } = core.coreKey;
  await writeFile(join(folder, 'core.json'), JSON.stringify({ keyId, publicKey: rawEd25519PublicKey(publicKey) }));
  const agent = spawn(process.execPath, [join(ROOT, 'apps/edge-agent/dist/main.js')], {
    env: {
      NODE_ENV: 'production',
      TILLWARD_STORE: STORE,
      TILLWARD_GATEWAY: GATEWAY,
      TILLWARD_DATA_DIR: join(folder, 'agent'),
      MQTT_URL: core.mqtt.mqttUrl,
      MQTT_PASSWORD: core.mqtt.mqttPassword,
      TILLWARD_GATEWAY_KEY_FILE: join(folder, 'gateway.pem'),
      TILLWARD_CORE_KEY_FILE: join(folder, 'core.json'),
      TILLWARD_TILL_PORT: '0',
      TILLWARD_TILL_TOKEN: 'benchmark-till-token',
      LOG_LEVEL: logLevel,
    },
    stdio: ['ignore', logLevel === 'error' ? 'inherit' : 'pipe', 'inherit'],
  });
  return agent;
}

/** Ends a helper program: by its channel when it has one, else by SIGTERM, at last by force. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  if (child.connected) child.disconnect();
  else child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(force);
}

/** Waits at most two minutes until the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  const limit = performance.now() + 120_000;
  while (!condition()) {
    if (performance.now() > limit) throw new Error('the terminals did not open within two minutes');
    await pause(200);
  }
}
