import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bootstrap, PROJECT_ROOT } from 'tillward/bootstrap';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

const CLI = join(PROJECT_ROOT, 'apps/launcher/dist/cli.js');
const running: ChildProcess[] = [];
let folder: string;

beforeAll(async () => {
  await bootstrap(PROJECT_ROOT, { dashboard: false });
}, 300_000);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tillward-sim-command-'));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((child) => ended(child, 'SIGTERM')));
  rmSync(folder, { recursive: true, force: true });
});

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

function tillward(...words: string[]): ChildProcess {
  return spawn(process.execPath, [CLI, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function outcome(child: ChildProcess): Promise<{ status: number | null; errors: string }> {
  let errors = '';
  child.stderr!.on('data', (chunk) => (errors += String(chunk)));
  const [status] = (await once(child, 'exit')) as [number | null];
  return { status, errors };
}

/** A simulated terminal that is ready, and where its control API is. */
async function terminal(): Promise<{ child: ChildProcess; control: string }> {
  const child = tillward('sim', 'zvt', '--port', '0', '--data', folder, '--json');
  running.push(child);
  const [line] = (await once(createInterface(child.stdout!), 'line')) as [string];
  return { child, control: (JSON.parse(line) as { control: string }).control };
}

describe('tillward sim', () => {
  test('a second simulation of the kind on the same folder is refused while the first lives, and takes over when that was killed', async () => {
    const { child } = await terminal();
    const second = await outcome(tillward('sim', 'zvt', '--port', '0', '--data', folder));
    expect(second).toEqual({ status: 78, errors: expect.stringContaining(`process ${child.pid} simulates a zvt in ${folder}`) });
    await ended(child, 'SIGKILL');
    await terminal();
  });

  test('a wrong flag ends with the status of every wrong setting', async () => {
    expect(await outcome(tillward('sim', 'zvt', '--bogus'))).toEqual({ status: 78, errors: expect.stringContaining('--bogus') });
    expect((await outcome(tillward('sim', 'toaster'))).status).toBe(78);
    expect((await outcome(tillward('sim', 'zvt', '--help'))).status).toBe(0);
  });

  test('the control API serves programs of this machine, not web pages', async () => {
    const { control } = await terminal();
    const { host } = new URL(control);
    const ask = async (path: string, headers: Record<string, string>) => {
      const asked = request(`${control}${path}`, { headers }).end();
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      answer.resume();
      return answer.statusCode;
    };
    expect(await ask('/v1/state', {})).toBe(200);
    expect(await ask('/v1/state', { host: `localhost:${new URL(control).port}` })).toBe(200);
    expect(await ask('/v1/state', { origin: `http://${host}` })).toBe(200);
    expect(await ask('/v1/state', { origin: 'https://example.com' })).toBe(403);
    expect(await ask('/v1/state', { host: 'example.com' })).toBe(403);
    expect(await ask('//', {})).toBe(404);
  });
});
