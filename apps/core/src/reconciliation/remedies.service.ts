import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/index.js';
import type { WorkContext } from '../database/index.js';
import {
  invalidInput,
  noteRefusal,
  type PersonActor,
  type RefusalOf,
  refuse,
  requestPending,
  requiredNoteRefusal,
} from '../graphql/index.js';
import {
  type DifferenceRow,
  findDifferences,
  lockDifferences,
  partnersOf,
  recordDifference,
  updateDifference,
} from './differences.store.js';
import { Reconciliation } from './reconciliation.service.js';
import { lockPairs, readSetting } from './reconciliation.store.js';
import {
  decideRemedy,
  insertCorrectingEntry,
  insertForcedMatch,
  insertRemedy,
  isRowCurrent,
  lockRemedy,
  type RemedyRow,
  sumOfEntries,
  waitingRemedies,
} from './remedies.store.js';
import {
  afterDecision,
  differencesOf,
  entryRefusal,
  isAsRead,
  isHeadquartersWork,
  isSameRequest,
  leftMinor,
  loneSide,
  pairRefusal,
  type RemedyDecision,
  type RemedyWish,
  remediesOpenTo,
  remedyContent,
  remedyDigest,
  standsInTheWay,
} from './remedy.rules.js';

/** What asking for a remedy, or deciding one, can be refused for. */
export type RemedyRefusal = RefusalOf<
  'notFound' | 'notAllowed' | 'alreadyDone' | 'invalidInput' | 'ownRequest' | 'contentChanged' | 'requestPending'
>;

