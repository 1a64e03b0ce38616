import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/index.js';
import { Commands } from '../commands/index.js';
import type { WorkContext } from '../database/index.js';
import { type IncidentKind, invalidInput, type PersonActor, refuse } from '../graphql/index.js';
import { type ActionRefusal, acknowledgeRefusal, completeRefusal, skipRefusal } from './incidents.rules.js';
import {
  findAction,
  findIncidents,
  type IncidentRow,
  insertAction,
  insertEvent,
  insertIncident,
  isUuid,
  lockIncident,
  type StepRow,
  stepsOf,
  updateIncident,
  updateStep,
} from './incidents.store.js';
import { incidentDueAt, planSteps } from './playbook.rules.js';
import { IncidentProgress } from './progress.service.js';

/** What an incident is opened for. */
export interface IncidentCause {
  kind: IncidentKind;
  storeId: string;
  terminalId: string;
  gatewayId: string;
  businessDay: string;
  /** Stable code. */
  cause: string;
  detail: string | null;
  batchNo: number | null;
  amount: { amountMinor: number; currency: string } | null;
  /** Journal entry that made it known; null when a detector found it. */
  source: { epoch: number; seq: number } | null;
}

/** What a person may do with a step. */
export type StepAct = { kind: 'complete'; note: string | null } | { kind: 'skip'; reason: string };

/** Incidents: opening them and what people do with them. With {@link IncidentProgress}, the only writer of the incident tables. */
@Injectable()
export class Incidents {
  constructor(
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(IncidentProgress) private readonly progress: IncidentProgress,
  ) {}

  /** N5: opens an incident unless one of its kind for that terminal and business day is unresolved. Returns its id when it was opened. */
  async open(ctx: WorkContext, cause: IncidentCause): Promise<string | undefined> {
    const now = ctx.now();
    const incident: IncidentRow = {
      id: randomUUID(),
      storeId: cause.storeId,
      terminalId: cause.terminalId,
      gatewayId: cause.gatewayId,
      kind: cause.kind,
      state: 'open',
      businessDay: cause.businessDay,
      batchNo: cause.batchNo,
      sourceEpoch: cause.source?.epoch ?? null,
      sourceSeq: cause.source?.seq ?? null,
      cause: cause.cause,
      amountMinor: cause.amount?.amountMinor ?? null,
      currency: cause.amount?.currency ?? null,
      openedAt: now,
      dueAt: incidentDueAt(cause.kind, now),
      acknowledgedAt: null,
      acknowledgedBy: null,
      resolvedAt: null,
    };
    const steps = planSteps(cause.kind, now).map((step) => ({ ...step, id: randomUUID() }));
    if (!(await insertIncident(ctx, incident, steps))) return undefined;
    const source = cause.source === null ? null : `entry:${cause.gatewayId}:${cause.source.epoch}:${cause.source.seq}`;
    await insertEvent(ctx, incident, 'opened', said(cause), source);
    await this.audit.append(ctx, {
      action: 'incident.opened',
      storeId: incident.storeId,
      subject: `incident:${incident.id}`,
      summary: `${incident.kind} at ${incident.terminalId} of ${incident.businessDay}: ${incident.cause}`,
      detail: {
        incidentId: incident.id,
        kind: incident.kind,
        terminalId: incident.terminalId,
        businessDay: incident.businessDay,
        cause: incident.cause,
      },
    });
    ctx.changed({ incidents: [incident.id], stores: [incident.storeId] });
    return incident.id;
  }

