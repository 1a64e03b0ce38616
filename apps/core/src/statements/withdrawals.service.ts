import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/index.js';
import type { WorkContext } from '../database/index.js';
import { noteRefusal, type PersonActor, type RefusalOf, reasonRefusal, refuse } from '../graphql/index.js';
import { StatementImporter } from './statements.importer.js';
import { findFiles, type StatementFileRow } from './statements.store.js';
import { afterWithdrawalDecision, type WithdrawalDecision, withdrawalDigest } from './withdrawals.rules.js';
import { decideWithdrawal, insertWithdrawal, lockWithdrawal, type WithdrawalRow } from './withdrawals.store.js';

/** What asking to withdraw a file, or deciding about it, can be refused for. */
export type WithdrawalRefusal = RefusalOf<'notFound' | 'notAllowed' | 'alreadyDone' | 'invalidInput' | 'ownRequest' | 'contentChanged'>;

/** F11: takes files back that never should have counted: two people of headquarters, always. The only writer of statement_withdrawal. */
@Injectable()
export class Withdrawals {
  constructor(
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(StatementImporter) private readonly importer: StatementImporter,
  ) {}

  /** Asks for it. Nothing happens until somebody else approves. */
  async request(ctx: WorkContext, fileId: string, reason: string): Promise<WithdrawalRow | WithdrawalRefusal> {
    const actor = ctx.actor as PersonActor;
    const text = reason.trim();
    const wrong = reasonRefusal(text);
    if (wrong !== undefined) return wrong;
    const [file] = await findFiles(ctx, [fileId]);
    const refusal = notCurrent(file);
    if (refusal !== undefined) return refusal;
    const asked = { id: randomUUID(), fileId: file!.id, reason: text, requestedBy: actor.id, requestedAt: ctx.now() };
    const withdrawal: WithdrawalRow = {
      ...asked,
      digest: withdrawalDigest(asked, file!.digest),
      state: 'requested',
      requestedName: actor.name,
      decidedBy: null,
      decidedName: null,
      decidedAt: null,
      decisionNote: null,
    };
    if (!(await insertWithdrawal(ctx, withdrawal))) return refuse('alreadyDone', 'It was asked for, and waits for a decision.');
    await this.#told(ctx, withdrawal, file!, 'statement.withdrawalRequested', {});
    return withdrawal;
  }

  /** Decides about a request that was read with this digest. An approved one takes effect in the same transaction: the file's rows count no more, what they led to is worked out anew. */
  async decide(
    ctx: WorkContext,
    id: string,
    digest: string,
    decision: WithdrawalDecision,
    note: string,
  ): Promise<WithdrawalRow | WithdrawalRefusal> {
    const actor = ctx.actor as PersonActor;
    const wrong = noteRefusal(note);
    if (wrong !== undefined) return wrong;
    const known = await lockWithdrawal(ctx, id);
    if (known === undefined) return refuse('notFound', 'There is no such request.');
    const [file] = await findFiles(ctx, [known.fileId]);
    // What is stored is what was read, or somebody changed the database by other means.
    if (withdrawalDigest(known, file!.digest) !== known.digest) throw new Error(`the withdrawal ${id} is not what its digest says`);
    const state = afterWithdrawalDecision(known, decision, digest, actor);
    if (typeof state !== 'string') return state;
    const decided: WithdrawalRow = {
      ...known,
      state,
      decidedBy: actor.id,
      decidedName: actor.name,
      decidedAt: ctx.now(),
      decisionNote: note.trim() || null,
    };
    if (state !== 'approved') {
      await decideWithdrawal(ctx, decided);
      await this.#told(ctx, decided, file!, state === 'refused' ? 'statement.withdrawalRefused' : 'statement.withdrawalTakenBack', {});
      return decided;
    }
    const heirs = await this.importer.withdraw(ctx, file!.id);
    if (heirs === undefined) return refuse('alreadyDone', 'The file is not current any more.');
    await decideWithdrawal(ctx, decided);
    const inItsPlace = heirs.map((heir) => heir.id);
    await this.#told(ctx, decided, file!, 'statement.withdrawn', { inItsPlace });
    return decided;
  }

  async #told(
    ctx: WorkContext,
    withdrawal: WithdrawalRow,
    file: StatementFileRow,
    action: `statement.${'withdrawalRequested' | 'withdrawalRefused' | 'withdrawalTakenBack' | 'withdrawn'}`,
    more: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    ctx.changed({ all: true });
    await this.audit.append(ctx, {
      action,
      storeId: null,
      subject: `statement:${file.id}`,
      summary: `Withdrawal of ${file.name} ${withdrawal.state}: ${withdrawal.reason}`,
      detail: {
        withdrawalId: withdrawal.id,
        fileId: file.id,
        fileDigest: file.digest,
        acquirerId: file.acquirerId,
        digest: withdrawal.digest,
        requestedBy: withdrawal.requestedBy,
        note: withdrawal.decisionNote,
        ...more,
      },
    });
  }
}

function notCurrent(file: StatementFileRow | undefined): RefusalOf<'notFound' | 'alreadyDone'> | undefined {
  if (file === undefined) return refuse('notFound', 'There is no such file.');
  return file.state === 'imported' ? undefined : refuse('alreadyDone', 'Only a file that counts can be withdrawn.');
}
