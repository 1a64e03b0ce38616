import type { OperatorGrant, TerminalConnection } from '@tillward/contracts';
import type { WorkContext } from '../database/index.js';
import type { PolicyLevel } from '../graphql/index.js';
import type { LevelValues, SettingChange } from './policy.rules.js';

/** The chain-wide version and when it began. */
export interface PolicyHead {
  version: number;
  changedAt: Date;
  /** Digest of everything in the documents but settings, as of the last provisioning; null before the first. */
  sourcesHash: string | null;
}

/** The newest revision of one place. */
export interface LastRevision {
  at: Date;
  actor: string;
}

/** A gateway with everything its document needs but the settings. */
export interface GatewaySource {
  store: { id: string; name: string; timeZone: string; currency: string };
  gateway: string;
  terminals: TerminalConnection[];
  operators: OperatorGrant[];
}

/** Reads the head; with `lock`, nobody else changes policy until the end of the transaction. */
export async function readPolicyHead(ctx: WorkContext, lock = false): Promise<PolicyHead> {
  const rows: PolicyHead[] = await ctx.tx.query(
    `SELECT version, changed_at AS "changedAt", sources_hash AS "sourcesHash" FROM policy_head${lock ? ' FOR UPDATE' : ''}`,
  );
  return rows[0]!;
}

/** Moves the head one version on; the head must be locked. */
export async function advancePolicyHead(ctx: WorkContext, version: number): Promise<void> {
  await ctx.tx.query('UPDATE policy_head SET version = $1, changed_at = $2', [version, ctx.now()]);
}

/** Remembers the digest of the documents' sources. */
export async function writeSourcesHash(ctx: WorkContext, hash: string): Promise<void> {
  await ctx.tx.query('UPDATE policy_head SET sources_hash = $1', [hash]);
}

/** What the chain, and each of the stores the actor sees (or of `stores`), has set. */
export async function readLevels(
  ctx: WorkContext,
  stores?: readonly string[],
): Promise<{ chain: LevelValues; byStore: Map<string, LevelValues> }> {
  const rows: { storeId: string | null; values: LevelValues }[] = await ctx.tx.query(
    `SELECT store_id AS "storeId", jsonb_object_agg(key, value) AS values FROM policy_value
      WHERE store_id IS NULL OR $1::text[] IS NULL OR store_id = ANY($1) GROUP BY store_id`,
    [stores ?? null],
  );
  const chain = rows.find((row) => row.storeId === null)?.values ?? {};
  const byStore = new Map(rows.flatMap((row) => (row.storeId === null ? [] : [[row.storeId, row.values] as const])));
  return { chain, byStore };
}

/** Writes changes of one level; null removes. */
export async function writeChanges(
  ctx: WorkContext,
  level: PolicyLevel,
  storeId: string | null,
  changes: readonly SettingChange[],
): Promise<void> {
  const removed = changes.filter((change) => change.value === null).map((change) => change.key);
  const set = changes.filter((change) => change.value !== null);
  if (removed.length > 0) {
    await ctx.tx.query('DELETE FROM policy_value WHERE level = $1 AND store_id IS NOT DISTINCT FROM $2 AND key = ANY($3)', [
      level,
      storeId,
      removed,
    ]);
  }
  for (const { key, value } of set) {
    await ctx.tx.query(
      `INSERT INTO policy_value (level, store_id, key, value) VALUES ($1, $2, $3, $4::jsonb)
       ON CONFLICT (level, store_id, key) DO UPDATE SET value = EXCLUDED.value`,
      [level, storeId, key, JSON.stringify(value)],
    );
  }
}

/** Writes a revision. Level null: not an edit of settings (certificates, terminals, people). */
export async function insertRevision(
  ctx: WorkContext,
  revision: {
    version: number;
    actor: string;
    reason: string;
    level: PolicyLevel | null;
    storeId: string | null;
    changes: readonly SettingChange[];
  },
): Promise<void> {
  await ctx.tx.query(
    'INSERT INTO policy_revision (version, at, actor, reason, level, store_id, changes) VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb)',
    [revision.version, ctx.now(), revision.actor, revision.reason, revision.level, revision.storeId, JSON.stringify(revision.changes)],
  );
}

/** Who edited a place last. */
export async function readLastRevision(ctx: WorkContext, level: PolicyLevel, storeId: string | null): Promise<LastRevision | undefined> {
  const rows: LastRevision[] = await ctx.tx.query(
    `SELECT at, actor FROM policy_revision WHERE level = $1 AND store_id IS NOT DISTINCT FROM $2 ORDER BY version DESC LIMIT 1`,
    [level, storeId],
  );
  return rows[0];
}

/** Whether the actor sees a store of this id. */
export async function storeIsVisible(ctx: WorkContext, storeId: string): Promise<boolean> {
  const rows: unknown[] = await ctx.tx.query('SELECT 1 FROM store WHERE store_id = $1', [storeId]);
  return rows.length > 0;
}

/** Every gateway the actor sees, as source of its document. The newest certificate of the course decides how long an operator may work. */
export async function readGatewaySources(ctx: WorkContext, courseId: string): Promise<GatewaySource[]> {
  const rows: (Omit<GatewaySource, 'operators'> & {
    operators: (Omit<OperatorGrant, 'certifiedUntil'> & { certifiedUntil: string | null })[] | null;
  })[] = await ctx.tx.query(
    `SELECT json_build_object('id', s.store_id, 'name', s.name, 'timeZone', s.time_zone, 'currency', s.currency) AS store,
              g.gateway_id AS gateway,
              (SELECT coalesce(json_agg(t.connection ORDER BY t.position), '[]') FROM terminal t
                WHERE t.store_id = g.store_id AND t.gateway_id = g.gateway_id) AS terminals,
              (SELECT json_agg(json_build_object('id', p.id, 'name', p.name, 'role', p.role, 'certifiedUntil', c.valid_until, 'certificateId', c.id)
                               ORDER BY p.id)
                 FROM person_store ps JOIN person p ON p.id = ps.person_id
                 LEFT JOIN LATERAL (SELECT id, valid_until FROM certificate
                                     WHERE person_id = p.id AND course_id = $1 ORDER BY valid_until DESC LIMIT 1) c ON true
                WHERE ps.store_id = g.store_id AND p.role IN ('cashier', 'manager')) AS operators
         FROM gateway g JOIN store s ON s.store_id = g.store_id ORDER BY s.position, g.gateway_id`,
    [courseId],
  );
  return rows.map((row) => ({
    ...row,
    operators: (row.operators ?? []).map((operator) => ({
      ...operator,
      certifiedUntil: operator.certifiedUntil === null ? null : new Date(operator.certifiedUntil).toISOString(),
    })),
  }));
}