  /** Says that somebody takes care. The same key again is the same action. */
  async acknowledge(ctx: WorkContext, incidentId: string, key: string): Promise<IncidentRow | ActionRefusal> {
    return await this.#act(ctx, incidentId, key, `acknowledge ${incidentId}`, async (incident) => {
      const refusal = acknowledgeRefusal(incident);
      if (refusal) return refusal;
      await this.#acknowledge(ctx, incident);
      return undefined;
    });
  }

  /** Completes or skips a step. Acting on an incident acknowledges it. A command step only begins here: telemetry ends it (N3). */
  async actOnStep(ctx: WorkContext, incidentId: string, stepId: string, key: string, act: StepAct): Promise<IncidentRow | ActionRefusal> {
    const request = JSON.stringify([act.kind, incidentId, stepId, act.kind === 'skip' ? act.reason : act.note]);
    return await this.#act(ctx, incidentId, key, request, async (incident) => {
      const step = (await stepsOf(ctx, [incident.id])).find((known) => known.id === stepId);
      if (step === undefined) return refuse('notFound', 'There is no such step.');
      const refusal = act.kind === 'complete' ? completeRefusal(step, act.note) : skipRefusal(step, act.reason);
      if (refusal) return refusal;
      const acknowledged = incident.state === 'open' ? await this.#acknowledge(ctx, incident) : incident;
      await this.#doStep(ctx, acknowledged, step, act);
      return undefined;
    });
  }

  async #doStep(ctx: WorkContext, incident: IncidentRow, step: StepRow, act: StepAct): Promise<void> {
    const by = ctx.actor.name;
    if (act.kind === 'skip')
      return await this.progress.endStep(ctx, incident, step, { state: 'skipped', by, skipReason: act.reason.trim() });
    if (step.mode === 'manual')
      return await this.progress.endStep(ctx, incident, step, { state: 'done', by, note: act.note?.trim() || null });
    const command = await this.commands.create(ctx, {
      storeId: incident.storeId,
      gatewayId: incident.gatewayId,
      terminalId: incident.terminalId,
      action: step.action!,
      reason: `${incident.kind} of ${incident.businessDay}`,
      subject: `incident:${incident.id}`,
    });
    await updateStep(ctx, { ...step, state: 'running', commandId: command.id, note: act.note?.trim() || null });
    await insertEvent(ctx, incident, 'step.commandSent', `${step.key}: ${command.action}`, null);
  }

  async #acknowledge(ctx: WorkContext, incident: IncidentRow): Promise<IncidentRow> {
    const acknowledged: IncidentRow = { ...incident, state: 'acknowledged', acknowledgedAt: ctx.now(), acknowledgedBy: ctx.actor.name };
    await updateIncident(ctx, acknowledged);
    await insertEvent(ctx, acknowledged, 'acknowledged', null, null);
    await this.audit.append(ctx, {
      action: 'incident.acknowledged',
      storeId: incident.storeId,
      subject: `incident:${incident.id}`,
      summary: `${incident.kind} at ${incident.terminalId} of ${incident.businessDay} acknowledged`,
      detail: { incidentId: incident.id },
    });
    return acknowledged;
  }

  /** N6: runs a person's action once per key; a refused action doesn't use its key up. */
  async #act(
    ctx: WorkContext,
    incidentId: string,
    key: string,
    request: string,
    run: (incident: IncidentRow) => Promise<ActionRefusal | undefined>,
  ): Promise<IncidentRow | ActionRefusal> {
    const actor = ctx.actor as PersonActor;
    if (actor.role !== 'hq' && actor.role !== 'manager') return refuse('notAllowed', 'Incidents are for managers and HQ.');
    if (!isUuid(key)) return invalidInput('idempotencyKey', 'An idempotency key is a UUID.');
    const incident = await lockIncident(ctx, incidentId);
    if (incident === undefined) return refuse('notFound', 'There is no such incident.');
    const earlier = await findAction(ctx, incident.storeId, actor.id, key);
    if (earlier !== undefined) {
      return earlier.request === request ? incident : invalidInput('idempotencyKey', 'This key was used for another action.');
    }
    const refusal = await run(incident);
    if (refusal) return refusal;
    await insertAction(ctx, incident, actor.id, key, request);
    ctx.changed({ incidents: [incident.id], stores: [incident.storeId] });
    return (await findIncidents(ctx, [incident.id]))[0]!;
  }
}

function said({ cause, detail }: IncidentCause): string {
  return detail === null || detail === '' ? cause : `${cause}: ${detail}`;
}
