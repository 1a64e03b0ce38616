import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/index.js';
import { isTransient, systemActor, UnitOfWork, type WorkContext } from '../database/index.js';
import { noteRefusal, type PersonActor, type RefusalOf, reasonRefusal, refuse } from '../graphql/index.js';
import { type Log, reasonOf } from '../logging.js';
import { Outbox } from '../outbox/index.js';
import { LOG } from '../platform.js';
import { StatementImporter } from './statements.importer.js';
import { filesToWithdraw, findFiles, markWithdrawing, type StatementFileRow } from './statements.store.js';
import { afterWithdrawalDecision, type WithdrawalDecision, withdrawalDigest } from './withdrawals.rules.js';
import { decideWithdrawal, insertWithdrawal, lockWithdrawal, newestWithdrawals, type WithdrawalRow } from './withdrawals.store.js';

const SYSTEM = systemActor('statements');
/** Outbox topic that wakes whoever withdraws files. */
export const WITHDRAWAL_TOPIC = 'statements.withdrawal';

/** What asking to withdraw a file, or deciding about it, can be refused for. */
export type WithdrawalRefusal = RefusalOf<'notFound' | 'notAllowed' | 'alreadyDone' | 'invalidInput' | 'ownRequest' | 'contentChanged'>;

/** F11: takes files back that never should have counted: two people of headquarters, always. Carried out after the second one's commit, by some core. The only writer of statement_withdrawal. */
@Injectable()
export class Withdrawals {
  constructor(
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(StatementImporter) private readonly importer: StatementImporter,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(LOG) private readonly log: Log,
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

  /** Decides about a request that was read with this digest. After an approval the file is being withdrawn: {@link carryOut} is woken by the commit, and nothing takes it back. */
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
    if (!(await markWithdrawing(ctx, file!.id))) return refuse('alreadyDone', 'The file is not current any more.');
    await decideWithdrawal(ctx, decided);
    await this.#told(ctx, decided, file!, 'statement.withdrawalApproved', {});
    await this.outbox.add(ctx, WITHDRAWAL_TOPIC, { fileId: file!.id });
    return decided;
  }

  /**
   * Withdraws every file that two people withdrew, each in one transaction: its rows count no more, and what they led to is worked out anew. A core that dies leaves the file as it was, and the next one begins
   * again; of two cores one waits for the other. Throws when the database is away; a fault of the program is logged, and the file waits for the next round.
   */
  async carryOut(): Promise<void> {
    for (const { id } of await this.work.run(SYSTEM, (ctx) => filesToWithdraw(ctx))) {
      try {
        await this.work.run(SYSTEM, (ctx) => this.#withdraw(ctx, id));
      } catch (error) {
        if (isTransient(error)) throw error;
        this.log.error({ file: id, reason: reasonOf(error), stack: (error as Error).stack }, 'a statement could not be withdrawn');
      }
    }
  }

  async #withdraw(ctx: WorkContext, fileId: string): Promise<void> {
    const started = performance.now();
    const heirs = await this.importer.withdraw(ctx, fileId);
    // Another core did it meanwhile.
    if (heirs === undefined) return;
    const [file] = await findFiles(ctx, [fileId]);
    const approved = (await newestWithdrawals(ctx, [fileId])).get(fileId)!;
    await this.#told(ctx, approved, file!, 'statement.withdrawn', { inItsPlace: heirs.map((heir) => heir.id) });
    ctx.afterCommit(() =>
      this.log.info(
        { file: fileId, rows: file!.rowsRead, durationMs: Math.round(performance.now() - started) },
        'a statement was withdrawn',
      ),
    );
  }

  async #told(
    ctx: WorkContext,
    withdrawal: WithdrawalRow,
    file: StatementFileRow,
    action: `statement.${'withdrawalRequested' | 'withdrawalApproved' | 'withdrawalRefused' | 'withdrawalTakenBack' | 'withdrawn'}`,
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
