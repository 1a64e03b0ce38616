import type { IncidentFullFragment, IncidentSummaryFragment, Role } from '../graphql/generated/graphql.js';
import type { OutboxEntry, Write } from '../outbox/outbox.rules.js';

/** A step as the screens show it. */
export type Step = IncidentFullFragment['steps'][number];

/** Steps that need a note to count as done. */
const NOTE_REQUIRED = new Set(['recordCause']);

/** The steps in the order they are done. */
export const inOrder = <T extends { steps: Step[] }>(incident: T): Step[] => [...incident.steps].sort((a, b) => a.position - b.position);

/** The step somebody has to look at now: the first that is neither done nor skipped; null when all are. */
export function currentStep(incident: { steps: Step[] }): Step | null {
  return inOrder(incident).find(({ state }) => state !== 'done' && state !== 'skipped') ?? null;
}

/** How many steps are behind. */
export const stepsBehind = (incident: { steps: Step[] }): number =>
  incident.steps.filter(({ state }) => state === 'done' || state === 'skipped').length;

/** Whether a step is done only with a note. */
export const needsNote = (step: Step): boolean => NOTE_REQUIRED.has(step.key);

/** Whether the role may work a step: its own, and HQ every one. The server decides again. */
export const mayAct = (role: Role, step: Step): boolean => role === 'hq' || role === step.role;

/** Whether the role may acknowledge incidents. */
export const mayAcknowledge = (role: Role): boolean => role === 'hq' || role === 'manager';

/** The write that waits for the server for this step, or for the acknowledgement of the incident. */
export function waitingFor(waiting: readonly OutboxEntry[], incidentId: string, stepId: string | null): OutboxEntry | undefined {
  const fits = (write: Write): boolean => {
    if (write.kind === 'submitQuiz' || write.kind === 'terminalAction' || write.incidentId !== incidentId) return false;
    return stepId === null ? write.kind === 'acknowledgeIncident' : write.kind !== 'acknowledgeIncident' && write.stepId === stepId;
  };
  return waiting.find(({ write }) => fits(write));
}

/** Whether the time for an unresolved incident is over. */
export const isOverdue = (incident: Pick<IncidentSummaryFragment, 'state' | 'dueAt'>, nowMs: number): boolean =>
  incident.state !== 'resolved' && Date.parse(incident.dueAt) < nowMs;

/** Unresolved ones first, the earliest deadline on top; then the resolved ones, newest first. */
export function byDeadline(a: IncidentSummaryFragment, b: IncidentSummaryFragment): number {
  const openA = a.state !== 'resolved';
  const openB = b.state !== 'resolved';
  if (openA !== openB) return openA ? -1 : 1;
  return openA ? a.dueAt.localeCompare(b.dueAt) : b.openedAt.localeCompare(a.openedAt);
}
