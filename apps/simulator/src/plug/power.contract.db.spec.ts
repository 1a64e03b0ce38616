import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PowerConfig, type PowerSwitch, powerSwitchFor, type SwitchTiming, type TerminalProbe, tcpProbe } from '@tillward/power';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SimulatedPdu, SimulatedPoeSwitch, type SnmpAccess } from '../snmp/index.js';
import { type PoweredDevice, SimulatedLamp, SimulatedPlug } from './index.js';

const HOST = '127.0.0.1';
const TIMING: SwitchTiming = { timeoutMs: 250, settleMs: 500, pollMs: 25 };
const ACCESS: SnmpAccess = {
  user: 'tillward',
  authProtocol: 'sha256',
  authPassword: 'test-authentication',
  privProtocol: 'aes',
  privPassword: 'test-privacy',
  community: null,
};
const CREDENTIALS = { version: '3', user: ACCESS.user, authPassword: ACCESS.authPassword, privPassword: ACCESS.privPassword } as const;

type Fault = 'clear' | 'stuck' | 'unreachable' | 'wrongPassword' | 'slow' | 'slowAnswers' | 'losesAnswers';

/** A simulated device with a lamp on the outlet under test, and how a driver is told to reach it. */
interface Rig {
  start(): Promise<void>;
  stop(): Promise<void>;
  fault(fault: Fault, delayMs?: number): void;
  isOn(): boolean | undefined;
  config(): PowerConfig;
  /** The same with a password nobody set, and with an outlet there is none of. */
  withOtherPassword(): PowerConfig;
  withOtherOutlet(): PowerConfig;
}

type Rigged = (load: PoweredDevice, dataDir: string) => Rig;

const shelly: Rigged = (load, dataDir) => {
  const plug = new SimulatedPlug({
    host: HOST,
    port: 0,
    name: 'shellyplusplugs-1',
    outlets: new Map([[0, load]]),
    stateFile: join(dataDir, 'plug.json'),
    initiallyOn: true,
    password: 'test-password',
  });
  const config = () => ({ kind: 'shelly' as const, baseUrl: `http://${HOST}:${plug.port}/`, switchId: 0, password: 'test-password' });
  return {
    start: () => plug.start(),
    stop: () => plug.close(),
    fault: (fault, delayMs = 0) => {
      if (fault === 'stuck') plug.stuck = true;
      if (fault === 'unreachable') plug.reachable = false;
      if (fault === 'wrongPassword') plug.password = 'changed by somebody';
      if (fault === 'slow') plug.delayMs = delayMs;
      if (fault === 'slowAnswers') plug.answerDelayMs = delayMs;
      if (fault === 'losesAnswers') plug.losesAnswers = true;
      if (fault === 'clear') {
        Object.assign(plug, {
          stuck: false,
          reachable: true,
          password: 'test-password',
          delayMs: 0,
          answerDelayMs: 0,
          losesAnswers: false,
        });
      }
    },
    isOn: () => plug.isOn(0),
    config,
    withOtherPassword: () => ({ ...config(), password: 'another password' }),
    withOtherOutlet: () => ({ ...config(), switchId: 7 }),
  };
};

const pdu: Rigged = (load, dataDir) => {
  const device = new SimulatedPdu({
    host: HOST,
    port: 0,
    access: ACCESS,
    seed: 'contract',
    outlets: new Map([[3, load]]),
    initiallyOn: true,
    dataDir,
  });
  const config = () => ({ kind: 'snmpPdu' as const, host: HOST, port: device.port, outlet: 3, credentials: CREDENTIALS });
  return {
    start: () => device.start(),
    stop: () => device.stop(),
    fault: (fault, delayMs) => device.inject({ fault, delayMs }),
    isOn: () => device.isOn(3),
    config,
    withOtherPassword: () => ({ ...config(), credentials: { ...CREDENTIALS, authPassword: 'another password' } }),
    withOtherOutlet: () => ({ ...config(), outlet: 4 }),
  };
};

const poe: Rigged = (load, dataDir) => {
  const device = new SimulatedPoeSwitch({
    host: HOST,
    port: 0,
    access: ACCESS,
    seed: 'contract',
    group: 1,
    ports: new Map([[5, load]]),
    initiallyOn: true,
    negotiateMs: 60,
    dataDir,
  });
  const config = () => ({ kind: 'snmpPoe' as const, host: HOST, port: device.port, group: 1, portNumber: 5, credentials: CREDENTIALS });
  return {
    start: () => device.start(),
    stop: () => device.stop(),
    fault: (fault, delayMs) => device.inject({ fault, delayMs }),
    isOn: () => device.isOn(5),
    config,
    withOtherPassword: () => ({ ...config(), credentials: { ...CREDENTIALS, privPassword: 'another password' } }),
    withOtherOutlet: () => ({ ...config(), group: 2 }),
  };
};

