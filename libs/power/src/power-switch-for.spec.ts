import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { powerSwitchFor } from './power-switch-for.js';

const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('/net-snmp/'));
const credentials = { version: '3', user: 'tillward', authPassword: 'test-authentication', privPassword: 'test-privacy' } as const;
const pdu = { kind: 'snmpPdu', host: '127.0.0.1', port: 161, outlet: 1, credentials } as const;

describe('powerSwitchFor', () => {
  it('loads what speaks SNMP only for a switch that does', async () => {
    expect(await powerSwitchFor({ kind: 'none' })).toBeNull();
    const shelly = await powerSwitchFor({ kind: 'shelly', baseUrl: 'http://127.0.0.1:1', switchId: 0 });
    const waker = await powerSwitchFor({ kind: 'wakeOnLan', mac: '02:00:c0:ff:ee:01' });
    expect([shelly?.capabilities.kind, waker?.capabilities.kind]).toEqual(['shelly', 'wakeOnLan']);
    expect(loaded()).toBe(false);
    expect((await powerSwitchFor(pdu))?.capabilities.kind).toBe('snmpPdu');
    expect(loaded()).toBe(true);
    const poe = await powerSwitchFor({ kind: 'snmpPoe', host: '127.0.0.1', port: 161, group: 1, portNumber: 2, credentials });
    expect(poe?.capabilities).toMatchObject({ kind: 'snmpPoe', cyclesOnDevice: false });
  });

  it('rejects what no device could have', async () => {
    await expect(powerSwitchFor({ ...pdu, credentials: { ...credentials, privPassword: 'short' } })).rejects.toThrow(RangeError);
    await expect(powerSwitchFor({ kind: 'wakeOnLan', mac: 'tillward' })).rejects.toThrow(RangeError);
  });
});
