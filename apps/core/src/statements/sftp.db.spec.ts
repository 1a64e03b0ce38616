import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type Connection } from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../database/database.fixtures.js';
import { UnitOfWork } from '../database/index.js';
import { startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import type { SftpSource } from './statements.config.js';
import { imported, statementCsv, testAcquirer, testStatementsConfig } from './statements.fixtures.js';
import { Statements } from './statements.service.js';
import { SftpPull } from './statements.sftp.js';
import { StatementSpool } from './statements.spool.js';

const { STATUS_CODE } = ssh2.utils.sftp;
const WRITTEN_S = 1_790_000_000;

/** An SFTP server with one folder of files; everything but listing and reading is refused. */
function serve(files: Map<string, Buffer>, hostKey: string): { server: ssh2.Server; listen(): Promise<number> } {
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (connection: Connection) => {
    connection.on('error', () => undefined);
    connection.on('authentication', (asked) =>
      asked.method === 'password' && asked.username === 'chain' && asked.password === 'secret'
        ? asked.accept()
        : asked.reject(['password']),
    );
    connection.on('ready', () => connection.on('session', (accept) => accept().on('sftp', (acceptSftp) => answer(acceptSftp(), files))));
  });
  return {
    server,
    listen: () => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))),
  };
}

function answer(sftp: ssh2.SFTPWrapper, files: Map<string, Buffer>): void {
  let listed = false;
  let open = '';
  const attributes = (size: number) => ({ mode: 0o100644, uid: 0, gid: 0, size, atime: WRITTEN_S, mtime: WRITTEN_S });
  sftp.on('OPENDIR', (id) => {
    listed = false;
    sftp.handle(id, Buffer.from('dir'));
  });
  sftp.on('READDIR', (id) => {
    if (listed) return sftp.status(id, STATUS_CODE.EOF);
    listed = true;
    sftp.name(
      id,
      [...files].map(([filename, content]) => ({ filename, longname: filename, attrs: attributes(content.length) })),
    );
  });
  sftp.on('OPEN', (id, filename) => {
    open = filename.split('/').at(-1)!;
    sftp.handle(id, Buffer.from('file'));
  });
  sftp.on('READ', (id, _handle, offset, length) => {
    const content = files.get(open)!;
    if (offset >= content.length) return sftp.status(id, STATUS_CODE.EOF);
    sftp.data(id, content.subarray(offset, offset + length));
  });
  for (const about of ['STAT', 'LSTAT', 'FSTAT'] as const)
    sftp.on(about, (id: number) => sftp.attrs(id, attributes(files.get(open)?.length ?? 0)));
  sftp.on('CLOSE', (id) => sftp.status(id, STATUS_CODE.OK));
}

let world: TestCore;
let folder: string;
let statements: Awaited<ReturnType<typeof testStatementsConfig>>;
let server: ssh2.Server;
let source: SftpSource;
const files = new Map<string, Buffer>();

beforeAll(async () => {
  statements = await testStatementsConfig();
  world = await startTestCore({ config: { statements } });
  await testAcquirer(world, await world.signIn('hq'));
  folder = await mkdtemp(join(tmpdir(), 'tillward-sftp-'));
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const hostKey = privateKey.export({ type: 'pkcs1', format: 'pem' }) as string;
  const served = serve(files, hostKey);
  server = served.server;
  const parsed = ssh2.utils.parseKey(hostKey) as ssh2.ParsedKey;
  const { createHash } = await import('node:crypto');
  const fingerprint = `SHA256:${createHash('sha256').update(parsed.getPublicSSH()).digest('base64').replace('=', '')}`;
  await writeFile(join(folder, 'password'), 'secret\n');
  source = {
    name: 'acq',
    kind: 'acquirer',
    acquirer: 'acq',
    host: '127.0.0.1',
    port: await served.listen(),
    username: 'chain',
    passwordFile: join(folder, 'password'),
    hostKey: fingerprint,
    folder: '/out',
    pattern: '*.csv',
    everyMinutes: 15,
  };
});
afterAll(async () => {
  server.close();
  await world.stop();
  await rm(folder, { recursive: true, force: true });
});

const pull = () => {
  const get = <T>(token: new (...args: never[]) => T) => world.core.app.get(token, { strict: false });
  return new SftpPull(
    [source],
    new StatementSpool(statements.dir, 1e6),
    get(Statements),
    get(UnitOfWork),
    { now: () => world.now() },
    silentLog,
  );
};
const stored = () => world.database.query('SELECT name, state, channel FROM statement_file ORDER BY name');

describe('SFTP', () => {
  it('pulls what is of the pattern, once, whoever asks again', async () => {
    files.set('day.csv', Buffer.from(statementCsv([{ trace: 1 }])));
    files.set('notes.txt', Buffer.from('no statement'));
    await pull().round();
    await imported(world);
    expect(await stored()).toEqual([{ name: 'day.csv', state: 'imported', channel: 'sftp' }]);
    // A core that knows nothing of the first pull.
    await pull().round();
    expect(await stored()).toHaveLength(1);
    expect(await readdir(statements.dir)).toEqual([]);
  });

  it('takes nothing from a server with another key', async () => {
    files.set('other.csv', Buffer.from(statementCsv([{ day: '2026-10-01' }])));
    const right = source.hostKey;
    source.hostKey = `SHA256:${'A'.repeat(43)}`;
    await pull().round();
    expect(await stored()).toHaveLength(1);
    source.hostKey = right;
    await pull().round();
    await imported(world);
    expect(await stored()).toHaveLength(2);
  });

  it('asks a server only when its turn has come', async () => {
    const one = pull();
    files.set('third.csv', Buffer.from(statementCsv([{ day: '2026-10-02' }])));
    await one.round();
    files.set('fourth.csv', Buffer.from(statementCsv([{ day: '2026-10-03' }])));
    await one.round();
    await imported(world);
    expect(await stored()).toHaveLength(3);
    world.advance(16 * 60_000);
    await one.round();
    expect(await stored()).toHaveLength(4);
  });
});
