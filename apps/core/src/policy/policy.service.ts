import { createHash } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { readSettings, resolveSettings, type Settings } from '@tillward/policy';
import { AuditLog, canonicalJson } from '../audit/index.js';
import { systemActor, UnitOfWork, type WorkContext } from '../database/index.js';
import { type PolicyDocumentType, type PolicyLevel, type RefusalValue, refuse } from '../graphql/index.js';
import { type Log, reasonOf } from '../logging.js';
import { Downlink, MqttLink } from '../messaging/index.js';
import { Outbox, type OutboxMessage } from '../outbox/index.js';
import { LOG } from '../platform.js';
import { compileDesired, editRefusal, effectiveChanges, levelsOf, policyValues, type SettingChange } from './policy.rules.js';
import {
  advancePolicyHead,
  insertRevision,
  readGatewaySources,
  readLastRevision,
  readLevels,
  readPolicyHead,
  storeIsVisible,
  writeChanges,
  writeSourcesHash,
} from './policy.store.js';

/** Outbox topic: every gateway gets the document of the version current when the message is worked on. */
const PUBLISH = 'policy.publish';
/** The course whose certificate lets an operator sign on. */
export const OPERATOR_COURSE = 'safe-closing';

const SYSTEM = systemActor('policy');

/** An edit of one level. */
export interface PolicyEdit {
  level: PolicyLevel;
  storeId: string | null;
  expectedVersion: number;
  changes: readonly SettingChange[];
  reason: string;
}

/** Settings given by the chain file. */
export interface ProvisionedSettings {
  chain: Readonly<Record<string, unknown>>;
  stores: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The policy of the chain. The only writer of policy_head, policy_value and policy_revision. */
@Injectable()
export class Policy implements OnModuleInit {
  readonly #opened = Promise.withResolvers<void>();

  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Downlink) private readonly downlink: Downlink,
    @Inject(MqttLink) private readonly link: Pick<MqttLink, 'onConnected'>,
    @Inject(LOG) private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.outbox.handle(PUBLISH, (message) => this.#publish(message));
    // Documents are retained at the broker; one that lost them, or was away when they changed, gets them again whenever core connects.
    this.link.onConnected(() => {
      this.work
        .run(SYSTEM, (ctx) => this.republish(ctx))
        .catch((error: unknown) => this.log.warn({ reason: reasonOf(error) }, 'policy not published again after connecting'));
    });
  }

  /** Lets documents out. Told once provisioning is through: before that, gateways would act on yesterday's hours, or on none. */
  open(): void {
    this.#opened.resolve();
  }

  /** Sends every gateway the current document again. */
  async republish(ctx: WorkContext): Promise<void> {
    // A key of its own: an earlier message may be waiting out a long pause after an outage of the broker.
    await this.outbox.add(ctx, PUBLISH, {}, `again ${ctx.now().getTime()}`);
  }

  /** The version every gateway should have applied. */
  async version(ctx: WorkContext): Promise<number> {
    return (await readPolicyHead(ctx)).version;
  }

  /** The policy of the chain or of one store; undefined for a store the actor doesn't see. */
  async document(ctx: WorkContext, level: PolicyLevel, storeId: string | null): Promise<PolicyDocumentType | undefined> {
    if (level === 'store' && (storeId === null || !(await storeIsVisible(ctx, storeId)))) return undefined;
    const place = level === 'store' ? storeId : null;
    const head = await readPolicyHead(ctx);
    const { chain, byStore } = await readLevels(ctx, place === null ? [] : [place]);
    const last = await readLastRevision(ctx, level, place);
    return {
      level,
      storeId: place,
      version: head.version,
      updatedAt: last?.at ?? head.changedAt,
      updatedBy: last?.actor ?? null,
      values: policyValues(level, chain, byStore.get(place ?? '') ?? {}),
    };
  }

  /** P1: makes an edit as a whole or not at all. Only HQ edits. An edit that changes nothing keeps the version. */
  async update(ctx: WorkContext, edit: PolicyEdit): Promise<PolicyDocumentType | RefusalValue> {
    if (ctx.actor.kind === 'person' && ctx.actor.role !== 'hq') return refuse('notAllowed', 'Only HQ changes the policy.');
    const place = edit.level === 'store' ? edit.storeId : null;
    if (edit.level === 'store' && (place === null || !(await storeIsVisible(ctx, place))))
      return refuse('notFound', 'There is no such store.');
    const refusal = editRefusal(edit.level, edit.changes, edit.reason);
    if (refusal) return refusal;
    const head = await readPolicyHead(ctx, true);
    if (head.version !== edit.expectedVersion) {
      const message = 'Somebody changed the policy in the meantime.';
      return { refused: true, code: 'versionConflict', message, currentVersion: head.version };
    }
    const before = await this.#valuesAt(ctx, place);
    const changes = effectiveChanges(before, edit.changes);
    if (changes.length > 0) {
      await writeChanges(ctx, edit.level, place, changes);
      const version = await this.#advance(ctx, head.version, edit.reason, { level: edit.level, storeId: place, changes });
      await this.audit.append(ctx, {
        action: 'policy.updated',
        storeId: place,
        subject: place === null ? 'policy:chain' : `policy:${place}`,
        summary: `${changes.map((change) => change.key).join(', ')} changed: ${edit.reason}`,
        detail: { version, reason: edit.reason, changes: changes.map(({ key, value }) => ({ key, from: before[key] ?? null, to: value })) },
      });
    }
    return (await this.document(ctx, edit.level, place))!;
  }