describe.each([
  ['a Shelly plug with digest access', shelly],
  ['an outlet of a PDU over SNMPv3', pdu],
  ['a port of a PoE switch over SNMPv3', poe],
])('%s', (_name, rigged) => {
  let dir: string;
  let lamp: SimulatedLamp;
  let rig: Rig;
  let outlet: PowerSwitch;
  const switchFor = async (config: PowerConfig, timing = TIMING, probe?: TerminalProbe) =>
    (await powerSwitchFor(config, { timing, ...(probe ? { probe } : {}) }))!;
  const lampProbe = () => tcpProbe({ host: HOST, port: lamp.port, goneWithinMs: 500, backWithinMs: 500, timeoutMs: 200, pollMs: 20 });

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'tillward-power-'));
    lamp = new SimulatedLamp(HOST, 0);
    rig = rigged(lamp, dir);
    await rig.start();
    outlet = await switchFor(rig.config());
  });
  afterEach(async () => {
    await rig.stop();
    await lamp.powerOff();
    rmSync(dir, { recursive: true, force: true });
  });

  it('switches, reads back, and what hangs on it goes and comes', async () => {
    outlet = await switchFor(rig.config(), TIMING, lampProbe());
    expect(await outlet.state()).toBe('on');
    expect(lamp.lit).toBe(true);
    expect(await outlet.off()).toEqual({ kind: 'done' });
    expect(lamp.lit).toBe(false);
    expect(await outlet.off()).toEqual({ kind: 'done' });
    expect(await outlet.state()).toBe('off');
    expect(await outlet.on()).toEqual({ kind: 'done' });
    expect(lamp.lit).toBe(true);
    expect(await outlet.state()).toBe('on');
  });

  it('says so when the contact does not follow', async () => {
    rig.fault('stuck');
    expect(await outlet.off()).toMatchObject({ kind: 'failed', code: 'stillOn', reason: 'notFollowed' });
    rig.fault('clear');
    await outlet.off();
    rig.fault('stuck');
    expect(await outlet.on()).toMatchObject({ kind: 'failed', code: 'stillOff', reason: 'notFollowed' });
    expect(rig.isOn()).toBe(false);
  });

  it('is unknown, never off, when nobody answers', async () => {
    await outlet.off();
    rig.fault('unreachable');
    expect(await outlet.state()).toBe('unknown');
    expect(await outlet.off()).toMatchObject({ kind: 'failed', code: 'powerSwitchUnreachable', reason: 'noAnswer' });
    rig.fault('clear');
    expect(await outlet.state()).toBe('off');
  });

  it('waits for a slow contact', async () => {
    rig.fault('slow', 250);
    expect(await outlet.off()).toEqual({ kind: 'done' });
    expect(rig.isOn()).toBe(false);
    expect(await outlet.on()).toEqual({ kind: 'done' });
  });

  it('believes the outlet when the answer to the command is lost', async () => {
    rig.fault('losesAnswers');
    expect(await outlet.off()).toEqual({ kind: 'done' });
    expect(rig.isOn()).toBe(false);
    expect(await outlet.on()).toEqual({ kind: 'done' });
  });

  it('gives up on answers that come too late, and works when they are in time again', async () => {
    rig.fault('slowAnswers', 2_500);
    expect(await outlet.state()).toBe('unknown');
    rig.fault('clear');
    expect(await outlet.state()).toBe('on');
    rig.fault('slowAnswers', 60);
    expect(await outlet.off()).toEqual({ kind: 'done' });
  });

  it('is refused with another password, and switches nothing', async () => {
    for (const config of [rig.withOtherPassword(), rig.config()]) {
      if (config.kind !== 'none' && JSON.stringify(config) === JSON.stringify(rig.config())) rig.fault('wrongPassword');
      const stranger = await switchFor(config);
      const outcome = await stranger.off();
      expect(outcome).toMatchObject({ kind: 'failed', code: 'powerSwitchUnreachable', reason: 'credentialsRefused' });
      expect(JSON.stringify(outcome)).not.toMatch(/test-|another|[0-9a-f]{16}/);
      expect(await stranger.state()).toBe('unknown');
    }
    expect(rig.isOn()).toBe(true);
  });

  it('is refused an outlet there is none of', async () => {
    const nothing = await switchFor(rig.withOtherOutlet());
    expect(await nothing.off()).toMatchObject({ kind: 'failed', code: 'powerSwitchUnreachable', reason: 'refused' });
    expect(await nothing.state()).toBe('unknown');
  });

  it('keeps its positions over a restart, and is met again', async () => {
    await outlet.off();
    await rig.stop();
    rig = rigged(lamp, dir);
    await rig.start();
    expect(rig.isOn()).toBe(false);
    expect(lamp.lit).toBe(false);
    expect(await (await switchFor(rig.config())).on()).toEqual({ kind: 'done' });
  });

  it('cycles, and the terminal is seen gone and back', async () => {
    outlet = await switchFor(rig.config(), TIMING, lampProbe());
    expect(outlet.capabilities.operations.has('cycle')).toBe(true);
    expect(await outlet.cycle(1)).toEqual({ kind: 'done' });
    expect(lamp.lit).toBe(true);
    rig.fault('stuck');
    expect(await outlet.cycle(1)).toMatchObject({ kind: 'failed', code: 'stillOn' });
    await expect(outlet.cycle(0)).rejects.toThrow(RangeError);
  });

  it('tells a terminal that hangs on another outlet', async () => {
    const elsewhere: Server = createServer();
    await new Promise<void>((resolve) => elsewhere.listen(0, HOST, resolve));
    const { port } = elsewhere.address() as { port: number };
    const probe = tcpProbe({ host: HOST, port, goneWithinMs: 150, backWithinMs: 150, pollMs: 20 });
    const wrong = await switchFor(rig.config(), TIMING, probe);
    expect(await wrong.off()).toMatchObject({ kind: 'failed', code: 'stillOn', reason: 'terminalStillThere' });
    await new Promise((resolve) => elsewhere.close(resolve));
    expect(await wrong.on()).toMatchObject({ kind: 'failed', code: 'stillOff', reason: 'terminalNotBack' });
  });
});
