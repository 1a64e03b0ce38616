import { type CurrentWindow, currentWindow, isTimeZone, type TradingWindow, windowOfBusinessDay } from '@tillward/calendar';
import { EVENT_TYPE, type OperatorGrant, type TerminalConnection } from '@tillward/contracts';
import { readSettings, type Settings, tradingHours } from '@tillward/policy';
import type { Clock } from '../clock.js';
import { type Journal, JournalUnavailableError } from '../journal/index.js';
import { NO_REJECTIONS, openBody, openSigned, type RejectionCount, recordRejection, signedPart, type TrustedCore } from '../link/index.js';
import { errorFields, type Log } from '../log.js';
import type { PinnedCoreKeys } from './core-keys.service.js';
import { judgeDesired, type OpenedDesired, openedDesired, type Refusal, readTerminals } from './policy.rules.js';

/** The policy in force, ready to use. Built from the last signed document core sent, also while core is away. */
export interface EffectivePolicy {
  version: number;
  storeName: string;
  timeZone: string;
  currency: string;
  settings: Settings;
  terminals: ReadonlyMap<string, TerminalConnection>;
  operators: ReadonlyMap<string, OperatorGrant>;
}

interface PolicyContext {
  clock: Clock;
  log: Log;
}

export interface PolicyOptions {
  store: string;
  gateway: string;
  /** Core's key, or the keys it may change. */
  coreKey: TrustedCore | PinnedCoreKeys;
  /** Says which terminals this program can work with. */
  devices: TerminalChecks;
}

/** Part of the device factory. `prepare` loads what checking needs, null when it is there; `check`: why a terminal can't be worked with, null when it can. */
export interface TerminalChecks {
  prepare(connections: readonly TerminalConnection[]): Promise<void> | null;
  check(connection: TerminalConnection): string | null;
}

type OpenedDocument = { body: OpenedDesired; text: string; keyId: string; signature: string };

/** Documents that wait while another one's terminals are prepared; core sends the newest again at every connection. */
const MAX_WAITING = 8;

/** Keeps the gateway's effective policy: verified, journaled and cached in one transaction; anything older, foreign or unsigned is refused. */
export class PolicyService {
  readonly #context: PolicyContext;
  readonly #journal: Journal;
  readonly #options: PolicyOptions;
  readonly #listeners = new Set<(policy: EffectivePolicy) => void>();
  #current: EffectivePolicy | null = null;
  #rejections: RejectionCount = NO_REJECTIONS;
  #preparing = false;
  #waiting: unknown[] = [];

  /** Loads the cached document; it was verified when it was stored, and is verified again, because the disk may have been edited. */
  constructor(context: PolicyContext, journal: Journal, options: PolicyOptions) {
    this.#context = context;
    this.#journal = journal;
    this.#options = options;
    this.#current = this.#load();
  }

  /** The policy in force; null before the first document ever. */
  get current(): EffectivePolicy | null {
    return this.#current;
  }

  /** Calls `listener` after every applied document. */
  onApplied(listener: (policy: EffectivePolicy) => void): void {
    this.#listeners.add(listener);
  }

