import { Inject, Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/index.js';
import type { WorkContext } from '../database/index.js';
import { invalidInput, type PersonActor, type RefusalOf, type Role, refuse } from '../graphql/index.js';
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
import { reopenNeedlesslyCorrected } from './needless-entries.store.js';
import { ownersOf } from './owners.store.js';

/** Most differences acted on together. */
export const MAX_AT_ONCE = 500;

/** What an act on differences can be refused for. */
export type DifferenceRefusal = RefusalOf<'notFound' | 'notAllowed' | 'alreadyDone' | 'invalidInput'>;

/** Differences as people's work. With a run's outcome and the remedies, the only writer of difference and difference_event. */
@Injectable()
export class Differences {
  constructor(@Inject(AuditLog) private readonly audit: AuditLog) {}

  /** Brings the differences of a run's days up to what it found. */
  async keep(ctx: WorkContext, runId: string, scope: MatchingScope, cause: string): Promise<void> {
    const stores = [...(await keepFound(ctx, runId, scope, cause)), ...(await reopenNeedlesslyCorrected(ctx, runId, scope))];
    if (stores.length > 0) ctx.changed({ stores: [...new Set(stores)] });
  }

  /** D4: gives differences to a person, or to everybody of a role; all of them or none. A person's role is known, and needn't be said. */
  async assign(
    ctx: WorkContext,
    ids: readonly string[],
    to: { readonly role: Role | null; readonly personId: string | null },
  ): Promise<DifferenceRow[] | DifferenceRefusal> {
    if (to.personId === null)
      return to.role === null
        ? invalidInput('role', 'A role or a person is needed.')
        : await this.act(ctx, ids, { kind: 'assign', role: to.role, person: null });
    const rows = await findDifferences(ctx, ids.slice(0, MAX_AT_ONCE));
    if (rows.length === 0) return refuse('notFound', 'There is no such difference.');
    const [person] = await ownersOf(ctx, [...new Set(rows.map((row) => row.storeId))], to.personId);
    if (person === undefined) return invalidInput('personId', 'This person can’t work on differences of these stores.');
    if (to.role !== null && to.role !== person.role) return invalidInput('role', 'This person has another role.');
    return await this.act(ctx, ids, { kind: 'assign', role: person.role, person });
  }

  /** Does one thing with one or many differences: all of them or none. */
  async act(ctx: WorkContext, ids: readonly string[], act: DifferenceAct): Promise<DifferenceRow[] | DifferenceRefusal> {
    const actor = ctx.actor as PersonActor;
    const wanted = [...new Set(ids)];
    if (wanted.length === 0 || wanted.length > MAX_AT_ONCE) return invalidInput('ids', `Expected 1 to ${MAX_AT_ONCE} differences.`);
    const rows = await lockDifferences(ctx, wanted);
    if (rows.length < wanted.length) return refuse('notFound', 'There is no such difference.');
    const changed: DifferenceRow[] = [];
    for (const row of rows) {
      const state = afterAct(row, act, actor.role);
      if (typeof state !== 'string') return state;
      changed.push(applied(row, state, act, actor));
    }
    for (const row of changed) {
      await updateDifference(ctx, row);
      await recordDifference(
        ctx,
        row,
        WORD[act.kind],
        act.kind === 'assign' ? [act.role, ...(act.person === null ? [] : [act.person.name])].join(' ') : act.note.trim(),
      );
    }
    ctx.changed({ stores: [...new Set(changed.map((row) => row.storeId))] });
    for (const [storeId, own] of Map.groupBy(changed, (row) => row.storeId)) {
      await this.audit.append(ctx, {
        action: `difference.${WORD[act.kind]}`,
        storeId,
        subject: own.length === 1 ? `difference:${own[0]!.id}` : `store:${storeId}`,
        summary: `${own.length} ${own.length === 1 ? 'difference' : 'differences'} ${WORD[act.kind]}`,
        detail: { differenceIds: own.map((row) => row.id), act: toldAct(act) },
      });
    }
    return await findDifferences(ctx, wanted);
  }
}

const WORD = { assign: 'assigned', resolve: 'resolved', accept: 'accepted', reopen: 'reopened' } as const;

function applied(row: DifferenceRow, state: DifferenceRow['state'], act: DifferenceAct, actor: PersonActor): DifferenceRow {
  if (act.kind === 'assign')
    return { ...row, state, ownerRole: act.role, ownerId: act.person?.id ?? null, ownerName: act.person?.name ?? null };
  return act.kind === 'reopen'
    ? { ...row, state, endedBy: null, note: null }
    : { ...row, state, endedBy: actor.name, note: act.note.trim() };
}

/** An act as the audit log has it: people by their ids. */
function toldAct(act: DifferenceAct): object {
  return act.kind === 'assign' ? { kind: act.kind, role: act.role, personId: act.person?.id ?? null } : act;
}
