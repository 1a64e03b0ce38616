import type { JournalKind, PowerState, ServiceState } from '@tillward/contracts';
import type { Fold, FoldDatabase, ProjectedEntry, Projection } from '../ingest/index.js';
import { ClosingFold } from './closing.projection.js';

const KINDS = [
  'TerminalStateChanged',
  'TerminalSignedOn',
  'TerminalSignedOff',
  'TerminalPoweredOn',
  'TerminalPoweredOff',
  'OperatorSignedOn',
  'OperatorSignedOff',
  'PaymentCompleted',
  'PaymentResolved',
  'RepaymentCompleted',
  'RepaymentResolved',
  'PolicyApplied',
  'PolicyRefused',
  'ClosingStarted',
  'CloseBlocked',
  'CloseProven',
  'ClosingFinished',
] as const satisfies readonly JournalKind[];

/** Journal → terminal_state, policy_application, closing, close_proof. */
export const fleetProjection: Projection = { kinds: KINDS, begin: () => new FleetFold() };

interface TerminalChange {
  store: string;
  terminal: string;
  /** The last entry about it. */
  seq: number;
  atMs: number;
  power: PowerState | null;
  service: ServiceState | null;
  signedOn: boolean | null;
  /** undefined: not said; null: nobody. */
  operatorId: string | null | undefined;
  lastUseAtMs: number | null;
}

interface Application {
  store: string;
  gateway: string;
  version: number;
  atMs: number;
  refused: readonly { key: string; reason: string }[];
}

class FleetFold implements Fold {
  readonly #terminals = new Map<string, TerminalChange>();
  readonly #applications = new Map<string, Application>();
  readonly #closings = new ClosingFold();

  add(entry: ProjectedEntry): void {
    switch (entry.kind) {
      case 'TerminalStateChanged':
        Object.assign(this.#terminal(entry), entry.payload);
        return;
      case 'TerminalSignedOn':
        this.#terminal(entry).signedOn = true;
        return;
      case 'TerminalSignedOff':
        this.#terminal(entry).signedOn = false;
        return;
      case 'TerminalPoweredOn':
        this.#terminal(entry).power = 'on';
        return;
      case 'TerminalPoweredOff':
        Object.assign(this.#terminal(entry), { power: 'off', service: 'unknown', signedOn: false });
        return;
      case 'OperatorSignedOn':
        this.#terminal(entry).operatorId = entry.payload.operatorId;
        return;
      case 'OperatorSignedOff':
        this.#terminal(entry).operatorId = null;
        return;
      case 'PaymentCompleted':
      case 'RepaymentCompleted':
        this.#terminal(entry).lastUseAtMs = entry.atMs;
        return;
      case 'PaymentResolved':
      case 'RepaymentResolved':
        if (entry.payload.booked !== null) this.#terminal(entry).lastUseAtMs = entry.atMs;
        return;
      case 'PolicyApplied':
        this.#applied(entry, entry.payload.version, entry.payload.refused);
        return;
      case 'PolicyRefused':
        if (entry.payload.version !== null) this.#applied(entry, entry.payload.version, [{ key: '*', reason: entry.payload.reason }]);
        return;
      default:
        this.#closings.add(entry);
    }
  }

  #applied(entry: ProjectedEntry, version: number, refused: Application['refused']): void {
    const key = `${entry.store}/${entry.gateway}`;
    const known = this.#applications.get(key);
    if (known === undefined || known.version <= version) {
      this.#applications.set(key, { store: entry.store, gateway: entry.gateway, version, atMs: entry.atMs, refused });
    }
  }

  #terminal(entry: ProjectedEntry): TerminalChange {
    const terminal = entry.terminal ?? '';
    const key = `${entry.store}/${terminal}`;
    let change = this.#terminals.get(key);
    if (change === undefined) {
      change = {
        store: entry.store,
        terminal,
        seq: entry.seq,
        atMs: entry.atMs,
        power: null,
        service: null,
        signedOn: null,
        operatorId: undefined,
        lastUseAtMs: null,
      };
      this.#terminals.set(key, change);
    }
    change.seq = entry.seq;
    change.atMs = entry.atMs;
    return change;
  }

