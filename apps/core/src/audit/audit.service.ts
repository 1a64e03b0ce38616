import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { WorkContext } from '../database/index.js';
import {
  AUDIT_GENESIS,
  type AuditHead,
  type AuditRecord,
  auditHash,
  type ChainedRecord,
  canonicalJson,
  followChain,
} from './audit.rules.js';
import { readAuditHead, readChainFrom } from './audit.store.js';

/** Stable names of what is recorded; the dashboard has its texts by them. */
export type AuditAction =
  | 'session.opened'
  | 'session.refused'
  | 'session.closed'
  | 'person.provisioned'
  | 'policy.provisioned'
  | 'policy.updated'
  | 'incident.opened'
  | 'incident.acknowledged'
  | 'incident.stepDone'
  | 'incident.stepSkipped'
  | 'incident.resolved'
  | 'command.created'
  | 'command.finished'
  | 'settlement.requested'
  | 'settlement.approved'
  | 'settlement.refused'
  | 'settlement.withdrawn'
  | 'batch.evidenceFrozen'
  | 'batch.uploadRecorded'
  | 'quiz.passed'
  | 'quiz.failed'
  | 'certificate.provisioned'
  | 'acquirer.saved'
  | 'acquirer.mapped'
  | 'statement.arrived'
  | 'statement.imported'
  | 'statement.refused'
  | 'statement.withdrawalRequested'
  | 'statement.withdrawalApproved'
  | 'statement.withdrawalRefused'
  | 'statement.withdrawalTakenBack'
  | 'statement.withdrawn'
  | 'reconciliation.requested'
  | 'reconciliation.setting'
  | 'reconciliation.done'
  | 'difference.assigned'
  | 'difference.resolved'
  | 'difference.accepted'
  | 'difference.reopened'
  | 'provider.terms'
  | 'provider.termsProposed'
  | 'provider.termsRefused'
  | 'provider.termsTakenBack'
  | 'export.made'
  | 'remedy.requested'
  | 'remedy.approved'
  | 'remedy.refused'
  | 'remedy.withdrawn'
  | 'enrolment.claimIssued'
  | 'gateway.enrolled'
  | 'gateway.renewed'
  | 'gateway.revoked'
  | 'fleetRequest.asked'
  | 'fleetRequest.approved'
  | 'fleetRequest.refused'
  | 'fleetRequest.withdrawn'
  | 'fleetRequest.expired';

/** What a service says about one decision. `detail` must be JSON without secrets and without personal data beyond ids. */
export interface AuditStatement {
  action: AuditAction;
  storeId: string | null;
  /** What it is about, as `<kind>:<id>`. */
  subject: string;
  /** One English sentence for people. */
  summary: string;
  detail?: Record<string, unknown>;
  /** Who it was when that isn't the unit of work's actor (somebody who is just signing in). */
  actor?: { id: string | null; name: string; role: string };
}

/** How a verification of the whole log ended. */
export interface AuditVerification {
  intact: boolean;
  entries: number;
  headHash: string;
  firstBrokenIndex: number | null;
  checkedAt: Date;
}

/** Rows read at a time while verifying. */
const VERIFY_PAGE = 2_000;

/** The hash-chained audit log. */
@Injectable()
export class AuditLog {
  /**
   * A1: appends in the caller's transaction, so that an entry exists exactly when its effect does. Appenders wait for each other on the
   * head row until they commit: call it last in a unit of work.
   */
  async append(ctx: WorkContext, statement: AuditStatement): Promise<void> {
    const rows: AuditHead[] = await ctx.tx.query('SELECT entries, hash FROM audit_head FOR UPDATE');
    const head = rows[0];
    if (head === undefined) throw new Error('the audit log has no head row');
    const record: AuditRecord = {
      index: head.entries,
      id: randomUUID(),
      at: ctx.now().toISOString(),
      ...actorOf(ctx, statement),
      action: statement.action,
      storeId: statement.storeId,
      subject: statement.subject,
      summary: statement.summary,
      detail: canonicalJson(statement.detail ?? {}),
    };
    const hash = auditHash(head.hash, record);
    await ctx.tx.query(
      `INSERT INTO audit_entry (index, id, at, actor, actor_id, actor_role, action, store_id, subject, summary, detail, prev_hash, hash)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        record.index,
        record.id,
        record.at,
        record.actor,
        record.actorId,
        record.actorRole,
        record.action,
        record.storeId,
        record.subject,
        record.summary,
        record.detail,
        head.hash,
        hash,
      ],
    );
    await ctx.tx.query('UPDATE audit_head SET entries = $1, hash = $2', [record.index + 1, hash]);
  }

  /** A3: recomputes every hash and compares the end with the head. The actor must see all stores, or entries would seem missing. */
  async verify(ctx: WorkContext): Promise<AuditVerification> {
    if (ctx.actor.stores !== '*') throw new Error('the audit log can be verified only by somebody who sees all of it');
    const head = await readAuditHead(ctx);
    const result = (broken: number | null): AuditVerification => ({
      intact: broken === null,
      entries: head.entries,
      headHash: head.hash,
      firstBrokenIndex: broken,
      checkedAt: ctx.now(),
    });
    let prev = AUDIT_GENESIS;
    let index = 0;
    while (index < head.entries) {
      const page: ChainedRecord[] = await readChainFrom(ctx, index, Math.min(VERIFY_PAGE, head.entries - index));
      if (page.length === 0) return result(index);
      const followed = followChain(prev, index, page);
      if (!followed.ok) return result(followed.brokenIndex);
      prev = followed.hash;
      index += page.length;
    }
    return result(prev === head.hash ? null : Math.max(0, head.entries - 1));
  }
}

function actorOf(ctx: WorkContext, { actor }: AuditStatement): Pick<AuditRecord, 'actor' | 'actorId' | 'actorRole'> {
  if (actor) return { actor: actor.name, actorId: actor.id, actorRole: actor.role };
  if (ctx.actor.kind === 'system') return { actor: ctx.actor.name, actorId: null, actorRole: 'system' };
  return { actor: ctx.actor.name, actorId: ctx.actor.id, actorRole: ctx.actor.role };
}
