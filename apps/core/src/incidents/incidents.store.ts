import type { CommandAction } from '@tillward/contracts';
import type { WorkContext } from '../database/index.js';
import type { IncidentFilterInput, IncidentKind, IncidentState, PageRequest, Role, StepMode, StepState } from '../graphql/index.js';
import type { PlannedStep, StepCheckKind } from './playbook.rules.js';

/** An incident's row. */
export interface IncidentRow {
  id: string;
  storeId: string;
  terminalId: string;
  gatewayId: string;
  kind: IncidentKind;
  state: IncidentState;
  businessDay: string;
  batchNo: number | null;
  /** Journal entry it was opened for; null when a detector opened it. */
  sourceEpoch: number | null;
  sourceSeq: number | null;
  cause: string;
  amountMinor: number | null;
  currency: string | null;
  openedAt: Date;
  dueAt: Date;
  acknowledgedAt: Date | null;
  acknowledgedBy: string | null;
  resolvedAt: Date | null;
}

/** A step's row. */
export interface StepRow {
  id: string;
  storeId: string;
  incidentId: string;
  position: number;
  key: string;
  role: Role;
  mode: StepMode;
  action: CommandAction | null;
  checkKind: StepCheckKind | null;
  noteRequired: boolean;
  dueAt: Date;
  state: StepState;
  checkPassed: boolean | null;
  checkedAt: Date | null;
  checkDetail: string | null;
  commandId: string | null;
  doneAt: Date | null;
  doneBy: string | null;
  note: string | null;
  skipReason: string | null;
}

/** One line of history. */
export interface EventRow {
  incidentId: string;
  at: Date;
  actor: string;
  action: string;
  detail: string | null;
}

const INCIDENT = `id, store_id AS "storeId", terminal_id AS "terminalId", gateway_id AS "gatewayId", kind, state, business_day AS "businessDay",
  batch_no AS "batchNo", source_epoch AS "sourceEpoch", source_seq AS "sourceSeq", cause, amount_minor AS "amountMinor", currency, opened_at AS "openedAt", due_at AS "dueAt",
  acknowledged_at AS "acknowledgedAt", acknowledged_by AS "acknowledgedBy", resolved_at AS "resolvedAt"`;
const STEP = `id, store_id AS "storeId", incident_id AS "incidentId", position, key, role, mode, action, check_kind AS "checkKind",
  note_required AS "noteRequired", due_at AS "dueAt", state, check_passed AS "checkPassed", checked_at AS "checkedAt",
  check_detail AS "checkDetail", command_id AS "commandId", done_at AS "doneAt", done_by AS "doneBy", note, skip_reason AS "skipReason"`;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** True for what PostgreSQL reads as a uuid in its usual writing. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Kinds of the incidents there are, or were, for a terminal's business day. */
export async function kindsOf(
  ctx: WorkContext,
  storeId: string,
  terminalId: string,
  businessDay: string,
): Promise<{ id: string; kind: IncidentKind; state: IncidentState }[]> {
  return await ctx.tx.query(
    'SELECT id, kind, state FROM incident WHERE store_id = $1 AND terminal_id = $2 AND business_day = $3 ORDER BY opened_at DESC',
    [storeId, terminalId, businessDay],
  );
}

