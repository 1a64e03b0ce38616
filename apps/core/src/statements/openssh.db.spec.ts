import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, chmod, chown, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { pino } from 'pino';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { UnitOfWork } from '../database/index.js';
import { startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import type { SftpSource } from './statements.config.js';
import { imported, statementCsv, testAcquirer, testStatementsConfig } from './statements.fixtures.js';
import { Statements } from './statements.service.js';
import { SftpPull } from './statements.sftp.js';
import { StatementSpool } from './statements.spool.js';

/** Debian puts it where only root's PATH leads. */
const SSHD = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  .map((folder) => join(folder, 'sshd'))
  .find((path) => existsSync(path));
if (SSHD === undefined)
  process.stderr.write('pulling statements from OpenSSH’s own server is NOT tested: no sshd (Debian: apt-get install openssh-server)\n');
/** It runs as the user of the tests, or as daemon where that is root (nobody is locked): a server of one user needs no rights. */
const OTHER = userInfo().uid === 0 ? { uid: 1, gid: 1, name: 'daemon' } : undefined;
/** Bigger than all buffers on the way, so that what is read ahead is put together in order. */
const LARGE_ROWS = 40_000;

describe.skipIf(SSHD === undefined)('statements of OpenSSH’s sshd', () => {
  let world: TestCore;
  let folder: string;
  let statements: Awaited<ReturnType<typeof testStatementsConfig>>;
  let sshd: ChildProcess;
  let source: SftpSource;
  let said = '';
  /** What a pull complains of; sshd's own words beside it tell why. */
  const log = pino(
    { level: 'warn' },
    {
      write: (line: string) => {
        said += line;
      },
    },
  );

  beforeAll(async () => {
    statements = await testStatementsConfig();
    world = await startTestCore({ config: { statements } });
    await testAcquirer(world, await world.signIn('hq'));
    folder = await mkdtemp(join(tmpdir(), 'tillward-sshd-'));
    const [host, client] = [ssh2.utils.generateKeyPairSync('ed25519'), ssh2.utils.generateKeyPairSync('ed25519')];
    const port = await freePort();
    const files = {
      'host-key': host.private,
      'client-key': client.private,
      'authorized-keys': client.public,
      'sshd-config': config(folder, port),
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), `${text.trimEnd()}\n`, { mode: 0o600 });
    await mkdir(join(folder, 'out'));
    if (OTHER !== undefined)
      for (const name of ['', 'out', 'host-key', 'authorized-keys', 'sshd-config']) await chown(join(folder, name), OTHER.uid, OTHER.gid);
    await chmod(folder, 0o755);
    sshd = spawn(SSHD!, ['-D', '-e', '-f', join(folder, 'sshd-config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(OTHER === undefined ? {} : { uid: OTHER.uid, gid: OTHER.gid }),
    });
    sshd.stderr!.on('data', (text: Buffer) => {
      said += text.toString();
    });
    await vi.waitFor(
      async () => {
        if (!(await reachable(port))) throw new Error(`sshd does not answer: ${said}`);
      },
      { timeout: 10_000 },
    );
    const key = ssh2.utils.parseKey(host.public) as ssh2.ParsedKey;
    source = {
      name: 'acq',
      kind: 'acquirer',
      acquirer: 'acq',
      host: '127.0.0.1',
      port,
      username: OTHER?.name ?? userInfo().username,
      privateKeyFile: join(folder, 'client-key'),
      hostKey: `SHA256:${createHash('sha256').update(key.getPublicSSH()).digest('base64').replace(/=+$/, '')}`,
      folder: join(folder, 'out'),
      pattern: '*.csv',
      everyMinutes: 1,
    };
  });
  afterAll(async () => {
    sshd?.kill();
    await world?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  const puller = () => {
    const get = <T>(token: new (...args: never[]) => T) => world.core.app.get(token, { strict: false });
    return new SftpPull(
      [source],
      new StatementSpool(statements.dir, 1e8),
      get(Statements),
      get(UnitOfWork),
      { now: () => world.now() },
      log,
    );
  };
  const stored = async () =>
    (
      await world.database.query<{ name: string; state: string; digest: string }>(
        'SELECT name, state, digest FROM statement_file ORDER BY name',
      )
    ).map(({ name, state, digest }) => ({ name, state, digest }));
  const put = async (name: string, text: string, ageS = 3_600) => {
    await writeFile(join(source.folder, name), text);
    const at = world.now().getTime() / 1_000 - ageS;
    await utimes(join(source.folder, name), at, at);
    return createHash('sha256').update(text).digest('hex');
  };

  it('are pulled byte by byte, what is no file of the pattern is left alone', async () => {
    const text = statementCsv(
      Array.from({ length: LARGE_ROWS }, (_, i) => ({ trace: i, merchant: 'M9', terminal: 'none', day: '2026-11-20' })),
    );
    const digest = await put('large.csv', text);
    await put('notes.txt', 'no statement');
    await mkdir(join(source.folder, 'folder.csv'));
    await symlink('/etc/passwd', join(source.folder, 'link.csv'));
    await puller().round();
    expect(await stored(), said).toEqual([{ name: 'large.csv', state: 'arrived', digest }]);
    await imported(world);
    expect(await stored()).toEqual([{ name: 'large.csv', state: 'imported', digest }]);
    expect(await world.database.query('SELECT count(*)::int AS n FROM statement_row')).toEqual([{ n: LARGE_ROWS }]);
    await puller().round();
    expect(await stored()).toHaveLength(1);
  }, 120_000);

  it('are taken when two looks found them unchanged, not while they are being written', async () => {
    const text = statementCsv([{ day: '2026-10-01' }]);
    const one = puller();
    await put('young.csv', text.slice(0, 40), 5);
    await one.round();
    await appendFile(join(source.folder, 'young.csv'), text.slice(40));
    world.advance(61_000);
    await one.round();
    expect(await stored()).toHaveLength(1);
    world.advance(61_000);
    await one.round();
    await imported(world);
    expect((await stored()).map(({ name, state }) => [name, state])).toEqual([
      ['large.csv', 'imported'],
      ['young.csv', 'imported'],
    ]);
  });

  it('of a server with another key, or without the folder, are not: nothing is taken and the next round asks again', async () => {
    await put('third.csv', statementCsv([{ day: '2026-10-02' }]));
    const right = { ...source };
    source.hostKey = `SHA256:${'A'.repeat(43)}`;
    await puller().round();
    Object.assign(source, { hostKey: right.hostKey, folder: join(folder, 'nothing-here') });
    await puller().round();
    expect(await stored()).toHaveLength(2);
    source.folder = right.folder;
    await puller().round();
    expect(await stored()).toHaveLength(3);
  });
});

function config(folder: string, port: number): string {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host-key')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized-keys')}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'Subsystem sftp internal-sftp',
    'ForceCommand internal-sftp',
  ].join('\n');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function reachable(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
