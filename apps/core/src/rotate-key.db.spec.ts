import { execFile } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSigningKey } from './messaging/index.js';

const PROGRAM = fileURLToPath(new URL('../dist/rotate-key.js', import.meta.url));
const isBuilt = existsSync(PROGRAM);
if (!isBuilt) process.stderr.write('rotate-key is skipped: apps/core is not built, run npx tsc -b apps/core\n');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillward-rotate-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function keyFile(name: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('ed25519') as { privateKey: KeyObject };
  const path = join(folder, `${name}.pem`);
  await writeFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return path;
}

function rotate(...words: string[]): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...words], { timeout: 20_000 }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), said: out + err }),
    );
  });
}

/** The program of docs/runbooks/signing-key.md, as it is run by hand. */
describe.skipIf(!isBuilt)('rotate-key', () => {
  it('writes statements one after the other, with which core starts under the newest key and no other', async () => {
    const [one, two, three] = [await keyFile('one'), await keyFile('two'), await keyFile('three')];
    const file = join(folder, 'rotations.json');
    const step = (from: string, fromId: string, to: string, toId: string) =>
      rotate('--from', from, '--from-id', fromId, '--to', to, '--to-id', toId, '--file', file);
    expect(await step(one, 'core-1', two, 'core-2')).toMatchObject({ code: 0, said: expect.stringContaining('core-1 → core-2') });
    expect(await step(two, 'core-2', three, 'core-3')).toMatchObject({ code: 0 });
    expect(readSigningKey(three, 'core-3', file).rotations).toHaveLength(2);
    expect(() => readSigningKey(two, 'core-2', file)).toThrow(/its last change leads to core-3/);
    expect(() => readSigningKey(two, 'core-3', file)).toThrow(/its last change leads to core-3/);
    const text = await readFile(file, 'utf8');
    for (const path of [one, two, three]) expect(text).not.toContain((await readFile(path, 'utf8')).split('\n')[1]);
  });

  it.each([
    ['without a key', ['--from-id', 'a']],
    [
      'with an overlap gateways would cut',
      ['--from', 'x', '--from-id', 'a', '--to', 'y', '--to-id', 'b', '--file', 'z', '--overlap-days', '91'],
    ],
  ])('says how it is used %s', async (_what, words) => {
    expect(await rotate(...words)).toMatchObject({ code: 64, said: expect.stringContaining('usage: rotate-key') });
  });
});
