import { createRequire } from 'node:module';
import type * as Argon2 from '@node-rs/argon2';

const argon2 = createRequire(import.meta.url)('@node-rs/argon2') as typeof Argon2;
const made = new Map<string, Promise<string>>();

/**
 * Stands for `@node-rs/argon2` in specs: the hash of a password at a cost, computed once in a process. Each core under test has the same people with the
 * same passwords, and hashing them anew for each took longer than most tests. Looking whether a password is the hashed one is the original.
 */
export function hash(password: string, cost: Argon2.Options): Promise<string> {
  const key = JSON.stringify([password, cost]);
  let hashed = made.get(key);
  if (hashed === undefined) {
    hashed = argon2.hash(password, cost);
    made.set(key, hashed);
  }
  return hashed;
}

export const verify = argon2.verify;
