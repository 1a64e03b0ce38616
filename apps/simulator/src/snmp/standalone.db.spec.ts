import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { powerSwitchFor } from '@tillward/power';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeviceKind, SimulatedDevice } from '../device.js';
import { shellyKind } from '../plug/index.js';
import { printerKind } from '../printer/index.js';
import { pduKind, poeKind } from './index.js';

const HOST = '127.0.0.1';
const timing = { timeoutMs: 250, settleMs: 1_000, pollMs: 25 };

let dir: string;
let device: SimulatedDevice;
const started = async (kind: DeviceKind, options: object = {}) => {
  const failed = (error: unknown) => {
    throw error;
  };
  device = kind.create({ host: HOST, port: 0, seed: 'alone', dataDir: dir, failed }, kind.options.parse(options));
  await device.start();
  return device;
};
const lamps = () => device.view()['lamps'];
const portOf = (endpoint: string | undefined) => Number(new URL(endpoint!).port);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tillward-alone-'));
});
afterEach(async () => {
  await device.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe('a device started alone', () => {
  it('a Shelly gives the power back by itself when its gateway is gone', async () => {
    const { endpoints } = await started(shellyKind, { password: 'secret', switches: 2 });
    const outlet = (await powerSwitchFor({ kind: 'shelly', baseUrl: endpoints['http']!, switchId: 1, password: 'secret' }, { timing }))!;
    expect(lamps()).toEqual({ 0: 'lit', 1: 'lit' });
    const cycle = outlet.cycle(1);
    await expect.poll(lamps).toEqual({ 0: 'lit', 1: 'dark' });
    device.inject({ fault: 'unreachable' });
    await expect.poll(lamps, { timeout: 3_000 }).toEqual({ 0: 'lit', 1: 'lit' });
    expect(await cycle).toMatchObject({ kind: 'failed', code: 'powerSwitchUnreachable' });
  });

  it('a PDU gives the power back by itself when its gateway is gone', async () => {
    const { endpoints } = await started(pduKind, { outlets: 2 });
    const credentials = { version: '3', user: 'tillward', authPassword: 'simulated-auth', privPassword: 'simulated-priv' } as const;
    const config = { kind: 'snmpPdu', host: HOST, port: portOf(endpoints['snmp']), outlet: 2, credentials } as const;
    const outlet = (await powerSwitchFor(config, { timing }))!;
    const cycle = outlet.cycle(5);
    await expect.poll(lamps).toEqual({ 1: 'lit', 2: 'dark' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    device.inject({ fault: 'unreachable' });
    await expect.poll(lamps, { timeout: 8_000 }).toEqual({ 1: 'lit', 2: 'lit' });
    device.inject({ fault: 'clear' });
    expect(await cycle).toEqual({ kind: 'done' });
  });

  it('a PoE switch feeds a lamp on every port, one of which can be welded', async () => {
    const { endpoints } = await started(poeKind, { ports: 3, negotiateMs: 50, community: 'test-community' });
    const credentials = { version: '2c', community: 'test-community' } as const;
    const config = { kind: 'snmpPoe', host: HOST, port: portOf(endpoints['snmp']), group: 1, portNumber: 2, credentials } as const;
    const port = (await powerSwitchFor(config, { timing }))!;
    device.inject({ fault: 'stuck', outlet: 3 });
    expect(await port.off()).toEqual({ kind: 'done' });
    expect(lamps()).toEqual({ 1: 'lit', 2: 'dark', 3: 'lit' });
    const welded = (await powerSwitchFor({ ...config, portNumber: 3 }, { timing }))!;
    expect(await welded.off()).toMatchObject({ code: 'stillOn', detail: 'the port is disabled, its status delivering power' });
    expect(device.view()).toMatchObject({ ports: { 3: { commanded: 'off', position: 'on', stuck: true } } });
  });

  it('keeps its lamps dark over a restart, on their ports', async () => {
    await started(shellyKind, { loadPort: 0, initiallyOn: false });
    expect(lamps()).toEqual({ 0: 'dark' });
    expect(portOf(device.endpoints['outlet0'])).toBeGreaterThan(0);
  });

  it.each([shellyKind, pduKind, poeKind, printerKind])('teaches how to use it and checks its faults ($kind)', async (kind) => {
    await started(kind);
    expect(kind.help).toContain('First steps');
    expect(kind.faults.safeParse({ fault: 'clear' }).success).toBe(true);
    expect(kind.faults.safeParse({ fault: 'nonsense' }).success).toBe(false);
    expect(Object.keys(device.endpoints).length).toBeGreaterThan(0);
    expect(JSON.stringify(device.view())).not.toContain('simulated-auth');
  });
});
