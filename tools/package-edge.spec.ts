import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
// @ts-expect-error: a plain script without types
import { packageEdge as untyped } from './package-edge.mjs';

const packageEdge = untyped as (options: Record<string, unknown>) => Promise<string>;
const has = (program: string) => spawnSync(program, ['--version']).error === undefined;

let folder: string;
let root: string;
let file: string;

beforeAll(async () => {
  if (!has('dpkg-deb')) return;
  folder = mkdtempSync(join(tmpdir(), 'tillward-package-'));
  root = join(folder, 'root');
  // The real Node has 120 MB; the one that runs this test does for starting what is packaged.
  const node = join(folder, 'node');
  writeFileSync(node, `#!/bin/sh\nexec ${process.execPath} "$@"\n`, { mode: 0o755 });
  file = await packageEdge({ out: folder, node, sequence: 7, compression: 'none' });
  execFileSync('dpkg-deb', ['-x', file, root]);
  execFileSync('dpkg-deb', ['-e', file, join(folder, 'control')]);
}, 120_000);
afterAll(() => {
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const needs = (context: { skip: (note: string) => void }, ...programs: string[]) => {
  for (const program of programs)
    if (!has(program)) context.skip(`${program} is missing: the Debian package of the edge agent is not tested`);
};

describe('the Debian package of the edge agent', () => {
  it('holds starter, command, Node, a release that verifies, unit and settings', async (context) => {
    needs(context, 'dpkg-deb');
    expect(execFileSync('dpkg-deb', ['-f', file, 'Package', 'Version', 'Depends'], { encoding: 'utf8' })).toMatch(
      /Package: tillward-edge\nVersion: \d+\.\d+\.\d+\+7\nDepends: .*adduser.*systemd/,
    );
    const command = join(root, 'usr/lib/tillward-edge/command.mjs');
    const places = ['--state', join(folder, 'state/update'), '--factory', join(root, 'usr/lib/tillward-edge/factory')];
    execFileSync('mkdir', [join(folder, 'state')]);
    const status = execFileSync(process.execPath, [command, 'update', 'status', '--json', ...places], { encoding: 'utf8' });
    expect(JSON.parse(status)).toMatchObject({ running: { slot: 'factory', sequence: 7 }, trial: null });
    expect(
      readFileSync(join(folder, 'control/conffiles'), 'utf8')
        .trim()
        .split('\n')
        .map((path) => existsSync(join(root, path))),
    ).toEqual([true, true]);
    // Without a release key named, nothing but apt updates the gateway.
    expect(JSON.parse(readFileSync(join(root, 'etc/tillward-edge/release-keys.json'), 'utf8'))).toEqual({ keys: [] });
    for (const [path, mode] of [
      ['usr/bin/tillward-edge', 0o755],
      ['usr/lib/tillward-edge/bin/node', 0o755],
      ['usr/lib/tillward-edge/starter.mjs', 0o644],
    ] as const)
      expect(statSync(join(root, path)).mode & 0o777).toBe(mode);
    execFileSync('md5sum', ['--quiet', '-c', join(folder, 'control/md5sums')], { cwd: root });
  });

  it('starts the packaged agent, which says what it misses', (context) => {
    needs(context, 'dpkg-deb');
    const lib = join(root, 'usr/lib/tillward-edge');
    const places = ['--state', join(folder, 'state/update'), '--factory', join(lib, 'factory')];
    const run = spawnSync(process.execPath, [join(lib, 'starter.mjs'), ...places], {
      encoding: 'utf8',
      timeout: 20_000,
      env: { PATH: '/usr/bin' },
    });
    expect(run.status).toBe(78);
    expect(run.stdout).toContain('TILLWARD_DATA_DIR: missing');
  });

  it('has maintainer scripts a POSIX shell reads, and runs as its own user with a watchdog', (context) => {
    needs(context, 'dpkg-deb');
    for (const script of ['postinst', 'prerm', 'postrm']) execFileSync('sh', ['-n', join(folder, 'control', script)]);
    const unit = readFileSync(join(root, 'lib/systemd/system/tillward-edge.service'), 'utf8');
    for (const line of ['User=tillward-edge', 'Type=notify', 'Restart=always', 'ProtectSystem=strict', 'NoNewPrivileges=yes'])
      expect(unit).toContain(`\n${line}\n`);
    expect(unit).toMatch(/\nWatchdogSec=\d+\n/);
  });

  it('has a unit that systemd reads without complaint', (context) => {
    needs(context, 'dpkg-deb', 'systemd-analyze');
    // Looked at by itself: the program it starts is not installed here.
    const unit = readFileSync(join(root, 'lib/systemd/system/tillward-edge.service'), 'utf8');
    const copy = join(folder, 'tillward-edge.service');
    writeFileSync(copy, unit.replace('=/usr/lib/tillward-edge/bin/node', '=/bin/true'));
    const run = spawnSync('systemd-analyze', ['verify', '--man=no', copy], { encoding: 'utf8' });
    expect(run.stderr.split('\n').filter((line) => line.includes('tillward-edge'))).toEqual([]);
  });
});
