import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SimulatedLamp } from '../plug/index.js';
import { SimulatedPdu } from './index.js';

const HOST = '127.0.0.1';
const runs = (program: string, ...args: string[]) => spawnSync(program, args).error === undefined;
const MISSING = [...(runs('fence_apc_snmp', '--version') ? [] : ['fence-agents']), ...(runs('snmpget', '--version') ? [] : ['snmp'])];
if (MISSING.length > 0) {
  process.stderr.write(
    `the test of the simulated PDU against fence_apc_snmp is skipped: not installed (Debian: apt-get install ${MISSING.join(' ')})\n`,
  );
}

/** A fence agent takes power for its business: it has its own idea of how a PDU must answer. It knows no digest newer than SHA-1. */
const ACCESS = {
  user: 'fencer',
  authProtocol: 'sha',
  authPassword: 'fence-auth-1',
  privProtocol: 'aes',
  privPassword: 'fence-priv-1',
  community: null,
} as const;

describe.skipIf(MISSING.length > 0)('fence_apc_snmp drives the simulated PDU', () => {
  let dir: string;
  let lamp: SimulatedLamp;
  let device: SimulatedPdu;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'tillward-fence-'));
    lamp = new SimulatedLamp(HOST, 0);
    const other = { powerOn: async () => {}, powerOff: async () => {} };
    device = new SimulatedPdu({
      host: HOST,
      port: 0,
      access: ACCESS,
      seed: 'fence',
      outlets: new Map([
        [1, other],
        [2, lamp],
        [10, other],
      ]),
      names: new Map([[2, 'till 2']]),
      initiallyOn: true,
      dataDir: dir,
    });
    await device.start();
  });
  afterAll(async () => {
    await device.stop();
    await lamp.powerOff();
    rmSync(dir, { recursive: true, force: true });
  });

  function fence(action: string, plug = '2', password: string = ACCESS.authPassword): Promise<{ status: number | null; output: string }> {
    const args = [
      ...['--ip', HOST, '--ipport', String(device.port), '--plug', plug, '--action', action],
      ...['--snmp-version', '3', '--snmp-sec-level', 'authPriv', '--username', ACCESS.user],
      ...['--snmp-auth-prot', 'SHA', '--password', password, '--snmp-priv-prot', 'AES', '--snmp-priv-passwd', ACCESS.privPassword],
    ];
    return new Promise((resolve, reject) => {
      const agent = spawn('fence_apc_snmp', args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
      let output = '';
      for (const stream of [agent.stdout, agent.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
      agent.once('error', reject);
      agent.once('close', (status) => resolve({ status, output }));
    });
  }

  it('status, off, on, and off and on again', { timeout: 120_000 }, async () => {
    expect(await fence('status')).toMatchObject({ status: 0, output: expect.stringContaining('Status: ON') });
    expect(await fence('off')).toMatchObject({ status: 0 });
    expect([device.isOn(2), lamp.lit, device.isOn(1)]).toEqual([false, false, true]);
    // The agent's exit status for an outlet that is off.
    expect(await fence('status')).toMatchObject({ status: 2, output: expect.stringContaining('Status: OFF') });
    expect(await fence('on')).toMatchObject({ status: 0 });
    expect([device.isOn(2), lamp.lit]).toEqual([true, true]);
    const wentDark = new Promise<void>((resolve) => {
      const looking = setInterval(() => {
        if (lamp.lit) return;
        clearInterval(looking);
        resolve();
      }, 10);
    });
    expect(await fence('reboot')).toMatchObject({ status: 0 });
    await wentDark;
    expect([device.isOn(2), lamp.lit]).toEqual([true, true]);
  });

  it('lists the outlets and finds one by its name', { timeout: 60_000 }, async () => {
    const { output } = await fence('list');
    expect(output).toMatch(/^1,Outlet 1/m);
    expect(output).toMatch(/^2,till 2/m);
    expect(output).toMatch(/^10,Outlet 10/m);
    expect(await fence('status', 'till 2')).toMatchObject({ status: 0 });
  });

  it('is refused with another password', { timeout: 60_000 }, async () => {
    const { status, output } = await fence('off', '2', 'something else');
    expect(status).not.toBe(0);
    expect(output).toContain('Authentication failure');
    expect(device.isOn(2)).toBe(true);
  });
});