  /** Takes a `desired` message. Applied when this returns, unless something must be loaded first to check its terminals. */
  receive(event: unknown): void {
    if (this.#preparing) {
      if (this.#waiting.length < MAX_WAITING) this.#waiting.push(event);
      else this.#context.log.warn({}, 'too many policies at once, one was dropped');
      return;
    }
    try {
      this.#take(event);
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error;
      // Core sends the newest again at every connection.
      this.#context.log.error(errorFields(error), 'a policy could not be written down and is not applied');
    }
  }

  #take(event: unknown): void {
    const { coreKey } = this.#options;
    const part = signedPart(EVENT_TYPE.desired, event);
    const refusal = part && 'follow' in coreKey ? coreKey.follow(part) : null;
    if (refusal !== null) this.#refuse(null, refusal);
    const opened = openSigned(EVENT_TYPE.desired, event, openedDesired, coreKey);
    if (!opened.ok) return this.#refuse(null, opened.reason);
    const { body } = opened;
    const decision = judgeDesired(this.#current?.version ?? null, body, this.#options, isTimeZone(body.store.timeZone));
    if (decision.kind === 'ignore') return;
    if (decision.kind === 'refuse') return this.#refuse(body.version, decision.reason);
    const read = readTerminals(body);
    const loading = this.#options.devices.prepare(read.terminals);
    if (loading === null) return this.#apply(opened, read);
    this.#preparing = true;
    void loading
      .then(() => this.#apply(opened, read))
      .catch((error: unknown) => this.#context.log.error({ version: body.version, ...errorFields(error) }, 'a policy could not be applied'))
      .finally(() => {
        this.#preparing = false;
        for (const waiting of this.#waiting.splice(0)) this.receive(waiting);
      });
  }

  #apply({ body, text, keyId, signature }: OpenedDocument, read: ReturnType<typeof readTerminals>): void {
    const reading = readSettings(body.settings, this.#current?.settings);
    const checked = this.#checked(read.terminals);
    const refused = [...reading.refused, ...read.refused, ...checked.refused];
    this.#journal.commit((tx) => {
      this.#journal.store
        .prepare(
          `INSERT INTO policy (id, version, body, signature, settings, key_id) VALUES (1, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET version = excluded.version, body = excluded.body, signature = excluded.signature, settings = excluded.settings,
             key_id = excluded.key_id`,
        )
        .run(body.version, text, signature, JSON.stringify(reading.values), keyId);
      tx.append('PolicyApplied', null, { version: body.version, refused });
    });
    this.#current = effective(body, reading.values, checked.usable);
    this.#context.log.info({ version: body.version, refused: refused.length, terminals: body.terminals.length }, 'policy applied');
    for (const listener of this.#listeners) listener(this.#current);
  }

  #refuse(version: number | null, reason: string): void {
    this.#context.log.warn({ version, reason }, 'policy refused');
    const { record, count } = recordRejection(this.#rejections, this.#context.clock.now());
    this.#rejections = count;
    if (record) this.#journal.commit((tx) => tx.append('PolicyRefused', null, { version, reason }));
  }

  #checked(terminals: readonly TerminalConnection[]): { usable: TerminalConnection[]; refused: Refusal[] } {
    const usable: TerminalConnection[] = [];
    const refused: Refusal[] = [];
    for (const terminal of terminals) {
      const reason = this.#options.devices.check(terminal);
      if (reason === null) usable.push(terminal);
      else refused.push({ key: `terminals.${terminal.id}`, reason: reason.slice(0, 200) });
    }
    return { usable, refused };
  }

  #load(): EffectivePolicy | null {
    const row = this.#journal.store.get('SELECT body, signature, settings, key_id FROM policy WHERE id = 1');
    if (!row) return null;
    const { coreKey } = this.#options;
    // A key that has been replaced since was good when the document was stored.
    const trusted = 'ever' in coreKey ? coreKey.ever : coreKey;
    const keyId = row['key_id'] ?? ('keyId' in coreKey ? coreKey.keyId : 'presentKeyId' in coreKey ? coreKey.presentKeyId : '');
    const signed = { body: String(row['body']), keyId: String(keyId), signature: String(row['signature']) };
    const opened = openBody(EVENT_TYPE.desired, signed, openedDesired, trusted);
    if (!opened.ok) {
      this.#context.log.error({ reason: opened.reason }, 'the cached policy does not verify and is not used');
      return null;
    }
    // What is stored beside the document only fills in for values this version refused; the signed values win.
    // Which terminals can be worked with is checked when they are made: what checking needs is not loaded yet.
    const settings = readSettings(opened.body.settings, JSON.parse(String(row['settings'])) as Settings).values;
    return effective(opened.body, settings, readTerminals(opened.body).terminals);
  }
}

function effective(body: OpenedDesired, settings: Settings, terminals: readonly TerminalConnection[]): EffectivePolicy {
  return {
    version: body.version,
    storeName: body.store.name,
    timeZone: body.store.timeZone,
    currency: body.store.currency,
    settings,
    terminals: new Map(terminals.map((terminal) => [terminal.id, terminal])),
    operators: new Map(body.operators.map((operator) => [operator.id, operator])),
  };
}

/** The trading window that contains `now`, or that of its business day (libs/calendar). */
export function windowAt(policy: EffectivePolicy, now: number): CurrentWindow {
  return currentWindow(now, policy.timeZone, tradingHours(policy.settings));
}

/** The trading window of a business day. */
export function windowOfDay(policy: EffectivePolicy, businessDay: string): TradingWindow {
  return windowOfBusinessDay(businessDay, policy.timeZone, tradingHours(policy.settings));
}
