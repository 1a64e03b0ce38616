import { describe, expect, it } from 'vitest';
import type { IncidentFullFragment, StepState } from '../graphql/generated/graphql.js';
import type { OutboxEntry } from '../outbox/outbox.rules.js';
import { byDeadline, currentStep, inOrder, isOverdue, mayAct, type Step, stepsBehind, waitingFor } from './incident.rules.js';
import { newer } from './incident-cache.js';

const step = (position: number, state: StepState, over: Partial<Step> = {}): Step => ({
  id: `s${position}`,
  position,
  key: 'checkTerminal',
  role: 'manager',
  dueAt: '2026-11-21T20:00:00.000Z',
  state,
  mode: 'manual',
  commandState: null,
  doneAt: null,
  doneBy: null,
  note: null,
  skipReason: null,
  check: null,
  ...over,
});

const incident = (over: Partial<IncidentFullFragment> = {}): IncidentFullFragment => ({
  id: 'i1',
  kind: 'settlementMissed',
  state: 'open',
  businessDay: '2026-11-21',
  openedAt: '2026-11-21T19:00:00.000Z',
  dueAt: '2026-11-21T20:00:00.000Z',
  acknowledgedAt: null,
  acknowledgedBy: null,
  resolvedAt: null,
  cause: 'hostUnreachable',
  amount: null,
  store: { id: 'berlin', name: 'Berlin Mitte', timeZone: 'Europe/Berlin', isOpen: false },
  terminal: null,
  steps: [step(2, 'waiting'), step(0, 'done'), step(1, 'ready')],
  history: [],
  ...over,
});

describe('steps', () => {
  it('are worked in their order, whatever order they arrive in', () => {
    expect(inOrder(incident()).map(({ position }) => position)).toEqual([0, 1, 2]);
    expect(currentStep(incident())?.position).toBe(1);
    expect(stepsBehind(incident())).toBe(1);
  });

  it('end when all are done or skipped', () => {
    expect(currentStep(incident({ steps: [step(0, 'done'), step(1, 'skipped')] }))).toBeNull();
  });

  it('belong to a role; HQ may act too', () => {
    expect(mayAct('manager', step(0, 'ready'))).toBe(true);
    expect(mayAct('hq', step(0, 'ready'))).toBe(true);
    expect(mayAct('auditor', step(0, 'ready'))).toBe(false);
  });
});

describe('waitingFor', () => {
  const entry = (write: OutboxEntry['write']): OutboxEntry => ({ key: 'k', personId: 'p', write, createdAt: 0, attempts: 1, notBefore: 0 });
  const waiting = [
    entry({ kind: 'acknowledgeIncident', incidentId: 'i1' }),
    entry({ kind: 'skipStep', incidentId: 'i1', stepId: 's1', reason: 'closed' }),
  ];
  it.each([
    ['i1', null, 'acknowledgeIncident'],
    ['i1', 's1', 'skipStep'],
    ['i1', 's2', undefined],
    ['i2', null, undefined],
  ] as const)('%s %s', (id, stepId, kind) => {
    expect(waitingFor(waiting, id, stepId)?.write.kind).toBe(kind);
  });
});

describe('lists', () => {
  it('put the earliest deadline on top and the resolved below', () => {
    const late = incident({ id: 'late', dueAt: '2026-11-21T23:00:00.000Z' });
    const done = incident({ id: 'done', state: 'resolved' });
    expect([done, late, incident()].sort(byDeadline).map(({ id }) => id)).toEqual(['i1', 'late', 'done']);
  });

  it('a resolved incident is never overdue', () => {
    const after = Date.parse('2026-11-22T00:00:00.000Z');
    expect(isOverdue(incident(), after)).toBe(true);
    expect(isOverdue(incident({ state: 'resolved' }), after)).toBe(false);
  });

  it('a late answer does not undo a push that came before it', () => {
    const event = { at: '', actor: '', action: 'opened', detail: null };
    const pushed = incident({ history: [event, event] });
    expect(newer(pushed, incident({ history: [event] }))).toBe(pushed);
    expect(newer(incident({ history: [event] }), pushed)).toBe(pushed);
  });
});