/** Remedies that need two people. The only writer of remedy_request, correcting_entry and forced pairs. */
@Injectable()
export class Remedies {
  constructor(
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Reconciliation) private readonly reconciliation: Reconciliation,
  ) {}

  /** M5: differences that one of a lone side can be matched with, the likeliest first; none for any other, or for one the actor doesn't see. */
  async partners(ctx: WorkContext, differenceId: string): Promise<DifferenceRow[]> {
    const [row] = await findDifferences(ctx, [differenceId]);
    if (row === undefined || !remediesOpenTo(row, (ctx.actor as PersonActor).role).includes('forceMatch')) return [];
    const { amountToleranceMinor } = await readSetting(ctx, row.acquirerId);
    const toleranceMinor = amountToleranceMinor[row.currency] ?? 0;
    const isTerminal = loneSide(row) === 'terminal';
    return (await partnersOf(ctx, row, toleranceMinor)).filter(
      (other) => (isTerminal ? pairRefusal(row, other, toleranceMinor) : pairRefusal(other, row, toleranceMinor)) === undefined,
    );
  }

  /** Asks for a remedy. Nothing happens until somebody else approves it. Who asks for the same once more gets the request that waits (M7). */
  async request(ctx: WorkContext, wish: RemedyWish, reason: string): Promise<RemedyRow | RemedyRefusal> {
    const actor = ctx.actor as PersonActor;
    const text = reason.trim();
    const wrong = requiredNoteRefusal(text, 'reason');
    if (wrong !== undefined) return wrong;
    const rows = await this.#concerned(ctx, wish);
    if (!Array.isArray(rows)) return rows;
    const content = remedyContent(wish, rows);
    const waiting = (await waitingRemedies(ctx, rows[0]!.storeId, content)).find((one) => standsInTheWay(one.content, content));
    if (waiting !== undefined) {
      if (isSameRequest(waiting, { content, reason: text, requestedBy: actor.id })) return waiting;
      return requestPending(waiting.id, `What ${waiting.requestedName} asked for waits for a decision: it is decided or taken back first.`);
    }
    const request: Omit<RemedyRow, 'digest'> = {
      storeId: rows[0]!.storeId,
      id: randomUUID(),
      kind: content.kind,
      content,
      headquartersWork: isHeadquartersWork(rows),
      state: 'requested',
      reason: text,
      requestedBy: actor.id,
      requestedName: actor.name,
      requestedAt: ctx.now(),
      decidedBy: null,
      decidedName: null,
      decidedAt: null,
      decisionNote: null,
    };
    const remedy: RemedyRow = { ...request, digest: remedyDigest(request) };
    await insertRemedy(ctx, remedy);
    for (const row of rows) await recordDifference(ctx, row, 'remedyRequested', `${content.kind}: ${text}`);
    await this.#told(ctx, remedy, 'remedy.requested', rows);
    return remedy;
  }

  /** Decides about a request that was read with this digest. An approved one takes effect in the same transaction. */
  async decide(ctx: WorkContext, id: string, digest: string, decision: RemedyDecision, note: string): Promise<RemedyRow | RemedyRefusal> {
    const actor = ctx.actor as PersonActor;
    const wrong = noteRefusal(note);
    if (wrong !== undefined) return wrong;
    const known = await lockRemedy(ctx, id);
    if (known === undefined) return refuse('notFound', 'There is no such request.');
    // What is stored is what was read, or somebody changed the database by other means.
    if (remedyDigest(known) !== known.digest) throw new Error(`the remedy ${id} is not what its digest says`);
    const state = afterDecision(known, decision, digest, actor);
    if (typeof state !== 'string') return state;
    const decided: RemedyRow = {
      ...known,
      state,
      decidedBy: actor.id,
      decidedName: actor.name,
      decidedAt: ctx.now(),
      decisionNote: note.trim() || null,
    };
    if (state === 'approved') {
      if (known.content.kind === 'forceMatch') await this.#lockPairs(ctx, known.content.terminalDifferenceId);
      const rows = await this.#concerned(ctx, known.content);
      if (!Array.isArray(rows)) return rows;
      // Whose work it is could change until the differences were locked.
      const still = afterDecision({ ...known, headquartersWork: isHeadquartersWork(rows) }, decision, digest, actor);
      if (typeof still !== 'string') return still;
      if (!isAsRead(known.content, rows)) return refuse('contentChanged', 'The differences changed since this was asked for: ask anew.');
      await decideRemedy(ctx, decided);
      await this.#apply(ctx, decided, rows);
      await this.#told(ctx, decided, 'remedy.approved', rows);
      return decided;
    }
    await decideRemedy(ctx, decided);
    await this.#told(ctx, decided, state === 'refused' ? 'remedy.refused' : 'remedy.withdrawn', []);
    return decided;
  }

  /** A run that is under way ends first: it may be about to pair one of the rows otherwise. */
  async #lockPairs(ctx: WorkContext, differenceId: string): Promise<void> {
    const [difference] = await findDifferences(ctx, [differenceId]);
    if (difference !== undefined) await lockPairs(ctx, difference.acquirerId);
  }

  /** The differences a remedy is about, locked; a refusal when it can't be applied to them (any more). */
  async #concerned(ctx: WorkContext, wish: RemedyWish): Promise<DifferenceRow[] | RemedyRefusal> {
    const ids = differencesOf(wish);
    const found = new Map((await lockDifferences(ctx, ids)).map((row) => [row.id, row]));
    const rows = ids.flatMap((id) => found.get(id) ?? []);
    if (rows.length < ids.length || ids[0] === ids[1]) return refuse('notFound', 'There is no such difference.');
    if (rows.some((row) => row.state === 'resolved' || row.state === 'accepted'))
      return refuse('alreadyDone', 'The difference was dealt with.');
    for (const row of rows)
      if (!(await isRowCurrent(ctx, row)))
        return refuse('contentChanged', 'The statement was corrected or withdrawn: what it says now is about to be compared.');
    const first = rows[0]!;
    if (wish.kind === 'correctingEntry') return entryRefusal(first, wish, leftMinor(first, await sumOfEntries(ctx, first))) ?? rows;
    const acquirer = rows[1]!;
    if (
      first.paymentId === null ||
      acquirer.fileId === null ||
      first.storeId !== acquirer.storeId ||
      first.acquirerId !== acquirer.acquirerId
    )
      return invalidInput('acquirerDifferenceId', 'Expected a transaction and a row of a statement, of one store and one acquirer.');
    for (const row of rows)
      if ((await sumOfEntries(ctx, row)) !== 0)
        return refuse('alreadyDone', 'Correcting entries make up for some of it: both would count.');
    const { amountToleranceMinor } = await readSetting(ctx, first.acquirerId);
    return pairRefusal(first, acquirer, amountToleranceMinor[first.currency] ?? 0) ?? rows;
  }

  async #apply(ctx: WorkContext, remedy: RemedyRow, rows: readonly DifferenceRow[]): Promise<void> {
    const { content } = remedy;
    const first = rows[0]!;
    if (content.kind === 'correctingEntry') {
      await insertCorrectingEntry(ctx, {
        storeId: first.storeId,
        id: randomUUID(),
        requestId: remedy.id,
        differenceId: first.id,
        businessDay: first.businessDay,
        terminalId: first.terminalId,
        amountMinor: content.amountMinor,
        currency: content.currency,
        reason: remedy.reason,
        enteredAt: ctx.now(),
        requestedBy: remedy.requestedBy,
        approvedBy: remedy.decidedBy!,
      });
      const left = leftMinor(first, await sumOfEntries(ctx, first));
      if (left !== 0) {
        await updateDifference(ctx, first);
        await recordDifference(ctx, first, 'corrected', `${content.amountMinor} minor units of ${first.currency}; ${left} are left`);
        return;
      }
    } else {
      const acquirer = rows[1]!;
      await insertForcedMatch(ctx, {
        storeId: first.storeId,
        paymentId: first.paymentId!,
        fileId: acquirer.fileId!,
        rowNo: acquirer.rowNo!,
        acquirerId: first.acquirerId,
        terminalDay: first.businessDay,
        acquirerDay: acquirer.businessDay,
        requestId: remedy.id,
      });
      const days = rows.map((row) => row.businessDay).sort();
      await this.reconciliation.request(ctx, first.acquirerId, days[0]!, days.at(-1)!, `remedy ${remedy.id}`);
    }
    for (const row of rows) {
      await updateDifference(ctx, {
        ...row,
        state: 'resolved',
        endedBy: `${remedy.requestedName}, ${remedy.decidedName}`,
        note: remedy.reason,
      });
      await recordDifference(
        ctx,
        row,
        'resolved',
        `${remedy.kind} asked for by ${remedy.requestedName}, approved by ${remedy.decidedName}`,
      );
    }
  }

  async #told(
    ctx: WorkContext,
    remedy: RemedyRow,
    action: 'remedy.requested' | 'remedy.approved' | 'remedy.refused' | 'remedy.withdrawn',
    rows: readonly DifferenceRow[],
  ): Promise<void> {
    ctx.changed({ stores: [remedy.storeId] });
    await this.audit.append(ctx, {
      action,
      storeId: remedy.storeId,
      subject: `remedy:${remedy.id}`,
      summary: `${remedy.kind} ${remedy.state}: ${remedy.reason}`,
      detail: {
        remedyId: remedy.id,
        digest: remedy.digest,
        content: remedy.content,
        differences: rows.map((row) => row.id),
        requestedBy: remedy.requestedBy,
      },
    });
  }
}
