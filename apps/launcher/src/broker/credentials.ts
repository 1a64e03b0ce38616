import { hash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { sha256Hex, slug } from '@tillward/contracts';
import { z } from 'zod';

const name = z.string().min(1).max(64);

const coreCredential = z.strictObject({ username: name, passwordSha256: sha256Hex, role: z.literal('core') });

/** Who may sign in with a password. They are long random tokens, so a plain SHA-256 is enough to keep them out of the file. */
export const brokerCredential = z.discriminatedUnion('role', [
  coreCredential,
  z.strictObject({ username: name, passwordSha256: sha256Hex, role: z.literal('gateway'), store: slug, gateway: slug }),
]);
export type BrokerCredential = z.infer<typeof brokerCredential>;

const unique = { message: 'user names must be unique' };
const areUnique = (list: readonly { username: string }[]) => new Set(list.map((c) => c.username)).size === list.length;
/** The whole credentials file: a JSON array. Gateways are not in it: they have certificates, and no password opens the same door. */
const coreAlone = z.array(coreCredential).min(1).refine(areUnique, unique);
const withGateways = z.array(brokerCredential).min(1).refine(areUnique, unique);

/** Reads and checks a credentials file. Throws a sentence that names the file, never its content. */
export function readCredentials(path: string, gatewaysToo = false): BrokerCredential[] {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'is not JSON' : `can't be read (${(error as NodeJS.ErrnoException).code})`;
    throw new Error(`the credentials file ${path} ${reason}`);
  }
  const parsed = (gatewaysToo ? withGateways : coreAlone).safeParse(json);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`).join('; ');
  throw new Error(`the credentials file ${path} is not valid: ${where}`);
}

/** Stored form of a password. */
export function passwordSha256(password: string | Buffer): string {
  return hash('sha256', password, 'hex');
}

/** Who these connection data belong to, `undefined` for anybody else. A gateway's client id must be its own id. */
export function authenticate(
  credentials: ReadonlyMap<string, BrokerCredential>,
  attempt: { clientId: string; username: string | undefined; password: Buffer | undefined },
): BrokerCredential | undefined {
  const known = attempt.username === undefined ? undefined : credentials.get(attempt.username);
  const given = Buffer.from(passwordSha256(attempt.password ?? Buffer.alloc(0)), 'latin1');
  // Compared for unknown names too, so that the answer's time doesn't tell which names exist.
  const same = timingSafeEqual(given, Buffer.from(known?.passwordSha256 ?? '0'.repeat(64), 'latin1'));
  if (known === undefined || !same) return undefined;
  if (known.role === 'gateway' && attempt.clientId !== known.gateway) return undefined;
  return known;
}
