import type { Activity, DeviceFacts, PowerState, ServiceState, TerminalConnection } from '@tillward/contracts';
import type { WorkContext } from '../database/index.js';
import { isOnline, shownState } from './fleet.rules.js';

/** A store as registered. */
export interface StoreView {
  readonly id: string;
  readonly name: string;
  readonly city: string;
  readonly timeZone: string;
  readonly currency: string;
  /** Order in lists. */
  readonly position: number;
  readonly gatewayId: string;
}

/** A gateway and what it last said. */
export interface GatewayView {
  readonly id: string;
  readonly storeId: string;
  readonly online: boolean;
  readonly lastSeenAt: Date | null;
  readonly agentVersion: string | null;
  readonly ackedThrough: number;
  readonly journalHead: number;
  readonly policyVersion: number | null;
  readonly policyAppliedAt: Date | null;
  readonly policyRefused: readonly { readonly key: string; readonly reason: string }[];
}

/** A terminal and its state; power and service read `unknown` while its gateway is offline. */
export interface TerminalView {
  readonly id: string;
  readonly storeId: string;
  readonly gatewayId: string;
  readonly name: string;
  readonly brand: string;
  readonly model: string;
  readonly driver: string;
  readonly currency: string;
  readonly power: PowerState;
  readonly service: ServiceState;
  readonly activity: Activity;
  readonly signedOn: boolean;
  readonly operatorId: string | null;
  readonly unsettledMinor: number;
  readonly unsettledCount: number;
  readonly lastUseAt: Date | null;
  readonly lastSettledAt: Date | null;
  readonly stateAt: Date | null;
  readonly gatewayOnline: boolean;
  /** What feeds it, by its kind in the chain file. */
  readonly powerKind: string;
  /** What the newest live sample told of the device, how far the journal was then, and when core first saw this reading of its clock. */
  readonly sampled: DeviceFacts | null;
  readonly sampleHead: number;
  readonly clockSeenAt: Date | null;
  /** Epoch of its gateway's journal, 0 before the first entry. */
  readonly epoch: number;
}

/** Which terminals: those of stores, those with ids, all the actor sees when nothing is said. */
export interface TerminalChoice {
  readonly storeIds?: readonly string[];
  readonly terminalIds?: readonly string[];
}

/** A run of the closing routine. `running` terminals are neither proven nor blocked yet; a finished closing has none. */
export interface ClosingView {
  readonly storeId: string;
  readonly routineId: string;
  readonly businessDay: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly proven: readonly string[];
  readonly blocked: readonly string[];
  readonly running: readonly string[];
}

/** The close proof of one terminal. */
export interface CloseProofView {
  readonly storeId: string;
  readonly terminalId: string;
  readonly routineId: string;
  readonly businessDay: string;
  readonly provenAt: Date;
  readonly overnight: string;
  readonly totalMinor: number | null;
  readonly totalCurrency: string | null;
  readonly totalCount: number | null;
  readonly steps: readonly { readonly step: string; readonly outcome: string; readonly seq: number }[];
}

interface TerminalRow extends Omit<TerminalView, 'gatewayOnline' | 'sampled'> {
  readonly deviceText: string | null;
  readonly online: boolean | null;
  readonly lastSeenAt: Date | null;
  readonly reportedPower: PowerState | null;
  readonly reportedService: ServiceState | null;
}

const STORES = `SELECT s.store_id AS id, s.name, s.city, s.time_zone AS "timeZone", s.currency, s.position, g.gateway_id AS "gatewayId"
  FROM store s JOIN gateway g USING (store_id)`;

