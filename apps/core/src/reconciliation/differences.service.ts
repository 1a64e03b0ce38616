import { Inject, Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/index.js';
import type { WorkContext } from '../database/index.js';
import { invalidInput, type PersonActor, type RefusalOf, refuse } from '../graphql/index.js';
import { afterAct, type DifferenceAct } from './difference.rules.js';
import {
  type DifferenceRow,
  findDifferences,
  keepFound,
  lockDifferences,
  recordDifference,
  updateDifference,
} from './differences.store.js';
import type { MatchingScope } from './matching.sql.js';

/** Differences acted on together. */
const MAX_AT_ONCE = 500;

/** What an act on differences can be refused for. */
export type DifferenceRefusal = RefusalOf<'notFound' | 'notAllowed' | 'alreadyDone' | 'invalidInput'>;

/** Differences as people's work. With a run's outcome and the remedies, the only writer of difference and difference_event. */
@Injectable()
export class Differences {
  constructor(@Inject(AuditLog) private readonly audit: AuditLog) {}

  /** Brings the differences of a run's days up to what it found. */
  async keep(ctx: WorkContext, runId: string, scope: MatchingScope): Promise<void> {
    const stores = await keepFound(ctx, runId, scope);
    if (stores.length > 0) ctx.changed({ stores });
  }

  /** Does one thing with one or many differences: all of them or none. */
  async act(ctx: WorkContext, ids: readonly string[], act: DifferenceAct): Promise<DifferenceRow[] | DifferenceRefusal> {
    const actor = ctx.actor as PersonActor;
    if (actor.role !== 'hq' && actor.role !== 'manager')
      return refuse('notAllowed', 'Differences are worked on by managers and headquarters.');
    const wanted = [...new Set(ids)];
    if (wanted.length === 0 || wanted.length > MAX_AT_ONCE) return invalidInput('ids', `Expected 1 to ${MAX_AT_ONCE} differences.`);
    const rows = await lockDifferences(ctx, wanted);
    if (rows.length < wanted.length) return refuse('notFound', 'There is no such difference.');
    if (act.kind === 'assign' && act.personId !== null) {
      const refusal = await personRefusal(ctx, act.personId, rows);
      if (refusal !== undefined) return refusal;
    }
    const changed: DifferenceRow[] = [];
    for (const row of rows) {
      const state = afterAct(row.state, act);
      if (typeof state !== 'string') return state;
      changed.push(applied(row, state, act, actor));
    }
    for (const row of changed) {
      await updateDifference(ctx, row);
      await recordDifference(
        ctx,
        row,
        WORD[act.kind],
        act.kind === 'assign' ? `${act.role}${act.personId === null ? '' : ` ${act.personId}`}` : act.note.trim(),
      );
    }
    ctx.changed({ stores: [...new Set(changed.map((row) => row.storeId))] });
    for (const [storeId, own] of Map.groupBy(changed, (row) => row.storeId)) {
      await this.audit.append(ctx, {
        action: `difference.${WORD[act.kind]}`,
        storeId,
        subject: own.length === 1 ? `difference:${own[0]!.id}` : `store:${storeId}`,
        summary: `${own.length} differences ${WORD[act.kind]}`,
        detail: { differenceIds: own.map((row) => row.id), act },
      });
    }
    return await findDifferences(ctx, wanted);
  }
}

const WORD = { assign: 'assigned', resolve: 'resolved', accept: 'accepted', reopen: 'reopened' } as const;

function applied(row: DifferenceRow, state: DifferenceRow['state'], act: DifferenceAct, actor: PersonActor): DifferenceRow {
  if (act.kind === 'assign') return { ...row, state, ownerRole: act.role, ownerId: act.personId };
  return act.kind === 'reopen'
    ? { ...row, state, endedBy: null, note: null }
    : { ...row, state, endedBy: actor.name, note: act.note.trim() };
}

/** Only who sees all of the stores concerned can work on their differences. */
async function personRefusal(
  ctx: WorkContext,
  personId: string,
  rows: readonly DifferenceRow[],
): Promise<RefusalOf<'invalidInput'> | undefined> {
  const stores = [...new Set(rows.map((row) => row.storeId))];
  const found: unknown[] = await ctx.tx.query(
    `SELECT 1 FROM person p WHERE p.id = $1 AND (p.role = 'hq' OR p.role = 'manager' AND NOT EXISTS (
       SELECT 1 FROM unnest($2::text[]) AS s (store_id) WHERE NOT EXISTS (SELECT 1 FROM person_store ps WHERE ps.person_id = p.id AND ps.store_id = s.store_id)))`,
    [personId, stores],
  );
  return found.length > 0 ? undefined : invalidInput('personId', 'This person can’t work on differences of these stores.');
}
