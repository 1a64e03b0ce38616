import { connect } from 'node:net';
import { JOURNAL_KINDS } from '@tillward/contracts';
import { type Journal, type JournalTransaction, JournalUnavailableError } from '../journal/index.js';
import { type PolicyService, windowAt } from '../policy/index.js';
import type { Terminals } from '../terminals/index.js';
import type { EventSource } from './update.protocol.js';
import type { UpdateEvent } from './update.rules.js';
import { countsAsTrading, reasonsToGoOn } from './window.rules.js';

/** Number of reports with a synced write of their own: as long as a trial may last. Later ones would only wear the flash down. */
const PROBED_REPORTS = 50;
const CONNECT_LIMIT_MS = 2_000;

/** The parts of the agent that say how it is. */
export interface UpdateParts {
  journal: Journal;
  policy: PolicyService;
  terminals: Terminals;
  link: { readonly connected: boolean };
  till: { host: string; port: number };
  now: () => number;
}

/** What the agent tells its starter about itself, and what it journals for it. */
export class UpdateSubject {
  readonly #parts: UpdateParts;
  #probes = 0;
  #tillAnswered = false;
  #asking = false;

  constructor(parts: UpdateParts) {
    this.#parts = parts;
  }

  /** Connected to the broker. */
  get connected(): boolean {
    return this.#parts.link.connected;
  }

  /** Why the agent can't do its work; empty when it can. A missing broker is no reason: a store works without. */
  problems(): string[] {
    const { journal, policy, terminals } = this.#parts;
    const problems: string[] = [];
    const journalProblem = this.#probeJournal();
    if (journalProblem !== null) problems.push(`journal: ${journalProblem}`);
    if (!this.#tillAnswered) {
      problems.push('till: its port has not answered yet');
      this.#askTill();
    }
    const cached = journal.store.get('SELECT 1 AS there FROM policy WHERE id = 1') !== undefined;
    if (cached && !policy.current) problems.push('policy: the cached one can not be used');
    const missing = [...(policy.current?.terminals.keys() ?? [])].filter((id) => !terminals.get(id));
    if (missing.length > 0) problems.push(`terminals: can not work with ${missing.join(', ')}`);
    return problems;
  }

  /** Why it must not stop for an update now; empty when it may. */
  reasonsToGoOn(when: 'window' | 'quiet'): string[] {
    const { policy, terminals, now } = this.#parts;
    const actors = terminals.all();
    const current = policy.current;
    const leadMs = (current?.settings['opening.leadMinutes'] ?? 0) * 60_000;
    return reasonsToGoOn(
      {
        occupied: actors.filter((actor) => actor.occupied).map(({ id }) => id),
        held: actors.filter((actor) => actor.heldBy !== null).map(({ id }) => id),
        trading: current && countsAsTrading(now(), leadMs, (at) => windowAt(current, at).isOpen),
      },
      when,
    );
  }

  /** Journals events not journaled before: the number of the last one of each source commits with the entries. Throws JournalUnavailableError. */
  record(source: EventSource, events: readonly UpdateEvent[]): void {
    const { journal } = this.#parts;
    const key = `updateEvents.${source}`;
    const last = Number(journal.store.get('SELECT value FROM meta WHERE key = ?', key)?.['value'] ?? 0);
    const fresh = events.filter(({ number }) => Number.isSafeInteger(number) && number > last);
    if (fresh.length === 0) return;
    journal.commit((tx) => {
      for (const event of fresh) append(tx, event);
      this.#setMeta(key, String(fresh.at(-1)!.number));
    });
  }

  #probeJournal(): string | null {
    if (this.#probes >= PROBED_REPORTS) return null;
    this.#probes++;
    try {
      this.#parts.journal.store.transaction(() => this.#setMeta('writeProbe', String(this.#probes)));
      return null;
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error;
      return error.message;
    }
  }

  #setMeta(key: string, value: string): void {
    this.#parts.journal.store
      .prepare('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
      .run(key, value);
  }

  /** A connection is enough: what it speaks is the till interface's business. */
  #askTill(): void {
    if (this.#asking) return;
    this.#asking = true;
    const socket = connect(this.#parts.till);
    const finish = (answered: boolean) => {
      this.#asking = false;
      this.#tillAnswered ||= answered;
      socket.destroy();
    };
    socket.setTimeout(CONNECT_LIMIT_MS, () => finish(false));
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  }
}

/** An event of a newer starter that this agent doesn't know is skipped: core could not read it either. */
function append(tx: JournalTransaction, event: UpdateEvent): void {
  const payload = payloadOf(event);
  const schema = payload && JOURNAL_KINDS[payload.kind];
  if (!payload || !schema?.safeParse(payload.value).success) return;
  tx.append(payload.kind, null, payload.value);
}

function payloadOf(event: UpdateEvent) {
  const at = new Date(event.at).toISOString();
  switch (event.kind) {
    case 'UpdateInstalled':
      return { kind: event.kind, value: { at, release: event.release } } as const;
    case 'UpdateConfirmed':
      return { kind: event.kind, value: { at, release: event.release, starts: event.starts } } as const;
    case 'UpdateRolledBack': {
      const { release, backTo, reason, starts } = event;
      return { kind: event.kind, value: { at, release, backTo, reason, starts } } as const;
    }
    case 'UpdateRefused': {
      const { version, code, detail } = event;
      return { kind: event.kind, value: { at, version, code, detail } } as const;
    }
    default:
      return null;
  }
}
