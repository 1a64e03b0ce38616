import { createHmac, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withoutCardNumbers } from '@tillward/statements';
import { ConfigError, type CoreConfig } from './config.js';
import { reasonOf } from './logging.js';

/** Nest token of the {@link CardTags}. */
export const CARD_TAGS = Symbol('CardTags');

/** Where the key is kept when no setting says where: beside the files of acquirers and banks, in the folder all cores share. */
const KEY_NAME = 'reference.key';
const KEY_BYTES = 32;
const KEY = /^[0-9a-f]{64,}$/i;
const TAG_BYTES = 10;
/** No digits, which could be taken for a number's, and no vowels, which could make words: four bits each. */
const LETTERS = 'bcdfghjklmnpqrst';

/** A number that could be a card's has to be tagged and the key for it can't be used; the message says why and names the setting. */
export class CardKeyUnusable extends Error {
  override name = 'CardKeyUnusable';
}

/**
 * What stands in the database for numbers that could be a card's (docs/adr/0061): `…1234·` and twenty letters, the last four digits and 80 bits of an HMAC-SHA-256 over all of them, under a key that is in
 * no database (PCI DSS 4.0.1, 3.5.1.1). The same number has the same tag everywhere and for ever, two numbers have two, and without the key a tag leads back to no number.
 */
export class CardTags {
  #key: Buffer | undefined;

  /** `make`: the key is made at first use where there is none. Without a path there is no key. */
  constructor(private readonly file: { readonly path: string; readonly make: boolean } | undefined) {}

  /** A text with tags for what could be card numbers. Throws {@link CardKeyUnusable} when there is one and no key: nothing may be compared by a text that tells two numbers as one. */
  in(text: string): string {
    return withoutCardNumbers(text, this.tag);
  }

  /** As {@link in}, for texts that have to be kept whatever happens: without a key asterisks and the last four digits stand for a number. */
  orStars(text: string): string {
    try {
      return this.in(text);
    } catch (error) {
      if (error instanceof CardKeyUnusable) return withoutCardNumbers(text);
      throw error;
    }
  }

  /** What stands for a number. Throws {@link CardKeyUnusable}. */
  readonly tag = (digits: string): string => {
    const mac = createHmac('sha256', this.#open()).update(`number ${digits}`).digest();
    let letters = '';
    for (const byte of mac.subarray(0, TAG_BYTES)) letters += LETTERS.charAt(byte >> 4) + LETTERS.charAt(byte & 15);
    return `…${digits.slice(-4)}·${letters}`;
  };

  /** Tells this key from another one and says nothing else about it. Throws {@link CardKeyUnusable}. */
  fingerprint(): string {
    return createHmac('sha256', this.#open()).update('fingerprint').digest('hex').slice(0, 32);
  }

  #open(): Buffer {
    this.#key ??= this.#read();
    return this.#key;
  }

  #read(): Buffer {
    if (this.file === undefined)
      throw new CardKeyUnusable('There is no key to tag it with: set TILLWARD_REFERENCE_KEY_FILE or TILLWARD_STATEMENTS_DIR.');
    const { path, make } = this.file;
    try {
      const text = (make ? readOrMake(path) : readFileSync(path, 'utf8')).trim();
      if (!KEY.test(text)) throw new CardKeyUnusable('The key (TILLWARD_REFERENCE_KEY_FILE) is not 64 or more hexadecimal digits.');
      return Buffer.from(text, 'hex');
    } catch (error) {
      if (error instanceof CardKeyUnusable) throw error;
      throw new CardKeyUnusable(`The key (TILLWARD_REFERENCE_KEY_FILE) can't be read: ${codeOf(error)}.`);
    }
  }
}

/** Whether a tag or asterisks stand for a number in a text: outside of core nobody knows it by that. */
export function hasStandIn(text: string): boolean {
  return /…\d{4}·|\*{9,}\d{4}/.test(text);
}

/** Tags as core is configured. Throws {@link ConfigError} when the setting names a file that is no key. */
export function cardTagsOf({ statements, referenceKeyFile }: Pick<CoreConfig, 'statements' | 'referenceKeyFile'>): CardTags {
  if (referenceKeyFile === undefined)
    return new CardTags(statements === undefined ? undefined : { path: join(statements.dir, KEY_NAME), make: true });
  const tags = new CardTags({ path: referenceKeyFile, make: false });
  try {
    tags.fingerprint();
  } catch (error) {
    throw new ConfigError(`TILLWARD_REFERENCE_KEY_FILE: expected a file with 64 hexadecimal digits: ${reasonOf(error)}`);
  }
  return tags;
}

/** Reads a key, making it where there is none. Of several cores that make it at once one succeeds, and all have that one's. */
function readOrMake(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const mine = `${path}.${randomBytes(6).toString('hex')}`;
  // Written whole before it has its name: nobody reads half a key.
  writeFileSync(mine, `${randomBytes(KEY_BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(mine, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(mine, { force: true });
  }
  return readFileSync(path, 'utf8');
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown fault';
}