  async flush(db: FoldDatabase): Promise<void> {
    this.#flushTerminals(db);
    this.#flushApplications(db);
    this.#closings.flush(db);
  }

  #flushTerminals(db: FoldDatabase): void {
    // In key order, as live samples are: two writers then wait for each other in turn and never in a circle.
    const changes = [...this.#terminals.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, change]) => change);
    if (changes.length === 0) return;
    const of = <T>(pick: (change: TerminalChange) => T) => changes.map(pick);
    db.say(UPSERT_TERMINALS, [
      of((c) => c.store),
      of((c) => c.terminal),
      of((c) => c.power),
      of((c) => c.service),
      of((c) => c.signedOn),
      of((c) => c.operatorId ?? null),
      of((c) => c.operatorId !== undefined),
      of((c) => c.lastUseAtMs),
      of((c) => c.atMs),
      of((c) => c.seq),
    ]);
  }

  #flushApplications(db: FoldDatabase): void {
    const all = [...this.#applications.values()];
    if (all.length === 0) return;
    const of = <T>(pick: (application: Application) => T) => all.map(pick);
    db.say(UPSERT_APPLICATIONS, [
      of((a) => a.store),
      of((a) => a.gateway),
      of((a) => a.version),
      of((a) => a.atMs),
      // jsonb refuses half of a surrogate pair.
      of((a) => JSON.stringify(a.refused.map(({ key, reason }) => ({ key: key.toWellFormed(), reason: reason.toWellFormed() })))),
    ]);
  }
}

// Changes what was there before, inserts what is new (rarely anything: the order costs an unused conflict check per row less). A sample taken after an entry, which its
// journal head tells, knows what the entry says: it wins.
const UPSERT_TERMINALS = `
  WITH n AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::boolean[], $8::float8[], $9::float8[], $10::bigint[])
      AS u (store_id, terminal_id, power, service, signed_on, operator_id, says_operator, last_use, at, seq)
  ), changed AS (
    UPDATE terminal_state s
       SET power = CASE WHEN n.seq > s.sample_head THEN coalesce(n.power, s.power) ELSE s.power END,
           service = CASE WHEN n.seq > s.sample_head THEN coalesce(n.service, s.service) ELSE s.service END,
           signed_on = CASE WHEN n.seq > s.sample_head THEN coalesce(n.signed_on, s.signed_on) ELSE s.signed_on END,
           operator_id = CASE WHEN n.seq > s.sample_head AND n.says_operator THEN n.operator_id ELSE s.operator_id END,
           last_use_at = greatest(to_timestamp(n.last_use / 1000), s.last_use_at),
           state_at = CASE WHEN n.seq > s.sample_head THEN to_timestamp(n.at / 1000) ELSE s.state_at END,
           journal_seq = n.seq
      FROM n
     WHERE s.store_id = n.store_id AND s.terminal_id = n.terminal_id
    RETURNING s.store_id, s.terminal_id
  )
  INSERT INTO terminal_state (store_id, terminal_id, power, service, activity, signed_on, operator_id, last_use_at, state_at, journal_seq)
  SELECT store_id, terminal_id, coalesce(power, 'unknown'), coalesce(service, 'unknown'), 'idle', coalesce(signed_on, false), operator_id,
         to_timestamp(last_use / 1000), to_timestamp(at / 1000), seq
    FROM n WHERE (store_id, terminal_id) NOT IN (SELECT store_id, terminal_id FROM changed)
  ON CONFLICT (store_id, terminal_id) DO NOTHING`;

const UPSERT_APPLICATIONS = `
  INSERT INTO policy_application AS p (store_id, gateway_id, version, applied_at, refused)
  SELECT n.store_id, n.gateway_id, n.version, to_timestamp(n.at / 1000), n.refused::jsonb
    FROM unnest($1::text[], $2::text[], $3::bigint[], $4::float8[], $5::text[]) AS n (store_id, gateway_id, version, at, refused)
  ON CONFLICT (store_id, gateway_id) DO UPDATE SET version = excluded.version, applied_at = excluded.applied_at, refused = excluded.refused
   WHERE p.version <= excluded.version`;