const TERMINALS = `
  SELECT t.terminal_id AS id, t.store_id AS "storeId", t.gateway_id AS "gatewayId", t.name, t.brand, t.model, t.driver, t.currency,
         s.power AS "reportedPower", s.service AS "reportedService", coalesce(s.activity, 'idle') AS activity,
         coalesce(s.signed_on, false) AS "signedOn", s.operator_id AS "operatorId", s.last_use_at AS "lastUseAt", s.state_at AS "stateAt",
         t.connection->'power'->>'kind' AS "powerKind", s.device AS "deviceText", coalesce(s.sample_head, 0) AS "sampleHead",
         s.clock_seen_at AS "clockSeenAt", coalesce(c.epoch, 0) AS epoch,
         p.online, p.last_seen_at AS "lastSeenAt", coalesce(b.minor, 0) AS "unsettledMinor", coalesce(b.count, 0) AS "unsettledCount",
         (SELECT max(d.settled_at) FROM batch d WHERE d.store_id = t.store_id AND d.terminal_id = t.terminal_id) AS "lastSettledAt"
    FROM terminal t
    LEFT JOIN terminal_state s USING (store_id, terminal_id)
    LEFT JOIN gateway_presence p ON p.store_id = t.store_id AND p.gateway_id = t.gateway_id
    LEFT JOIN gateway_cursor c ON c.store_id = t.store_id AND c.gateway_id = t.gateway_id
    LEFT JOIN LATERAL (
      SELECT sum(u.journal_minor)::bigint AS minor, sum(u.journal_count)::int AS count FROM batch u
       WHERE u.store_id = t.store_id AND u.terminal_id = t.terminal_id AND u.settled_at IS NULL AND u.currency = t.currency) b ON true`;

/** Reads the registry and the live state of the actor's stores. All of it is written by provisioning, by the journal and by live samples. */
export class FleetService {
  /** The actor's stores in their order; `ids` narrows them. */
  stores(ctx: WorkContext, ids?: readonly string[]): Promise<StoreView[]> {
    return ctx.tx.query(`${STORES} WHERE $1::text[] IS NULL OR s.store_id = ANY($1) ORDER BY s.position, s.store_id`, [ids ?? null]);
  }

  /** A page of the actor's stores after the one at (position, id). */
  storePage(ctx: WorkContext, page: { limit: number; after?: { position: number; id: string } | undefined }): Promise<StoreView[]> {
    return ctx.tx.query(`${STORES} WHERE (s.position, s.store_id) > ($1, $2) ORDER BY s.position, s.store_id LIMIT $3`, [
      page.after?.position ?? -1,
      page.after?.id ?? '',
      page.limit,
    ]);
  }

  async countStores(ctx: WorkContext): Promise<number> {
    const rows: { n: number }[] = await ctx.tx.query('SELECT count(*) AS n FROM store');
    return rows[0]?.n ?? 0;
  }

  /** The chain's name, or undefined before provisioning. */
  async chain(ctx: WorkContext): Promise<{ id: string; name: string } | undefined> {
    const rows: { id: string; name: string }[] = await ctx.tx.query('SELECT chain_id AS id, name FROM chain');
    return rows[0];
  }

  /** Gateways of these stores, or of all the actor sees. */
  async gateways(ctx: WorkContext, storeIds?: readonly string[]): Promise<GatewayView[]> {
    const rows: (GatewayView & { saidOnline: boolean | null })[] = await ctx.tx.query(
      `SELECT g.gateway_id AS id, g.store_id AS "storeId", p.online AS "saidOnline", p.last_seen_at AS "lastSeenAt", p.agent_version AS "agentVersion",
              coalesce(c.seq, 0) AS "ackedThrough", greatest(coalesce(p.journal_head, 0), coalesce(c.seq, 0)) AS "journalHead",
              a.version AS "policyVersion", a.applied_at AS "policyAppliedAt", coalesce(a.refused, '[]') AS "policyRefused"
         FROM gateway g
         LEFT JOIN gateway_presence p USING (store_id, gateway_id)
         LEFT JOIN gateway_cursor c USING (store_id, gateway_id)
         LEFT JOIN policy_application a USING (store_id, gateway_id)
        WHERE $1::text[] IS NULL OR g.store_id = ANY($1) ORDER BY g.store_id, g.gateway_id`,
      [storeIds ?? null],
    );
    const now = ctx.now();
    return rows.map(({ saidOnline, ...row }) => ({ ...row, online: isOnline(presence(saidOnline, row.lastSeenAt), now) }));
  }