/** Stores a new incident with its steps. False when one of the kind is unresolved already: then nothing is stored. */
export async function insertIncident(ctx: WorkContext, i: IncidentRow, steps: readonly (PlannedStep & { id: string })[]): Promise<boolean> {
  const inserted: unknown[] = await ctx.tx.query(
    `INSERT INTO incident (id, store_id, terminal_id, gateway_id, kind, state, business_day, batch_no, source_epoch, source_seq, cause,
                           amount_minor, currency, opened_at, due_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING RETURNING id`,
    [
      i.id,
      i.storeId,
      i.terminalId,
      i.gatewayId,
      i.kind,
      i.state,
      i.businessDay,
      i.batchNo,
      i.sourceEpoch,
      i.sourceSeq,
      i.cause,
      i.amountMinor,
      i.currency,
      i.openedAt,
      i.dueAt,
    ],
  );
  if (inserted.length === 0) return false;
  for (const s of steps) {
    await ctx.tx.query(
      `INSERT INTO incident_step (store_id, incident_id, position, id, key, role, mode, action, check_kind, note_required, due_at, state)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        i.storeId,
        i.id,
        s.position,
        s.id,
        s.key,
        s.role,
        s.mode,
        s.action ?? null,
        s.check ?? null,
        s.noteRequired ?? false,
        s.dueAt,
        s.state,
      ],
    );
  }
  return true;
}

/** Reads an incident the actor sees and keeps others from changing it until the end of the transaction. */
export async function lockIncident(ctx: WorkContext, id: string): Promise<IncidentRow | undefined> {
  if (!isUuid(id)) return undefined;
  const rows: IncidentRow[] = await ctx.tx.query(`SELECT ${INCIDENT} FROM incident WHERE id = $1 FOR UPDATE`, [id]);
  return rows[0];
}

/** Incidents by id, as far as the actor sees them. */
export async function findIncidents(ctx: WorkContext, ids: readonly string[]): Promise<IncidentRow[]> {
  return await ctx.tx.query(`SELECT ${INCIDENT} FROM incident WHERE id = ANY($1::uuid[])`, [ids.filter(isUuid)]);
}

/** Unresolved incidents of these terminals of a store. */
export async function unresolvedOf(ctx: WorkContext, storeId: string, terminalIds: readonly string[]): Promise<IncidentRow[]> {
  // In the order of their ids: whoever locks several locks them in the same order.
  return await ctx.tx.query(
    `SELECT ${INCIDENT} FROM incident WHERE store_id = $1 AND terminal_id = ANY($2::text[]) AND state <> 'resolved' ORDER BY id`,
    [storeId, terminalIds],
  );
}

/** Unresolved incidents whose current step telemetry could decide. */
export async function unresolvedWithChecks(ctx: WorkContext, limit: number): Promise<IncidentRow[]> {
  return await ctx.tx.query(
    `SELECT ${INCIDENT} FROM incident i WHERE state <> 'resolved' AND EXISTS (SELECT 1 FROM incident_step s
      WHERE s.store_id = i.store_id AND s.incident_id = i.id AND s.check_kind IS NOT NULL AND s.state IN ('ready', 'running'))
      ORDER BY opened_at LIMIT $1`,
    [limit],
  );
}

/** Writes state, acknowledgement and resolution. */
export async function updateIncident(ctx: WorkContext, i: IncidentRow): Promise<void> {
  await ctx.tx.query(
    'UPDATE incident SET state = $3, acknowledged_at = $4, acknowledged_by = $5, resolved_at = $6 WHERE store_id = $1 AND id = $2',
    [i.storeId, i.id, i.state, i.acknowledgedAt, i.acknowledgedBy, i.resolvedAt],
  );
}

/** Steps of incidents, in order. */
export async function stepsOf(ctx: WorkContext, incidentIds: readonly string[]): Promise<StepRow[]> {
  return await ctx.tx.query(`SELECT ${STEP} FROM incident_step WHERE incident_id = ANY($1::uuid[]) ORDER BY incident_id, position`, [
    incidentIds,
  ]);
}

/** The incident a command belongs to. */
export async function incidentOfCommand(ctx: WorkContext, storeId: string, commandId: string): Promise<{ incidentId: string } | undefined> {
  const rows: { incidentId: string }[] = await ctx.tx.query(
    'SELECT incident_id AS "incidentId" FROM incident_step WHERE store_id = $1 AND command_id = $2',
    [storeId, commandId],
  );
  return rows[0];
}

/** Writes everything of a step that can change. */
export async function updateStep(ctx: WorkContext, s: StepRow): Promise<void> {
  await ctx.tx.query(
    `UPDATE incident_step SET state = $4, check_passed = $5, checked_at = $6, check_detail = $7, command_id = $8, done_at = $9, done_by = $10,
            note = $11, skip_reason = $12
      WHERE store_id = $1 AND incident_id = $2 AND position = $3`,
    [
      s.storeId,
      s.incidentId,
      s.position,
      s.state,
      s.checkPassed,
      s.checkedAt,
      s.checkDetail,
      s.commandId,
      s.doneAt,
      s.doneBy,
      s.note,
      s.skipReason,
    ],
  );
}

/** Adds a line of history. With `source`, once: false when it was written before. */
export async function insertEvent(
  ctx: WorkContext,
  incident: IncidentRow,
  action: string,
  detail: string | null,
  source: string | null,
): Promise<boolean> {
  const rows: unknown[] = await ctx.tx.query(
    `INSERT INTO incident_event (store_id, incident_id, at, actor, action, detail, source) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (store_id, incident_id, source) DO NOTHING RETURNING 1`,
    [incident.storeId, incident.id, ctx.now(), ctx.actor.name, action, detail, source],
  );
  return rows.length > 0;
}

/** True when a line of history of any incident of the store was written because of this. */
export async function sourceIsKnown(ctx: WorkContext, storeId: string, source: string): Promise<boolean> {
  const rows: unknown[] = await ctx.tx.query('SELECT 1 FROM incident_event WHERE store_id = $1 AND source = $2 LIMIT 1', [storeId, source]);
  return rows.length > 0;
}

/** Histories of incidents, oldest first. */
export async function eventsOf(ctx: WorkContext, incidentIds: readonly string[]): Promise<EventRow[]> {
  return await ctx.tx.query(
    'SELECT incident_id AS "incidentId", at, actor, action, detail FROM incident_event WHERE incident_id = ANY($1::uuid[]) ORDER BY incident_id, seq',
    [incidentIds],
  );
}

/** What was done under an idempotency key before; undefined when nothing was. */
export async function findAction(
  ctx: WorkContext,
  storeId: string,
  personId: string,
  key: string,
): Promise<{ request: string } | undefined> {
  const rows: { request: string }[] = await ctx.tx.query(
    'SELECT request FROM incident_action WHERE store_id = $1 AND person_id = $2 AND idempotency_key = $3',
    [storeId, personId, key],
  );
  return rows[0];
}

/** Remembers what was done under an idempotency key. */
export async function insertAction(ctx: WorkContext, incident: IncidentRow, personId: string, key: string, request: string): Promise<void> {
  await ctx.tx.query(
    'INSERT INTO incident_action (store_id, person_id, idempotency_key, incident_id, request, at) VALUES ($1, $2, $3, $4, $5, $6)',
    [incident.storeId, personId, key, incident.id, request, ctx.now()],
  );
}

function where(filter: IncidentFilterInput | null | undefined): { sql: string; params: unknown[] } {
  const params: unknown[] = [];
  const terms = ['true'];
  if (filter?.storeId) terms.push(`store_id = $${params.push(filter.storeId)}`);
  if (filter?.state) terms.push(`state = ANY($${params.push(filter.state)})`);
  if (filter?.kind) terms.push(`kind = ANY($${params.push(filter.kind)})`);
  return { sql: terms.join(' AND '), params };
}

/** One page, newest first, one row more than the page. */
export async function listIncidents(
  ctx: WorkContext,
  filter: IncidentFilterInput | null | undefined,
  page: PageRequest,
): Promise<IncidentRow[]> {
  const { sql, params } = where(filter);
  const after = page.after ? ` AND (opened_at, id) < ($${params.push(page.after[0])}, $${params.push(page.after[1])}::uuid)` : '';
  return await ctx.tx.query(
    `SELECT ${INCIDENT} FROM incident WHERE ${sql}${after} ORDER BY opened_at DESC, id DESC LIMIT $${params.push(page.limit)}`,
    params,
  );
}

/** How many incidents the filter finds. */
export async function countIncidents(ctx: WorkContext, filter: IncidentFilterInput | null | undefined): Promise<number> {
  const { sql, params } = where(filter);
  const rows: { count: number }[] = await ctx.tx.query(`SELECT count(*) AS count FROM incident WHERE ${sql}`, params);
  return rows[0]!.count;
}

/** Unresolved incidents per store. */
export async function countUnresolved(ctx: WorkContext, storeIds: readonly string[]): Promise<Map<string, number>> {
  const rows: { storeId: string; count: number }[] = await ctx.tx.query(
    `SELECT store_id AS "storeId", count(*) AS count FROM incident WHERE state <> 'resolved' AND store_id = ANY($1) GROUP BY store_id`,
    [storeIds],
  );
  return new Map(rows.map((row) => [row.storeId, row.count]));
}
