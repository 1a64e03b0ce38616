import { Inject, Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/index.js';
import type { CommandRow } from '../commands/index.js';
import type { WorkContext } from '../database/index.js';
import { readEvidence } from './evidence.store.js';
import { afterStep, onCommandState } from './incidents.rules.js';
import {
  type IncidentRow,
  incidentOfCommand,
  insertEvent,
  lockIncident,
  type StepRow,
  stepsOf,
  unresolvedOf,
  updateIncident,
  updateStep,
} from './incidents.store.js';

/** Who a step done by telemetry is done by. */
const TELEMETRY = 'telemetry';

/** How a step ended. */
export interface StepEnd {
  state: 'done' | 'skipped';
  by: string;
  note?: string | null;
  skipReason?: string | null;
}

/** Moves incidents along their playbooks: what follows a finished step, what telemetry shows, what became of a command. */
@Injectable()
export class IncidentProgress {
  constructor(@Inject(AuditLog) private readonly audit: AuditLog) {}

  /** N1: ends a step of a locked incident and makes the next one ready, or resolves the incident. */
  async endStep(ctx: WorkContext, incident: IncidentRow, step: StepRow, end: StepEnd): Promise<void> {
    await updateStep(ctx, {
      ...step,
      state: end.state,
      doneAt: ctx.now(),
      doneBy: end.by,
      note: end.note ?? null,
      skipReason: end.skipReason ?? null,
    });
    const detail = end.skipReason ?? end.note ?? (end.by === TELEMETRY ? step.checkDetail : null);
    await insertEvent(ctx, incident, end.state === 'done' ? 'step.done' : 'step.skipped', said(step.key, detail), null);
    await this.audit.append(ctx, {
      action: end.state === 'done' ? 'incident.stepDone' : 'incident.stepSkipped',
      storeId: incident.storeId,
      subject: `incident:${incident.id}`,
      summary: `Step ${step.key} of ${incident.kind} at ${incident.terminalId} ${end.state} by ${end.by}`,
      detail: { incidentId: incident.id, step: step.key, by: end.by, note: end.note ?? null, skipReason: end.skipReason ?? null },
    });
    const steps = await stepsOf(ctx, [incident.id]);
    const follows = afterStep(steps, step.position);
    if (follows === 'resolved') await this.#resolve(ctx, incident);
    else await this.#makeReady(ctx, incident, steps.find((known) => known.id === follows.next.id)!);
    ctx.changed({ incidents: [incident.id], stores: [incident.storeId] });
  }

  /** N3: ends the current step of every unresolved incident of these terminals of a store whose automatic check passes now. */
  async recheckTerminals(ctx: WorkContext, storeId: string, terminalIds: readonly string[]): Promise<void> {
    for (const { id } of await unresolvedOf(ctx, storeId, terminalIds)) await this.recheck(ctx, id);
  }

  /** The same for one incident. */
  async recheck(ctx: WorkContext, incidentId: string): Promise<void> {
    const incident = await lockIncident(ctx, incidentId);
    if (incident === undefined || incident.state === 'resolved') return;
    const current = (await stepsOf(ctx, [incident.id])).find((step) => step.state === 'ready' || step.state === 'running');
    if (current !== undefined) await this.#check(ctx, incident, current);
  }

  /**
   * N4: what a command's new state means for its step. Told of success, the evidence decides; told of anything else that ends the command,
   * the step is the person's again, and the history says why.
   */
  async onCommand(ctx: WorkContext, command: CommandRow): Promise<void> {
    const found = await incidentOfCommand(ctx, command.storeId, command.id);
    if (found === undefined) return;
    const incident = (await lockIncident(ctx, found.incidentId))!;
    ctx.changed({ incidents: [incident.id] });
    const next = onCommandState(command.state);
    const step = (await stepsOf(ctx, [incident.id])).find((known) => known.commandId === command.id);
    if (next === 'wait' || step === undefined || step.state !== 'running') return;
    if (await this.#check(ctx, incident, step)) return;
    const why = next === 'check' ? 'the gateway reports success, but the evidence is missing' : outcomeText(command);
    const checked = (await stepsOf(ctx, [incident.id])).find((known) => known.id === step.id)!;
    await updateStep(ctx, { ...checked, state: 'ready' });
    await insertEvent(ctx, incident, 'step.commandFailed', said(step.key, why), `command:${command.id}:${command.state}`);
  }

  /** Checks a step that has a check and ends it when that passes. Writes the result down when it says something new. */
  async #check(ctx: WorkContext, incident: IncidentRow, step: StepRow): Promise<boolean> {
    if (step.checkKind === null) return false;
    const evidence = await readEvidence(ctx, incident, step.checkKind);
    const isNews = step.checkPassed !== evidence.passed || step.checkDetail !== evidence.detail;
    const checked: StepRow = {
      ...step,
      checkPassed: evidence.passed,
      checkDetail: evidence.detail,
      checkedAt: isNews ? ctx.now() : step.checkedAt,
    };
    if (evidence.passed) {
      await this.endStep(ctx, incident, checked, { state: 'done', by: TELEMETRY, note: step.note });
      return true;
    }
    if (isNews) {
      await updateStep(ctx, checked);
      ctx.changed({ incidents: [incident.id] });
    }
    return false;
  }

  async #makeReady(ctx: WorkContext, incident: IncidentRow, step: StepRow): Promise<void> {
    const ready: StepRow = { ...step, state: 'ready' };
    await updateStep(ctx, ready);
    await this.#check(ctx, incident, ready);
  }

  async #resolve(ctx: WorkContext, incident: IncidentRow): Promise<void> {
    await updateIncident(ctx, { ...incident, state: 'resolved', resolvedAt: ctx.now() });
    await insertEvent(ctx, incident, 'resolved', null, null);
    await this.audit.append(ctx, {
      action: 'incident.resolved',
      storeId: incident.storeId,
      subject: `incident:${incident.id}`,
      summary: `${incident.kind} at ${incident.terminalId} of ${incident.businessDay} resolved`,
      detail: { incidentId: incident.id, kind: incident.kind, terminalId: incident.terminalId, businessDay: incident.businessDay },
    });
  }
}

function said(key: string, detail: string | null): string {
  return detail === null ? key : `${key}: ${detail}`;
}

function outcomeText(command: CommandRow): string {
  return [command.state, command.outcomeCode, command.outcomeDetail].filter((part) => part !== null && part !== '').join(', ');
}