  /** P4: a new version without an edit of settings: terminals, people or certificates changed. Gateways get new documents after the commit. */
  async bump(ctx: WorkContext, reason: string): Promise<number> {
    const head = await readPolicyHead(ctx, true);
    return await this.#advance(ctx, head.version, reason, { level: null, storeId: null, changes: [] });
  }

  /**
   * P5: a new version when stores, terminals, operators or certificates differ from what the last call saw. Told at every start, so that what
   * provisioning changed reaches the gateways.
   */
  async bumpIfSourcesChanged(ctx: WorkContext, reason: string): Promise<boolean> {
    const head = await readPolicyHead(ctx, true);
    const sources = canonicalJson(await readGatewaySources(ctx, OPERATOR_COURSE));
    const digest = createHash('sha256').update(sources).digest('hex');
    if (head.sourcesHash === digest) return false;
    await this.#advance(ctx, head.version, reason, { level: null, storeId: null, changes: [] });
    await writeSourcesHash(ctx, digest);
    return true;
  }

  /** Sets what the chain file says, level by level; throws for a value the catalogue refuses. Returns whether anything changed. */
  async provision(ctx: WorkContext, settings: ProvisionedSettings): Promise<boolean> {
    let changed = await this.#provisionLevel(ctx, 'chain', null, settings.chain);
    for (const [storeId, values] of Object.entries(settings.stores)) {
      changed = (await this.#provisionLevel(ctx, 'store', storeId, values)) || changed;
    }
    return changed;
  }

  /** The effective settings of stores the actor sees, for detectors and read models. */
  async settingsOf(ctx: WorkContext, stores: readonly string[]): Promise<Map<string, Settings>> {
    const { chain, byStore } = await readLevels(ctx, stores);
    return new Map(stores.map((id) => [id, readSettings(resolveSettings(levelsOf(chain, byStore.get(id) ?? {}))).values]));
  }

  async #valuesAt(ctx: WorkContext, place: string | null): Promise<Readonly<Record<string, unknown>>> {
    const { chain, byStore } = await readLevels(ctx, place === null ? [] : [place]);
    return place === null ? chain : (byStore.get(place) ?? {});
  }

  async #advance(
    ctx: WorkContext,
    from: number,
    reason: string,
    revision: { level: PolicyLevel | null; storeId: string | null; changes: readonly SettingChange[] },
  ): Promise<number> {
    const version = from + 1;
    await advancePolicyHead(ctx, version);
    await insertRevision(ctx, { version, actor: ctx.actor.name, reason, ...revision });
    await this.outbox.add(ctx, PUBLISH, { version }, `version ${version}`);
    return version;
  }

  async #provisionLevel(
    ctx: WorkContext,
    level: PolicyLevel,
    storeId: string | null,
    values: Readonly<Record<string, unknown>>,
  ): Promise<boolean> {
    const changes = effectiveChanges(
      await this.#valuesAt(ctx, storeId),
      Object.entries(values).map(([key, value]) => ({ key, value })),
    );
    if (changes.length === 0) return false;
    const refusal = editRefusal(level, changes, 'chain file');
    if (refusal) throw new Error(`chain file, settings of ${storeId ?? 'the chain'}: ${refusal.message}`);
    const head = await readPolicyHead(ctx, true);
    await writeChanges(ctx, level, storeId, changes);
    const version = await this.#advance(ctx, head.version, 'chain file', { level, storeId, changes });
    await this.audit.append(ctx, {
      action: 'policy.provisioned',
      storeId,
      subject: storeId === null ? 'policy:chain' : `policy:${storeId}`,
      summary: `${changes.map((change) => change.key).join(', ')} set by the chain file`,
      detail: { version, changes },
    });
    return true;
  }

  async #publish(message: OutboxMessage): Promise<void> {
    await this.#opened.promise;
    const documents = await this.work.run(SYSTEM, async (ctx) => {
      // One moment for version and contents: the lock keeps a change out until both are read.
      const head = await readPolicyHead(ctx, true);
      const { chain, byStore } = await readLevels(ctx);
      const sources = await readGatewaySources(ctx, OPERATOR_COURSE);
      return sources.map((source) =>
        compileDesired({
          ...source,
          version: head.version,
          issuedAt: head.changedAt,
          chain,
          overrides: byStore.get(source.store.id) ?? {},
        }),
      );
    });
    const results = await Promise.allSettled(
      documents.map((document) => this.downlink.publish(document.store.id, document.gateway, 'desired', document)),
    );
    const failed = results.filter((result) => result.status === 'rejected');
    if (failed[0] !== undefined) throw failed[0].reason;
    this.log.info({ gateways: documents.length, version: documents[0]?.version, attempt: message.attempt }, 'policy published');
  }
}
