import type { KeyObject } from 'node:crypto';
import { KEY_ROTATION_TYPE, keyRotationBody, type SignedBodyWithRotations } from '@tillward/contracts';
import { ed25519PublicKeyFromRaw, rawEd25519PublicKey } from '@tillward/journal';
import type { Clock } from '../clock.js';
import { type Journal, JournalUnavailableError } from '../journal/index.js';
import { type CoreKey, type CoreKeys, openBody } from '../link/index.js';
import { errorFields, type Log } from '../log.js';
import { counts, judgeRotation, keysAtStart, type PinnedKey } from './core-keys.rules.js';

interface KeysContext {
  clock: Clock;
  log: Log;
}

/**
 * The keys core may sign with, pinned on disk. Begins with the configured one and follows changes that the present key signed, also several at once after a long
 * absence. Each change is in the journal.
 */
export class PinnedCoreKeys implements CoreKeys {
  readonly #context: KeysContext;
  readonly #journal: Journal;
  readonly #objects = new Map<string, KeyObject>();
  #pinned: readonly PinnedKey[];

  constructor(context: KeysContext, journal: Journal, configured: CoreKey) {
    this.#context = context;
    this.#journal = journal;
    const stored = this.#load();
    const publicKey = rawEd25519PublicKey(configured.publicKey);
    this.#pinned = keysAtStart(stored, { keyId: configured.keyId, publicKey });
    if (this.#pinned !== stored) {
      this.#pinConfigured();
      context.log.info({ keyId: configured.keyId, before: stored.length }, 'core’s key pinned');
    }
  }

  /** On a full disk the key is pinned by the next start: until then it is what the configuration says. */
  #pinConfigured(): void {
    try {
      this.#journal.store.transaction(() => this.#save());
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error;
      this.#context.log.warn(errorFields(error), 'core’s key could not be written down');
    }
  }

  /** Id of the key core signs with now. */
  get presentKeyId(): string {
    return this.#pinned.at(-1)!.keyId;
  }

  find(keyId: string): KeyObject | undefined {
    const key = this.#pinned.find((pinned) => pinned.keyId === keyId);
    return key && counts(key, this.#context.clock.now()) ? this.#object(key) : undefined;
  }

  /** The keys that ever counted: for what was verified when it was stored. */
  get ever(): CoreKeys {
    return {
      find: (keyId) => {
        const key = this.#pinned.find((pinned) => pinned.keyId === keyId);
        return key && this.#object(key);
      },
    };
  }

  /**
   * Follows the changes of key that travel with a message, oldest first, and journals each. Returns why one was refused; those before it stand. Throws
   * JournalUnavailableError.
   */
  follow({ rotations = [] }: Pick<SignedBodyWithRotations, 'rotations'>): string | null {
    for (const signed of rotations) {
      // Known ones may be signed by a key that no longer counts.
      const opened = openBody(KEY_ROTATION_TYPE, signed, keyRotationBody, this.ever);
      // From before this gateway's first key; whether the message itself can be trusted is seen when it is opened.
      if (!opened.ok && opened.reason === 'unknown key') continue;
      if (!opened.ok) return `change of key: ${opened.reason}`;
      const { body, keyId } = opened;
      if (keyId !== body.previousKeyId) return 'change of key: signed by another key than the one before';
      const decision = judgeRotation(this.#pinned, body, this.#context.clock.now());
      if (decision.kind === 'refuse') return `change of key: ${decision.reason}`;
      if (decision.kind === 'follow') this.#pin(decision.keys);
    }
    return null;
  }

  #pin(keys: readonly PinnedKey[]): void {
    const before = this.#pinned;
    const [previous, present] = keys.slice(-2) as [PinnedKey, PinnedKey];
    this.#pinned = keys;
    try {
      this.#journal.commit((tx) => {
        this.#save();
        const previousUntil = new Date(previous.validUntil!).toISOString();
        tx.append('CoreKeyRotated', null, { keyId: present.keyId, previousKeyId: previous.keyId, previousUntil });
      });
    } catch (error) {
      this.#pinned = before;
      throw error;
    }
    this.#context.log.info({ keyId: present.keyId, previousKeyId: previous.keyId }, 'core signs with another key');
  }

  #object({ publicKey }: PinnedKey): KeyObject {
    const known = this.#objects.get(publicKey);
    if (known) return known;
    const object = ed25519PublicKeyFromRaw(publicKey);
    this.#objects.set(publicKey, object);
    return object;
  }

  #load(): PinnedKey[] {
    const rows = this.#journal.store.prepare('SELECT key_id, public_key, valid_until FROM core_keys ORDER BY position').all();
    return rows.map((row) => ({
      keyId: String(row['key_id']),
      publicKey: String(row['public_key']),
      validUntil: row['valid_until'] as number | null,
    }));
  }

  #save(): void {
    const { store } = this.#journal;
    store.prepare('DELETE FROM core_keys').run();
    const insert = store.prepare('INSERT INTO core_keys (key_id, public_key, position, valid_until) VALUES (?, ?, ?, ?)');
    for (const [position, { keyId, publicKey, validUntil }] of this.#pinned.entries()) insert.run(keyId, publicKey, position, validUntil);
  }
}
