import { type Arrival, BrokerUnavailable, createLog, MqttLink } from '@tillward/core';
import mqtt from 'mqtt';
import { passwordSha256, startBroker } from 'tillward';
import { afterEach, describe, expect, it } from 'vitest';

const log = createLog('silent');
const credentials = [
  { username: 'core', passwordSha256: passwordSha256('core-password'), role: 'core' as const },
  {
    username: 'gw-berlin',
    passwordSha256: passwordSha256('gateway-password'),
    role: 'gateway' as const,
    store: 'berlin',
    gateway: 'gw-berlin',
  },
];
const stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function broker(port = 0) {
  const one = await startBroker({ host: '127.0.0.1', port, credentials, logger: log });
  stops.push(() => one.close());
  return one;
}

function link(port: number, password = 'core-password'): MqttLink {
  const one = new MqttLink({ url: `mqtt://127.0.0.1:${port}`, username: 'core', password }, log);
  stops.push(() => one.stop());
  return one;
}

async function gateway(port: number) {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
    clientId: 'gw-berlin',
    username: 'gw-berlin',
    password: 'gateway-password',
    reconnectPeriod: 100,
  });
  stops.push(() => client.endAsync(true));
  return client;
}

const JOURNAL = 'tw/v1/berlin/gw-berlin/journal';

describe('core’s link to the broker', () => {
  it('hears gateways, and again after the broker was gone, each time telling that it is connected', async () => {
    const first = await broker();
    const core = link(first.port);
    const heard: string[] = [];
    let connections = 0;
    core.onArrival('journal', ({ address, payload }: Arrival) => void heard.push(`${address.store}: ${payload.toString()}`));
    core.onConnected(() => {
      connections += 1;
    });
    expect(core.trouble()).toMatch(/not connected/);
    core.start();
    await expect.poll(() => core.trouble()).toBeUndefined();
    const store = await gateway(first.port);
    await store.publishAsync(JOURNAL, 'one', { qos: 1 });
    await expect.poll(() => heard).toEqual(['berlin: one']);
    await first.close();
    await expect.poll(() => core.trouble()).toBeDefined();
    await expect(core.publish('tw/v1/berlin/gw-berlin/command', 'x', { qos: 1, retain: false })).rejects.toThrow(BrokerUnavailable);
    await broker(first.port);
    await expect.poll(() => core.trouble(), { timeout: 10_000 }).toBeUndefined();
    await expect.poll(() => store.connected).toBe(true);
    await store.publishAsync(JOURNAL, 'two', { qos: 1 });
    await expect.poll(() => heard).toEqual(['berlin: one', 'berlin: two']);
    expect(connections).toBe(2);
  });

  it('reads no further message while the last one is not taken, and a handler that throws loses none after it', async () => {
    const { port } = await broker();
    const core = link(port);
    const heard: string[] = [];
    let release: () => void = () => undefined;
    core.onArrival('journal', async ({ payload }: Arrival) => {
      heard.push(payload.toString());
      if (heard.length === 1) await new Promise<void>((resolve) => (release = resolve));
      if (heard.length === 2) throw new Error('no');
    });
    core.start();
    await expect.poll(() => core.trouble()).toBeUndefined();
    const store = await gateway(port);
    for (const text of ['a', 'b', 'c']) await store.publishAsync(JOURNAL, text, { qos: 1 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(heard).toEqual(['a']);
    release();
    await expect.poll(() => heard).toEqual(['a', 'b', 'c']);
  });

  it('says why it can’t connect', async () => {
    const { port } = await broker();
    const core = link(port, 'wrong');
    core.start();
    await expect.poll(() => core.trouble()).toMatch(/refused|authori|password/i);
  });
});
