import type { CommandAction } from '@tillward/contracts';
import type { IncidentKind, Role, StepMode } from '../graphql/index.js';

/** What telemetry must show for a step to be done. */
export type StepCheckKind = 'batchSettled' | 'closeProven';

/** One step of a playbook. `key` names its texts in the dashboard's catalogues. */
export interface PlaybookStep {
  readonly key: string;
  readonly mode: StepMode;
  readonly role: Role;
  /** When it should be done, counted from the opening of the incident. */
  readonly dueMinutes: number;
  readonly action?: CommandAction;
  readonly check?: StepCheckKind;
  readonly noteRequired?: boolean;
}

const closeTerminal = (dueMinutes: number): PlaybookStep => ({
  key: 'closeTerminal',
  mode: 'command',
  role: 'manager',
  dueMinutes,
  action: 'closeTerminal',
  check: 'closeProven',
});

/** The cause is written down with a clear head, by the end of the next day. */
const recordCause: PlaybookStep = { key: 'recordCause', mode: 'manual', role: 'manager', dueMinutes: 24 * 60, noteRequired: true };

/** The steps that answer each kind of incident, in order (DOMAIN.md, Playbooks). */
export const PLAYBOOKS: Readonly<Record<IncidentKind, readonly PlaybookStep[]>> = {
  settlementMissed: [
    { key: 'checkTerminal', mode: 'manual', role: 'manager', dueMinutes: 10 },
    { key: 'settleNow', mode: 'command', role: 'manager', dueMinutes: 20, action: 'settleTerminal', check: 'batchSettled' },
    closeTerminal(30),
    recordCause,
  ],
  terminalLeftOn: [{ key: 'confirmStoreClosed', mode: 'manual', role: 'manager', dueMinutes: 15 }, closeTerminal(30), recordCause],
  closeBlocked: [{ key: 'readReason', mode: 'manual', role: 'manager', dueMinutes: 10 }, closeTerminal(30), recordCause],
  journalForked: [
    { key: 'findWriters', mode: 'manual', role: 'hq', dueMinutes: 60 },
    { ...recordCause, role: 'hq' },
  ],
  fundingLate: [
    { key: 'askProvider', mode: 'manual', role: 'hq', dueMinutes: 24 * 60, noteRequired: false },
    { ...recordCause, role: 'hq', dueMinutes: 5 * 24 * 60 },
  ],
  fundingShort: [
    { key: 'askProvider', mode: 'manual', role: 'hq', dueMinutes: 24 * 60, noteRequired: false },
    { ...recordCause, role: 'hq', dueMinutes: 5 * 24 * 60 },
  ],
  journalQuarantined: [
    { key: 'reportFault', mode: 'manual', role: 'hq', dueMinutes: 24 * 60 },
    { ...recordCause, role: 'hq' },
  ],
};

/** A step as a new incident gets it: the first one ready, the others waiting. */
export interface PlannedStep extends PlaybookStep {
  position: number;
  state: 'ready' | 'waiting';
  dueAt: Date;
}

/** The steps of a new incident. */
export function planSteps(kind: IncidentKind, openedAt: Date): PlannedStep[] {
  return PLAYBOOKS[kind].map((step, position) => ({
    ...step,
    position,
    state: position === 0 ? 'ready' : 'waiting',
    dueAt: new Date(openedAt.getTime() + step.dueMinutes * 60_000),
  }));
}

/** When an incident is due: when the last step that makes things safe is; writing the cause down may take longer. */
export function incidentDueAt(kind: IncidentKind, openedAt: Date): Date {
  const urgent = PLAYBOOKS[kind].filter((step) => step.noteRequired !== true);
  const minutes = Math.max(...urgent.map((step) => step.dueMinutes));
  return new Date(openedAt.getTime() + minutes * 60_000);
}
