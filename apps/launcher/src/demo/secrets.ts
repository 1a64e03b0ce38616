import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, randomInt } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rawEd25519PublicKey } from '@tillward/journal';
import { z } from 'zod';
import { DEMO_PEOPLE, DEMO_STORES } from './chain.js';

const secretsFile = z.strictObject({
  signingKeyId: z.string(),
  signingKey: z.string(),
  corePassword: z.string(),
  stores: z.record(z.string(), z.object({ tillToken: z.string() })),
  signIns: z.record(z.string(), z.string()),
  devices: z.strictObject({ snmpAuth: z.string(), snmpPriv: z.string(), nexoPassphrase: z.string() }),
});

/** Keys, tokens and passwords of one data folder. Private keys are PKCS8 PEM texts. */
export type DemoSecrets = z.infer<typeof secretsFile>;

/** Reads the secrets of a data folder, making them at first use. They stay in its `secrets` folder, for its owner only. */
export async function demoSecrets(secretsDir: string): Promise<DemoSecrets> {
  await mkdir(secretsDir, { recursive: true, mode: 0o700 });
  await chmod(secretsDir, 0o700);
  const path = join(secretsDir, 'secrets.json');
  try {
    return await withEverybody(path, secretsFile.parse(JSON.parse(await readFile(path, 'utf8'))));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw new Error(`${path} can't be used: start with --fresh`, { cause: error });
  }
  const secrets = generate();
  await writeSecretFile(path, JSON.stringify(secrets));
  return secrets;
}

/** The demo may have got new people since the folder was made: they get a password, everybody else keeps theirs. */
async function withEverybody(path: string, secrets: DemoSecrets): Promise<DemoSecrets> {
  const missing = DEMO_PEOPLE.filter(({ id }) => secrets.signIns[id] === undefined);
  if (missing.length === 0) return secrets;
  const signIns = { ...secrets.signIns, ...Object.fromEntries(missing.map(({ id }) => [id, newPassword()])) };
  await writeSecretFile(path, JSON.stringify({ ...secrets, signIns }));
  return { ...secrets, signIns };
}

/** Writes a file for its owner only, completely or not at all. */
export async function writeSecretFile(path: string, content: string): Promise<void> {
  const temporary = `${path}.new`;
  await writeFile(temporary, content, { mode: 0o600 });
  await rename(temporary, path);
}

/** The base64 raw public key that belongs to a private key's PEM. */
export function publicKeyOf(privatePem: string): string {
  return rawEd25519PublicKey(privateKey(privatePem));
}

function privateKey(pem: string): KeyObject {
  return createPrivateKey(pem);
}

function generate(): DemoSecrets {
  const stores = DEMO_STORES.map((store) => [store.id, { tillToken: newToken() }] as const);
  return {
    signingKeyId: `core-${randomBytes(4).toString('hex')}`,
    signingKey: newKey(),
    corePassword: newToken(),
    stores: Object.fromEntries(stores),
    signIns: Object.fromEntries(DEMO_PEOPLE.map((person) => [person.id, newPassword()])),
    devices: { snmpAuth: newToken(), snmpPriv: newToken(), nexoPassphrase: newToken() },
  };
}

function newKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Four groups of three from 31 characters that can't be mistaken for each other when typed on a phone: 59 bits. */
function newPassword(): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz2345678';
  const group = () => Array.from({ length: 3 }, () => letters[randomInt(letters.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}
