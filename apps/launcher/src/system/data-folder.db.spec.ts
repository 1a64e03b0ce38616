import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { identityOf } from '../supervisor/index.js';
import { DataFolder, DataFolderInUse } from './data-folder.js';

let path = '';
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'tillward data '));
  execFileSync('chmod', ['755', path]);
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

test('one launcher at a time; the lock is free again after unlock', async () => {
  await new DataFolder(path).lock();
  await expect(new DataFolder(path).lock()).rejects.toThrow(DataFolderInUse);
  await new DataFolder(path).unlock();
  await new DataFolder(path).lock();
});

test('the lock of a launcher that was killed is taken over, also when its number lives again', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const identity = await identityOf(child.pid!);
  writeFileSync(join(path, 'launcher.lock'), JSON.stringify(identity));
  await expect(new DataFolder(path).lock()).rejects.toThrow(`process ${child.pid}`);
  writeFileSync(join(path, 'launcher.lock'), JSON.stringify({ ...identity, startedAt: 'another life' }));
  await new DataFolder(path).lock();
});

test('starting over removes what is ours and nothing else', async () => {
  for (const name of ['postgres', 'secrets', 'agents', 'simulator', 'broker', 'logs', 'holiday-photos']) mkdirSync(join(path, name));
  writeFileSync(join(path, 'letter.txt'), 'mine');
  const folder = new DataFolder(path);
  await folder.lock();
  await folder.wipe();
  expect(readdirSync(path).sort()).toEqual(['holiday-photos', 'launcher.lock', 'letter.txt', 'run']);
});
