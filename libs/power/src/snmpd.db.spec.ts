import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SnmpV3Credentials } from './power-config.js';
import type { PowerSwitch } from './power-switch.js';
import { powerSwitchFor } from './power-switch-for.js';

const HOST = '127.0.0.1';
const SNMPD = ['/usr/sbin/snmpd', '/usr/local/sbin/snmpd'].find((path) => spawnSync(path, ['-v']).status === 0);
if (SNMPD === undefined) {
  process.stderr.write('the tests of SNMP against net-snmp’s own agent are skipped: no snmpd (Debian: apt-get install snmpd)\n');
}
/** The agent needs no rights; as root it is run as nobody. */
const NOBODY = 65_534;
const AS_ROOT = process.getuid?.() === 0;

/** Answers for both MIBs from two files, `relay` and `admin`; while a file `welded` exists, nothing moves (snmpd.conf(5), pass). */
const PASS = `#!/bin/sh
cd "$(dirname "$0")" || exit 1
control=.1.3.6.1.4.1.318.1.1.12.3.3.1.1.4.2
state=.1.3.6.1.4.1.318.1.1.12.3.5.1.1.4.2
admin=.1.3.6.1.2.1.105.1.1.1.3.1.7
detection=.1.3.6.1.2.1.105.1.1.1.6.1.7
case "$1 $2" in
  "-g $control" | "-g $state") echo "$2"; echo integer; cat relay ;;
  "-g $admin") echo "$2"; echo integer; cat admin ;;
  "-g $detection") echo "$2"; echo integer; if [ "$(cat admin)" = 1 ]; then echo 3; else echo 1; fi ;;
  "-s $control") if [ ! -e welded ]; then echo "$4" > relay; fi ;;
  "-s $admin") if [ ! -e welded ]; then echo "$4" > admin; fi ;;
  -s*) echo not-writable ;;
esac
exit 0
`;

const USERS = {
  modern: { version: '3', user: 'modern', authPassword: 'modern-auth-1', privPassword: 'modern-priv-1' },
  strong: { version: '3', user: 'strong', authProtocol: 'sha512', authPassword: 'strong-auth-1', privPassword: 'strong-priv-1' },
  old: { version: '3', user: 'old', authProtocol: 'sha', authPassword: 'old-auth-12', privPassword: 'old-priv-12' },
  reader: { version: '3', user: 'reader', authPassword: 'reader-auth-1', privPassword: 'reader-priv-1' },
} as const satisfies Record<string, SnmpV3Credentials>;
const PROTOCOL = { modern: 'SHA-256', strong: 'SHA-512', old: 'SHA', reader: 'SHA-256' } as const;

