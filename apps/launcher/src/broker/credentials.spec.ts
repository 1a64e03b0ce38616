import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from './config.js';
import { passwordSha256, readCredentials } from './credentials.js';

test('a wrong or missing setting is named with what is expected', () => {
  expect(() => readConfig({ BROKER_PORT: '70000' })).toThrow(/BROKER_PORT: .*65535[\s\S]*BROKER_CREDENTIALS_FILE: /);
});

test('a credentials file that can’t be used is named, its content never', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tillward broker '));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'credentials.json');
  expect(() => readCredentials(path)).toThrow(`the credentials file ${path} can't be read (ENOENT)`);
  writeFileSync(path, 'secret-but-not-json');
  expect(() => readCredentials(path)).toThrow(/^the credentials file .* is not JSON$/);
  const core = { username: 'core', passwordSha256: passwordSha256('x'), role: 'core' };
  writeFileSync(path, JSON.stringify([core, core]));
  expect(() => readCredentials(path)).toThrow('user names must be unique');
  writeFileSync(path, JSON.stringify([{ ...core, role: 'gateway' }]));
  expect(() => readCredentials(path)).toThrow(/0\.role: /);
});
