import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PowerSwitch, powerSwitchFor } from '@tillward/power';
import snmp from 'net-snmp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SeededRandom } from '../seeded-random.js';
import { SimulatedPdu } from './index.js';
import { requestHeaderOf, wrongDigestsReport } from './usm-report.js';

const HOST = '127.0.0.1';
const SEED = process.env['FUZZ_SEED'] ?? 'hostile-agent';
const STATE = '1.3.6.1.4.1.318.1.1.12.3.5.1.1.4.1';
const access = {
  user: 'tillward',
  authProtocol: 'sha256',
  authPassword: 'test-authentication',
  privProtocol: 'aes',
  privPassword: 'test-privacy',
  community: 'test-community',
} as const;
const v3 = { version: '3', user: access.user, authPassword: access.authPassword, privPassword: access.privPassword } as const;
const v2c = { version: '2c', community: access.community } as const;
const timing = { timeoutMs: 25, settleMs: 0, pollMs: 10 };

let dir: string;
let device: SimulatedPdu;
/** Between driver and device: everything passes through `twist`, which says what the driver gets instead of an answer. */
let path: Socket;
let twist: (answer: Buffer, request: Buffer) => Buffer[];
const outletAt = async (port: number, credentials: typeof v3 | typeof v2c): Promise<PowerSwitch> =>
  (await powerSwitchFor({ kind: 'snmpPdu', host: HOST, port, outlet: 1, credentials }, { timing }))!;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tillward-hostile-'));
  const lamp = { powerOn: async () => {}, powerOff: async () => {} };
  device = new SimulatedPdu({ host: HOST, port: 0, access, seed: SEED, outlets: new Map([[1, lamp]]), initiallyOn: true, dataDir: dir });
  await device.start();
  twist = (answer) => [answer];
  path = createSocket('udp4');
  path.on('message', (request: Buffer, client: RemoteInfo) => {
    const onward = createSocket('udp4');
    onward.on('message', (answer: Buffer) => {
      for (const datagram of twist(answer, request)) path.send(datagram, client.port, client.address);
      onward.close();
    });
    onward.send(request, device.port, HOST);
  });
  await new Promise<void>((resolve) => path.bind(0, HOST, resolve));
});
afterEach(async () => {
  path.close();
  await device.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** What somebody without any key can send: a response that says the outlet is off. */
function forgedOff(request: Buffer): Buffer {
  const { messageId } = requestHeaderOf(request)!;
  const report = wrongDigestsReport(messageId, { engineId: Buffer.from('80000000010203', 'hex'), boots: 1, time: 1 }, 1);
  const scopedAt = report.lastIndexOf(Buffer.from([0x80, 0, 0, 0, 1, 2, 3])) - 4;
  const varbind = tlv(0x30, tlv(6, snmpOid(STATE)), Buffer.from([2, 1, 2]));
  const pdu = tlv(0xa2, Buffer.from([2, 1, 0, 2, 1, 0, 2, 1, 0]), tlv(0x30, varbind));
  const scoped = tlv(0x30, tlv(4, Buffer.from('80000000010203', 'hex')), tlv(4), pdu);
  const inner = report.subarray(report[1]! < 0x80 ? 2 : 4, scopedAt);
  return tlv(0x30, inner, scoped);
}

function tlv(tag: number, ...parts: Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const length = value.length < 128 ? [value.length] : [0x82, value.length >> 8, value.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), value]);
}

function snmpOid(oid: string): Buffer {
  const [first, second, ...rest] = oid.split('.').map(Number);
  const base128 = (n: number): number[] => (n < 128 ? [n] : [...base128(n >> 7).map((b) => b | 0x80), n & 0x7f]);
  return Buffer.from([first! * 40 + second!, ...rest.flatMap(base128)]);
}

describe('on the way to a device', () => {
  it('nothing is changed: the path itself works', async () => {
    expect(await (await outletAt(path.address().port, v3)).state()).toBe('on');
    expect(await (await outletAt(path.address().port, v2c)).state()).toBe('on');
  });

  it('a forged bare answer is not believed, with the true one behind it or without', async () => {
    // The library by itself believes it: this is what the driver adds.
    twist = (answer, request) => (requestHeaderOf(request)!.authenticated ? [forgedOff(request)] : [answer]);
    expect(await readByLibraryAlone(path.address().port)).toBe(2);
    const outlet = await outletAt(path.address().port, v3);
    expect(await outlet.state()).toBe('unknown');
    expect(await outlet.off()).toMatchObject({ code: 'powerSwitchUnreachable', reason: 'notUnderstood' });
    await device.stop();
    await device.start();
    twist = (answer, request) => (requestHeaderOf(request)!.authenticated ? [forgedOff(request), answer] : [answer]);
    expect(await outlet.on()).toEqual({ kind: 'done' });
    expect(await outlet.state()).toBe('on');
  });

  it.each([
    ['version 3', v3],
    ['version 2c', v2c],
  ] as const)(`bent answers of %s lead to no exception and no other state (seed ${SEED})`, async (_name, credentials) => {
    const random = new SeededRandom(SEED);
    const outlet = await outletAt(path.address().port, credentials);
    for (let i = 0; i < 60; i++) {
      twist = (answer) => {
        const bent = Buffer.from(answer);
        // The version 2c value itself is left alone: nothing protects it, which is why version 3 is the default.
        for (let changes = random.integer(1, 4); changes > 0; changes--) bent[random.integer(0, bent.length - 2)] = random.integer(0, 255);
        return [random.chance(0.3) ? bent.subarray(0, random.integer(0, bent.length)) : bent];
      };
      expect(['on', 'unknown']).toContain(await outlet.state());
    }
    twist = (answer) => [answer];
    expect(await outlet.state()).toBe('on');
  });

  it(`garbage sent to the device does not end it (seed ${SEED})`, async () => {
    const random = new SeededRandom(`${SEED}/device`);
    const sender = createSocket('udp4');
    for (let i = 0; i < 500; i++) {
      const garbage = Buffer.from(Array.from({ length: random.integer(0, 120) }, () => random.integer(0, 255)));
      if (random.chance(0.5) && garbage.length > 2) garbage.set([0x30, garbage.length - 2]);
      await new Promise<void>((resolve) => sender.send(garbage, device.port, HOST, () => resolve()));
    }
    sender.close();
    expect(await (await outletAt(device.port, v3)).state()).toBe('on');
  });

  it('one without authentication may neither read nor switch', async () => {
    const session = snmp.createV3Session(
      HOST,
      { name: '', level: snmp.SecurityLevel.noAuthNoPriv },
      { port: device.port, retries: 0, timeout: 200 },
    );
    const refused = await new Promise((resolve) => {
      session.set([{ oid: '1.3.6.1.4.1.318.1.1.12.3.3.1.1.4.1', type: snmp.ObjectType.Integer, value: 2 }], (error) => resolve(error));
    });
    session.close();
    expect(refused).toBeInstanceOf(Error);
    expect(device.isOn(1)).toBe(true);
  });
});

function readByLibraryAlone(port: number): Promise<unknown> {
  const user = {
    name: access.user,
    level: snmp.SecurityLevel.authPriv,
    authProtocol: snmp.AuthProtocols.sha256,
    authKey: access.authPassword,
    privProtocol: snmp.PrivProtocols.aes,
    privKey: access.privPassword,
  };
  const session = snmp.createV3Session(HOST, user, { port, retries: 0, timeout: 500 });
  return new Promise((resolve) => {
    session.get([STATE], (error, varbinds) => {
      session.close();
      resolve(error ? error : varbinds?.[0]?.value);
    });
  });
}