describe.skipIf(SNMPD === undefined)('net-snmp’s own agent', () => {
  let dir: string;
  let port: number;
  let agent: ChildProcess;
  const timing = { timeoutMs: 1_500, settleMs: 1_000, pollMs: 50 };
  const pdu = async (credentials: SnmpV3Credentials, outlet = 2): Promise<PowerSwitch> =>
    (await powerSwitchFor({ kind: 'snmpPdu', host: HOST, port, outlet, credentials }, { timing }))!;
  const poe = async (credentials: SnmpV3Credentials): Promise<PowerSwitch> =>
    (await powerSwitchFor({ kind: 'snmpPoe', host: HOST, port, group: 1, portNumber: 7, credentials }, { timing }))!;
  const stored = (file: string) => readFileSync(join(dir, file), 'utf8').trim();

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'tillward-snmpd-'));
    port = await freeUdpPort();
    const users = Object.values(USERS).map(
      ({ user, authPassword, privPassword }) => `createUser ${user} ${PROTOCOL[user]} "${authPassword}" AES "${privPassword}"`,
    );
    const config = [
      ...users,
      ...Object.keys(USERS).map((user) => `${user === 'reader' ? 'rouser' : 'rwuser'} ${user} authpriv`),
      ...['.1.3.6.1.4.1.318.1.1.12.3', '.1.3.6.1.2.1.105.1.1.1'].map((tree) => `pass ${tree} ${join(dir, 'pass.sh')}`),
    ];
    mkdirSync(join(dir, 'persistent'));
    writeFileSync(join(dir, 'snmpd.conf'), `${config.join('\n')}\n`);
    writeFileSync(join(dir, 'pass.sh'), PASS);
    chmodSync(join(dir, 'pass.sh'), 0o755);
    writeFileSync(join(dir, 'relay'), '1\n');
    writeFileSync(join(dir, 'admin'), '1\n');
    if (AS_ROOT) for (const path of ['.', 'persistent', 'relay', 'admin']) chownSync(join(dir, path), NOBODY, NOBODY);
    await start();
  });
  afterAll(async () => {
    await stop();
    rmSync(dir, { recursive: true, force: true });
  });
  beforeEach(() => rmSync(join(dir, 'welded'), { force: true }));

  async function start(): Promise<void> {
    const args = ['-f', '-Lf', join(dir, 'snmpd.log'), '-C', '-c', join(dir, 'snmpd.conf'), '-p', join(dir, 'pid'), `udp:${HOST}:${port}`];
    const env = { PATH: process.env['PATH'], SNMP_PERSISTENT_DIR: join(dir, 'persistent'), MIBS: '' };
    agent = spawn(SNMPD!, args, { cwd: '/', env, stdio: 'ignore', ...(AS_ROOT ? { uid: NOBODY, gid: NOBODY } : {}) });
    const outlet = await pdu(USERS.modern);
    await vi.waitFor(
      async () => {
        if ((await outlet.state()) === 'unknown') throw new Error('snmpd does not answer yet');
      },
      { timeout: 30_000, interval: 100 },
    );
  }

  async function stop(): Promise<void> {
    if (agent.exitCode !== null) return;
    const ended = new Promise((resolve) => agent.once('exit', resolve));
    agent.kill('SIGTERM');
    await ended;
  }

  it.each(['modern', 'strong', 'old'] as const)('switches an outlet of the PDU for the user %s', async (user) => {
    const outlet = await pdu(USERS[user]);
    expect(await outlet.off()).toEqual({ kind: 'done' });
    expect(stored('relay')).toBe('2');
    expect(await outlet.state()).toBe('off');
    expect(await outlet.on()).toEqual({ kind: 'done' });
    expect(stored('relay')).toBe('1');
  });

  it('switches a port of the PoE switch', async () => {
    const outlet = await poe(USERS.modern);
    expect(await outlet.state()).toBe('on');
    expect(await outlet.off()).toEqual({ kind: 'done' });
    expect(stored('admin')).toBe('2');
    expect(await outlet.on()).toEqual({ kind: 'done' });
  });

  it('cycles by switching where the device can not be told how long', async () => {
    expect(await (await pdu(USERS.modern)).cycle(5)).toEqual({ kind: 'done' });
    expect(stored('relay')).toBe('1');
  });

  it('is found out when nothing moves', async () => {
    writeFileSync(join(dir, 'welded'), '');
    expect(await (await pdu(USERS.modern)).off()).toMatchObject({ code: 'stillOn', reason: 'notFollowed' });
    expect(await (await poe(USERS.modern)).off()).toMatchObject({ code: 'stillOn', reason: 'notFollowed' });
  });

  it.each([
    ['another authentication password', { ...USERS.modern, authPassword: 'something else' }],
    ['another digest', { ...USERS.modern, authProtocol: 'sha' as const }],
    ['a user it does not know', { ...USERS.modern, user: 'stranger' }],
  ])('refuses %s', async (_name, credentials) => {
    const outlet = await pdu(credentials);
    expect(await outlet.off()).toMatchObject({ code: 'powerSwitchUnreachable', reason: 'credentialsRefused' });
    expect(await outlet.state()).toBe('unknown');
    expect(stored('relay')).toBe('1');
  });

  it('keeps quiet about another privacy password: what it decrypts is no request', async () => {
    const outlet = await pdu({ ...USERS.modern, privPassword: 'something else' });
    expect(await outlet.state()).toBe('unknown');
    expect(stored('relay')).toBe('1');
  });

  it('refuses a user that may only read, and an outlet there is none of', async () => {
    expect(await (await pdu(USERS.reader)).state()).toBe('on');
    expect(await (await pdu(USERS.reader)).off()).toMatchObject({ code: 'stillOn', reason: 'refused' });
    expect(await (await pdu(USERS.modern, 3)).off()).toMatchObject({ code: 'powerSwitchUnreachable', reason: 'refused' });
    expect(stored('relay')).toBe('1');
  });

  it('is met again after it restarted, with more boots and another time', async () => {
    const outlet = await pdu(USERS.modern);
    expect(await outlet.state()).toBe('on');
    await stop();
    expect(await outlet.state()).toBe('unknown');
    await start();
    expect(await outlet.off()).toEqual({ kind: 'done' });
    expect(await outlet.on()).toEqual({ kind: 'done' });
  });
});

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, HOST, resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}
