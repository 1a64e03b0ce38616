import { type LiveData, liveEvent, type PresenceData, presenceEvent } from '@tillward/contracts';
import type { ChangeNotifier, UnitOfWork } from '../database/index.js';
import { isTransient, systemActor } from '../database/index.js';
import { type Log, reasonOf } from '../logging.js';
import type { Arrival } from '../messaging/index.js';
import { acceptsPresence } from './fleet.rules.js';

interface Heard {
  store: string;
  gateway: string;
  /** When core heard of it last, by core's clock. */
  seenAtMs: number;
  presence?: PresenceData;
  live?: LiveData;
}

const FLUSH_MS = 250;
/** Least time between two log lines about one gateway's refused messages. */
const REFUSAL_LOG_MS = 10_000;
const REFUSAL_LOG_KEYS = 10_000;

/**
 * Takes presence and live samples; keeps the newest of each gateway and writes all of them in one statement per table every 250 ms at most.
 * Samples may be lost (a restart, a database outage); the next one replaces them. What is newer is decided by session and arrival at core.
 */
export class FleetLive {
  #heard = new Map<string, Heard>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #malformed = 0;
  readonly #refusalLoggedMs = new Map<string, number>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly notifier: ChangeNotifier,
    private readonly log: Log,
    private readonly now: () => Date,
  ) {}

  /** Messages that were no valid presence or live event. */
  malformed(): number {
    return this.#malformed;
  }

  presence(arrival: Arrival): void {
    const parsed = this.#parse(arrival, presenceEvent);
    if (parsed === undefined) return;
    const heard = this.#of(arrival);
    if (acceptsPresence(heard.presence, parsed.data)) heard.presence = parsed.data;
  }

  live(arrival: Arrival): void {
    const parsed = this.#parse(arrival, liveEvent);
    if (parsed === undefined) return;
    const heard = this.#of(arrival);
    if (heard.live === undefined || parsed.data.session >= heard.live.session) heard.live = parsed.data;
  }

  /** Writes what was heard; resolves when it is written or given up. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const heard = [...this.#heard.values()];
    this.#heard = new Map();
    if (heard.length > 0) this.#writing = this.#writing.then(() => this.#write(heard));
    await this.#writing;
  }

  #parse<T>(arrival: Arrival, schema: { safeParse(value: unknown): { success: boolean; data?: T } }): T | undefined {
    try {
      const parsed = schema.safeParse(JSON.parse(arrival.payload.toString('utf8')));
      if (parsed.success) return parsed.data;
      this.#refuse(arrival, 'not a valid event');
    } catch (error) {
      this.#refuse(arrival, error instanceof SyntaxError ? 'not JSON' : reasonOf(error));
    }
    return undefined;
  }

  #refuse({ address, payload }: Arrival, reason: string): void {
    this.#malformed += 1;
    const key = `${address.store}/${address.gateway}/${address.channel}`;
    const nowMs = performance.now();
    if (nowMs - (this.#refusalLoggedMs.get(key) ?? Number.NEGATIVE_INFINITY) < REFUSAL_LOG_MS) return;
    if (this.#refusalLoggedMs.size >= REFUSAL_LOG_KEYS) this.#refusalLoggedMs.clear();
    this.#refusalLoggedMs.set(key, nowMs);
    this.log.warn(
      { store: address.store, gateway: address.gateway, channel: address.channel, bytes: payload.length, reason, refused: this.#malformed },
      'message refused',
    );
  }

  #of({ address: { store, gateway } }: Arrival): Heard {
    const key = `${store}/${gateway}`;
    let heard = this.#heard.get(key);
    if (heard === undefined) {
      heard = { store, gateway, seenAtMs: 0 };
      this.#heard.set(key, heard);
    }
    heard.seenAtMs = this.now().getTime();
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
    return heard;
  }

  async #write(heard: Heard[]): Promise<void> {
    try {
      await this.unitOfWork.run(systemActor('fleet'), async ({ tx }) => {
        await tx.query(UPSERT_PRESENCE, presenceColumns(heard));
        await tx.query(UPSERT_STATES, stateColumns(heard));
      });
      this.notifier.changed({ stores: heard.map((one) => one.store) });
    } catch (error) {
      const [only] = heard;
      const gateway = heard.length === 1 ? { store: only?.store, gateway: only?.gateway } : {};
      this.log.warn({ ...gateway, reason: reasonOf(error) }, 'live states not written');
      // One gateway's value that the database refuses must not cost the others theirs.
      if (heard.length > 1 && !isTransient(error)) for (const one of heard) await this.#write([one]);
    }
  }
}

function presenceColumns(heard: Heard[]): unknown[] {
  const of = <T>(pick: (one: Heard) => T) => heard.map(pick);
  return [
    of((h) => h.store),
    of((h) => h.gateway),
    of((h) => h.presence?.session ?? h.live?.session ?? 0),
    of((h) => h.presence?.online ?? null),
    of((h) => h.presence?.agentVersion ?? null),
    of((h) => h.live?.journalHead ?? null),
    of((h) => h.seenAtMs),
  ];
}

function stateColumns(heard: Heard[]): unknown[] {
  const rows = heard.flatMap(({ store, live, seenAtMs }) =>
    live === undefined ? [] : Object.entries(live.terminals).map(([terminal, sample]) => ({ store, terminal, sample, live, seenAtMs })),
  );
  const of = <T>(pick: (row: (typeof rows)[number]) => T) => rows.map(pick);
  return [
    of((r) => r.store),
    of((r) => r.terminal),
    of((r) => r.sample.power),
    of((r) => r.sample.service),
    of((r) => r.sample.activity),
    of((r) => r.sample.signedOn),
    of((r) => r.sample.operatorId),
    // A clock that is ahead must not say that a terminal was used in the future.
    of((r) => (r.sample.lastUseAt === null ? null : Math.min(r.sample.lastUseAt, r.seenAtMs))),
    of((r) => r.seenAtMs),
    of((r) => r.live.session),
    of((r) => r.live.journalHead),
    of((r) => (r.sample.device === undefined ? null : JSON.stringify(r.sample.device))),
    of((r) => r.sample.device?.clock ?? null),
  ];
}

// Only registered gateways; an older session changes nothing (F1). A live sample alone keeps what presence said.
const UPSERT_PRESENCE = `
  INSERT INTO gateway_presence AS p (store_id, gateway_id, session, online, agent_version, journal_head, last_seen_at)
  SELECT n.store_id, n.gateway_id, n.session, coalesce(n.online, true), n.agent_version, coalesce(n.head, 0), to_timestamp(n.seen / 1000)
    FROM unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[], $5::text[], $6::bigint[], $7::float8[])
         AS n (store_id, gateway_id, session, online, agent_version, head, seen)
    JOIN gateway g ON g.store_id = n.store_id AND g.gateway_id = n.gateway_id
  ON CONFLICT (store_id, gateway_id) DO UPDATE
    SET session = excluded.session,
        online = CASE WHEN excluded.agent_version IS NULL AND excluded.session = p.session THEN p.online ELSE excluded.online END,
        agent_version = coalesce(excluded.agent_version, p.agent_version),
        journal_head = CASE WHEN excluded.journal_head = 0 THEN p.journal_head ELSE excluded.journal_head END,
        last_seen_at = excluded.last_seen_at
   WHERE excluded.session >= p.session`;

// In the order of arrival; of one session, a sample taken before an entry that the journal has brought already is late.
const UPSERT_STATES = `
  INSERT INTO terminal_state AS s
         (store_id, terminal_id, power, service, activity, signed_on, operator_id, last_use_at, state_at, session, sample_head,
          device, clock, clock_seen_at)
  SELECT n.store_id, n.terminal_id, n.power, n.service, n.activity, n.signed_on, n.operator_id, to_timestamp(n.last_use / 1000), to_timestamp(n.at / 1000),
         n.session, n.head, n.device, n.clock, CASE WHEN n.clock IS NOT NULL THEN to_timestamp(n.at / 1000) END
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::text[], $8::float8[], $9::float8[], $10::bigint[], $11::bigint[],
                $12::text[], $13::text[])
         AS n (store_id, terminal_id, power, service, activity, signed_on, operator_id, last_use, at, session, head, device, clock)
    JOIN terminal t ON t.store_id = n.store_id AND t.terminal_id = n.terminal_id
   ORDER BY (n.store_id || '/' || n.terminal_id) COLLATE "C"
  ON CONFLICT (store_id, terminal_id) DO UPDATE
    SET power = excluded.power, service = excluded.service, activity = excluded.activity, signed_on = excluded.signed_on,
        operator_id = excluded.operator_id, last_use_at = coalesce(excluded.last_use_at, s.last_use_at), state_at = excluded.state_at,
        session = excluded.session, sample_head = excluded.sample_head, device = excluded.device, clock = excluded.clock,
        clock_seen_at = CASE WHEN excluded.clock = s.clock THEN s.clock_seen_at ELSE excluded.clock_seen_at END,
        journal_seq = CASE WHEN excluded.session > s.session THEN 0 ELSE s.journal_seq END
   WHERE excluded.session > s.session OR (excluded.session = s.session AND excluded.sample_head >= s.journal_seq)`;