  /** Terminals of these stores, or those with these ids, or all the actor sees; in the stores' and their own order. */
  async terminals(ctx: WorkContext, which: TerminalChoice = {}): Promise<TerminalView[]> {
    const rows: TerminalRow[] = await ctx.tx.query(
      `${TERMINALS} WHERE ($1::text[] IS NULL OR t.store_id = ANY($1)) AND ($2::text[] IS NULL OR t.terminal_id = ANY($2))
        ORDER BY t.store_id, t.position, t.terminal_id`,
      [which.storeIds ?? null, which.terminalIds ?? null],
    );
    const now = ctx.now();
    return rows.map((row) => terminalView(row, now));
  }

  /** The Ed25519 key (raw, base64) a gateway's journal is signed with from now on; null: none is taken. Its row must be locked by the caller. */
  async setJournalKey(ctx: WorkContext, storeId: string, gatewayId: string, publicKey: string | null): Promise<void> {
    await ctx.tx.query('UPDATE gateway SET public_key = $3 WHERE store_id = $1 AND gateway_id = $2', [storeId, gatewayId, publicKey]);
  }

  /** How the gateway reaches its terminals: what the desired document carries. */
  async connections(ctx: WorkContext, storeId: string): Promise<TerminalConnection[]> {
    const rows: { connection: TerminalConnection }[] = await ctx.tx.query(
      'SELECT connection FROM terminal WHERE store_id = $1 ORDER BY position, terminal_id',
      [storeId],
    );
    return rows.map((row) => row.connection);
  }

  /** The newest closing of each of these stores; a store that never closed is absent. */
  async newestClosings(ctx: WorkContext, storeIds: readonly string[]): Promise<Map<string, ClosingView>> {
    const rows: (Omit<ClosingView, 'running'> & { terminals: string[] })[] = await ctx.tx.query(
      `SELECT DISTINCT ON (store_id) store_id AS "storeId", routine_id AS "routineId", business_day AS "businessDay", started_at AS "startedAt",
              finished_at AS "finishedAt", terminals, proven, blocked
         FROM closing WHERE store_id = ANY($1) ORDER BY store_id, started_at DESC`,
      [storeIds],
    );
    return new Map(
      rows.map(({ terminals, ...row }) => {
        const ended = new Set([...row.proven, ...row.blocked]);
        const running = row.finishedAt === null ? terminals.filter((terminal) => !ended.has(terminal)) : [];
        return [row.storeId, { ...row, running }];
      }),
    );
  }

  /** The newest close proof of each terminal of these stores, keyed by `<store>/<terminal>`. */
  async newestCloseProofs(ctx: WorkContext, storeIds: readonly string[]): Promise<Map<string, CloseProofView>> {
    const rows: CloseProofView[] = await ctx.tx.query(
      `SELECT DISTINCT ON (store_id, terminal_id) store_id AS "storeId", terminal_id AS "terminalId", routine_id AS "routineId",
              business_day AS "businessDay", proven_at AS "provenAt", overnight, total_minor AS "totalMinor", total_currency AS "totalCurrency",
              total_count AS "totalCount", steps
         FROM close_proof WHERE store_id = ANY($1) ORDER BY store_id, terminal_id, proven_at DESC`,
      [storeIds],
    );
    return new Map(rows.map((row) => [`${row.storeId}/${row.terminalId}`, row]));
  }
}

function presence(online: boolean | null, lastSeenAt: Date | null): { online: boolean; lastSeenAt: Date } | undefined {
  return online === null || lastSeenAt === null ? undefined : { online, lastSeenAt };
}

function terminalView(row: TerminalRow, now: Date): TerminalView {
  const { online, lastSeenAt, reportedPower, reportedService, deviceText, ...rest } = row;
  const gatewayOnline = isOnline(presence(online, lastSeenAt), now);
  const reported = reportedPower === null || reportedService === null ? undefined : { power: reportedPower, service: reportedService };
  const sampled = deviceText === null ? null : (JSON.parse(deviceText) as DeviceFacts);
  return { ...rest, ...shownState(gatewayOnline, reported), gatewayOnline, sampled };
}
