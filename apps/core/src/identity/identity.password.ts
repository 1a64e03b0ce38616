import { hash, verify } from '@node-rs/argon2';

/** OWASP's argon2id minimum (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

let absentHash: Promise<string> | undefined;

/** The argon2id hash of a password in PHC text form. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, COST);
}

/**
 * Whether the password is the one hashed. With `undefined` (no such person) it works as long as for a person that exists and says no, so
 * that the time of the answer tells nobody who has an account.
 */
export async function passwordMatches(storedHash: string | undefined, password: string): Promise<boolean> {
  absentHash ??= hashPassword('nobody has this password');
  const matches = await verify(storedHash ?? (await absentHash), password);
  return storedHash !== undefined && matches;
}
