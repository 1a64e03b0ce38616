import type { TerminalConnection } from '@tillward/contracts';
import { terminalConnection } from '@tillward/contracts';
import { describe, expect, it } from 'vitest';
import { connection } from '../edge.fixtures.js';
import { NetworkDevices } from './device-factory.js';

const base = { id: 't1', name: 'T', currency: 'EUR', power: { kind: 'none' }, host: '127.0.0.1' };
const read = (described: object) => terminalConnection.parse({ ...base, ...described });
const nexo = (change: object = {}) =>
  read({
    driver: 'nexo',
    saleId: 'till',
    poiId: 'V400m-1',
    keyIdentifier: 'key',
    keyVersion: 1,
    passphrase: 'a passphrase of the portal',
    trust: { kind: 'ca', pem: 'no certificate' },
    ...change,
  });
const watched = () =>
  read({
    driver: 'unionpay',
    currency: 'CNY',
    port: 9_001,
    listenPort: 9_000,
    terminalNumber: '00000042',
    terminalAddresses: ['10.0.8.7'],
  });
const zvt = (power: object = { kind: 'none' }) => read({ driver: 'zvt', port: 20_007, password: '000000', power });

const V3 = { version: '3', user: 'gateway', authPassword: 'long enough 1', privPassword: 'long enough 2' };
const checked = async (...connections: TerminalConnection[]) => {
  const devices = new NetworkDevices();
  await devices.prepare(connections);
  return { devices, problems: connections.map((each) => devices.check(each)) };
};

describe('NetworkDevices', () => {
  it('makes every kind of terminal, switch and printer', async () => {
    const powers = [
      { kind: 'shelly', baseUrl: 'http://127.0.0.1:1', switchId: 0, password: 'secret' },
      { kind: 'snmpPdu', host: '127.0.0.1', outlet: 3, snmp: V3 },
      { kind: 'snmpPdu', host: '127.0.0.1', outlet: 3, snmp: { ...V3, privProtocol: 'aes256' } },
      { kind: 'snmpPoe', host: '127.0.0.1', group: 1, portNumber: 2, snmp: { version: '2c', community: 'private' } },
      { kind: 'wakeOnLan', mac: '00:11:22:33:44:55' },
    ];
    const connections = [...powers.map((power, i) => ({ ...zvt(power), id: `z${i}` })), watched()];
    const { devices, problems } = await checked(...connections);
    expect(problems).toEqual(connections.map(() => null));
    const made = connections.map((each) => devices.devices(each));
    expect(made.map(({ driver }) => driver.capabilities.protocol)).toEqual(['zvt', 'zvt', 'zvt', 'zvt', 'zvt', 'watched']);
    expect(made.map(({ power }) => power?.capabilities.kind)).toEqual(['shelly', 'snmpPdu', 'snmpPdu', 'snmpPoe', 'wakeOnLan', undefined]);
    expect(made.map(({ traffic }) => traffic !== null)).toEqual([false, false, false, false, false, true]);
    const printing = { ...zvt(), printer: { host: '127.0.0.1', port: 9 } };
    await devices.prepare([printing]);
    expect(await devices.devices(printing).printer!.read()).toBeNull();
  });

  it('refuses what it can not work with, alone, and says why', async () => {
    const { problems } = await checked(
      { ...zvt(), currency: 'XXX' },
      nexo(),
      nexo({ id: 't3', currency: 'XXX' }),
      zvt({ kind: 'snmpPdu', host: '127.0.0.1', outlet: 1, snmp: { ...V3, user: 'u' } }),
    );
    expect(problems).toEqual(['ZVT can not name the currency XXX', expect.any(String), 'nexo can not name the currency XXX', null]);
    expect(problems[1]).not.toContain('passphrase of the portal');
  });

  it('loads only what the store has, once', async () => {
    const devices = new NetworkDevices();
    await devices.prepare([zvt()]);
    expect(devices.prepare([zvt()])).toBeNull();
    expect(devices.check(nexo())).toBe('what nexo needs is not loaded');
    expect(devices.check(watched())).toBe('what unionpay needs is not loaded');
    expect(devices.check(connection('t9'))).toBe('what power needs is not loaded');
    expect(devices.prepare([zvt(), connection('t9')])).not.toBeNull();
  });
});
