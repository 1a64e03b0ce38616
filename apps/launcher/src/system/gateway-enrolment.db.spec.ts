import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAuthority, createServerCertificate } from '../broker/index.js';
import { isShutOut } from './gateway-enrolment.js';

let folder: string;
let list: string;
let serial: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillward-shut-out-'));
  list = join(folder, 'revoked.json');
  const { certificate } = await createServerCertificate(await createAuthority('Test'), { dns: ['localhost'], ip: [] });
  serial = new X509Certificate(certificate).serialNumber.toLowerCase().replace(/^0+/, '');
  await writeFile(join(folder, 'enrolment.json'), JSON.stringify({ authority: 'a', certificate, coreKey: { keyId: 'k' } }));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const revoke = (...revoked: string[]) => writeFile(list, JSON.stringify({ version: 1, revoked }));

test('a gateway is shut out when core’s list names its certificate, and not before', async () => {
  expect(await isShutOut(folder, list)).toBe(false);
  await revoke('abc');
  expect(await isShutOut(folder, list)).toBe(false);
  await revoke('abc', serial);
  expect(await isShutOut(folder, list)).toBe(true);
  expect(await isShutOut(join(folder, 'never-enrolled'), list)).toBe(false);
});
