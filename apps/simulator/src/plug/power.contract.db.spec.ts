import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ShellySwitch } from '@tillward/power';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SimulatedPlug } from './simulated-plug.js';

let dir: string;
let plug: SimulatedPlug;
let powered: string[];
let outlet: ShellySwitch;

const newPlug = () =>
  new SimulatedPlug({
    host: '127.0.0.1',
    port: 0,
    name: 'shellyplusplugs-1',
    outlets: new Map([[0, { powerOn: async () => void powered.push('on'), powerOff: async () => void powered.push('off') }]]),
    stateFile: join(dir, 'plug.json'),
    initiallyOn: true,
  });

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tillward-plug-'));
  powered = [];
  plug = newPlug();
  await plug.start();
  outlet = new ShellySwitch({ baseUrl: `http://127.0.0.1:${plug.port}/`, switchId: 0, timeoutMs: 2_000 });
});
afterEach(async () => {
  await plug.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('a Shelly switch', () => {
  it('switches, reads back, and what hangs on it follows', async () => {
    expect(await outlet.state()).toBe('on');
    expect(await outlet.off()).toEqual({ kind: 'done' });
    expect(await outlet.off()).toEqual({ kind: 'done' });
    expect(await outlet.state()).toBe('off');
    expect(await outlet.on()).toEqual({ kind: 'done' });
    expect(powered).toEqual(['on', 'off', 'on']);
  });

  it('says so when the relay does not follow', async () => {
    plug.stuck = true;
    expect(await outlet.off()).toMatchObject({ kind: 'failed', code: 'stillOn' });
  });

  it('is unknown, never off, when nobody answers', async () => {
    plug.reachable = false;
    expect(await outlet.state()).toBe('unknown');
    expect(await outlet.off()).toMatchObject({ kind: 'failed', code: 'powerSwitchUnreachable' });
    const wrong = new ShellySwitch({ baseUrl: `http://127.0.0.1:${plug.port}`, switchId: 7, timeoutMs: 2_000 });
    plug.reachable = true;
    expect(await wrong.on()).toMatchObject({
      kind: 'failed',
      code: 'powerSwitchUnreachable',
      detail: 'Switch.Set: refused with code -105',
    });
  });

  it('keeps its position over a restart', async () => {
    await outlet.off();
    await plug.close();
    plug = newPlug();
    await plug.start();
    expect(plug.isOn(0)).toBe(false);
    expect(powered).toEqual(['on', 'off']);
  });

  it('answers the GET form, unknown methods and broken frames as the device does', async () => {
    const base = `http://127.0.0.1:${plug.port}/rpc`;
    expect(await (await fetch(`${base}/Switch.Set?id=0&on=false&toggle_after=0.05`)).json()).toEqual({ was_on: true });
    await expect.poll(() => powered).toEqual(['on', 'off', 'on']);
    expect(await outlet.state()).toBe('on');
    expect(await (await fetch(`${base}/Nothing.Such`)).json()).toMatchObject({ code: 404 });
    expect((await fetch(base, { method: 'POST', body: '{"method":' })).status).toBe(400);
    expect((await fetch(`${base}/Switch.Set?id=0`)).status).toBe(500);
  });
});
