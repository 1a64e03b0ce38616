import { type CurrentWindow, currentWindow, isTimeZone } from '@tillward/calendar';
import { type DesiredBody, desiredBody, EVENT_TYPE, type OperatorGrant, type TerminalConnection } from '@tillward/contracts';
import { readSettings, type Settings } from '@tillward/policy';
import type { Clock } from '../clock.js';
import type { Journal } from '../journal/index.js';
import { type CoreKey, NO_REJECTIONS, openSigned, type RejectionCount, recordRejection } from '../link/index.js';
import type { Log } from '../log.js';
import { judgeDesired } from './policy.rules.js';

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
  coreKey: CoreKey;
  /** Why this program can't work with a terminal as described; null when it can. */
  checkTerminal: (connection: TerminalConnection) => string | null;
}

/** Keeps the gateway's effective policy: verified, journaled and cached in one transaction; anything older, foreign or unsigned is refused. */
export class PolicyService {
  readonly #context: PolicyContext;
  readonly #journal: Journal;
  readonly #options: PolicyOptions;
  readonly #listeners = new Set<(policy: EffectivePolicy) => void>();
  #current: EffectivePolicy | null = null;
  #rejections: RejectionCount = NO_REJECTIONS;

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

  /** Takes a `desired` message. */
  receive(event: unknown): void {
    const opened = openSigned(EVENT_TYPE.desired, event, desiredBody, this.#options.coreKey);
    if (!opened.ok) return this.#refuse(null, opened.reason);
    const { body, text, signature } = opened;
    const decision = judgeDesired(this.#current?.version ?? null, body, this.#options, isTimeZone(body.store.timeZone));
    if (decision.kind === 'ignore') return;
    if (decision.kind === 'refuse') return this.#refuse(body.version, decision.reason);
    const reading = readSettings(body.settings, this.#current?.settings);
    const refused = [...reading.refused, ...this.#refusedTerminals(body)];
    this.#journal.commit((tx) => {
      this.#journal.store
        .prepare(
          `INSERT INTO policy (id, version, body, signature, settings) VALUES (1, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET version = excluded.version, body = excluded.body, signature = excluded.signature, settings = excluded.settings`,
        )
        .run(body.version, text, signature, JSON.stringify(reading.values));
      tx.append('PolicyApplied', null, { version: body.version, refused });
    });
    this.#current = this.#effective(body, reading.values);
    this.#context.log.info({ version: body.version, refused: refused.length, terminals: body.terminals.length }, 'policy applied');
    for (const listener of this.#listeners) listener(this.#current);
  }

  #refuse(version: number | null, reason: string): void {
    this.#context.log.warn({ version, reason }, 'policy refused');
    const { record, count } = recordRejection(this.#rejections, this.#context.clock.now());
    this.#rejections = count;
    if (record) this.#journal.commit((tx) => tx.append('PolicyRefused', null, { version, reason }));
  }

  #refusedTerminals(body: DesiredBody): { key: string; reason: string }[] {
    return body.terminals.flatMap((terminal) => {
      const reason = this.#options.checkTerminal(terminal);
      return reason === null ? [] : [{ key: `terminals.${terminal.id}`, reason: reason.slice(0, 200) }];
    });
  }

  #effective(body: DesiredBody, settings: Settings): EffectivePolicy {
    const usable = body.terminals.filter((terminal) => this.#options.checkTerminal(terminal) === null);
    return {
      version: body.version,
      storeName: body.store.name,
      timeZone: body.store.timeZone,
      currency: body.store.currency,
      settings,
      terminals: new Map(usable.map((terminal) => [terminal.id, terminal])),
      operators: new Map(body.operators.map((operator) => [operator.id, operator])),
    };
  }

  #load(): EffectivePolicy | null {
    const row = this.#journal.store.get('SELECT body, signature, settings FROM policy WHERE id = 1');
    if (!row) return null;
    const { coreKey } = this.#options;
    const data = { body: String(row['body']), keyId: coreKey.keyId, signature: String(row['signature']) };
    const opened = openSigned(EVENT_TYPE.desired, { type: EVENT_TYPE.desired, data }, desiredBody, coreKey);
    if (!opened.ok) {
      this.#context.log.error({ reason: opened.reason }, 'the cached policy does not verify and is not used');
      return null;
    }
    // What is stored beside the document only fills in for values this version refused; the signed values win.
    return this.#effective(opened.body, readSettings(opened.body.settings, JSON.parse(String(row['settings'])) as Settings).values);
  }
}

/** The trading window that contains `now`, or that of its business day (libs/calendar). */
export function windowAt(policy: EffectivePolicy, now: number): CurrentWindow {
  const { settings, timeZone } = policy;
  return currentWindow(now, timeZone, {
    open: settings['hours.open'],
    close: settings['hours.close'],
    cutOff: settings['businessDay.cutOff'],
  });
}
