import type { DiagnosisDepth, QuizAnswer, RefusalCode, TerminalAction } from '../graphql/generated/graphql.js';

/** What a person did that the server must learn, exactly once. */
export type Write =
  | { readonly kind: 'acknowledgeIncident'; readonly incidentId: string }
  | { readonly kind: 'completeStep'; readonly incidentId: string; readonly stepId: string; readonly note: string | null }
  | { readonly kind: 'skipStep'; readonly incidentId: string; readonly stepId: string; readonly reason: string }
  | {
      readonly kind: 'terminalAction';
      readonly storeId: string;
      readonly terminalId: string;
      readonly action: TerminalAction;
      readonly reason: string;
      readonly text: string | null;
      readonly depth: DiagnosisDepth | null;
    }
  | { readonly kind: 'submitQuiz'; readonly courseId: string; readonly courseVersion: number; readonly answers: readonly QuizAnswer[] };

/** A write kept on this device until the server has answered it. `key` names the action for ever: sent twice, it has one effect. */
export interface OutboxEntry {
  readonly key: string;
  readonly personId: string;
  readonly write: Write;
  readonly createdAt: number;
  readonly attempts: number;
  /** Not sent again before this. */
  readonly notBefore: number;
}

/** What the server said to a write. */
export type Answer<R = unknown> =
  | { readonly outcome: 'done'; readonly result: R }
  | { readonly outcome: 'refused'; readonly code: RefusalCode; readonly message: string }
  /** Not sent in time: what it asked for may be wrong by now. */
  | { readonly outcome: 'lapsed' };

/** An action on a terminal is good for a quarter of an hour, as the command is that it becomes: nobody wants a restart that was meant for last night. */
export const ACTION_LIFE_MS = 15 * 60_000;

/** Whether a write is too old to be sent. What a person did to an incident, or knows, is never too old. */
export const lapsed = ({ write, createdAt }: OutboxEntry, nowMs: number): boolean =>
  write.kind === 'terminalAction' && nowMs - createdAt > ACTION_LIFE_MS;

/** Pause before the next attempt: 1 s, doubling to a minute. */
export const retryDelayMs = (attempts: number): number => Math.min(60_000, 1000 * 2 ** Math.max(0, attempts - 1));

/** What the order must hold for: steps of one incident, and actions on one terminal, reach the server in the order they were done. */
export const orderKey = (write: Write): string => {
  if (write.kind === 'submitQuiz') return `course/${write.courseId}`;
  if (write.kind === 'terminalAction') return `terminal/${write.storeId}/${write.terminalId}`;
  return `incident/${write.incidentId}`;
};

/** Entries of this person that may be sent now, oldest first; a waiting entry holds back later ones of the same incident. */
export function sendable(entries: readonly OutboxEntry[], personId: string, nowMs: number): OutboxEntry[] {
  const held = new Set<string>();
  const ready: OutboxEntry[] = [];
  for (const entry of [...entries].sort((a, b) => a.createdAt - b.createdAt)) {
    if (entry.personId !== personId) continue;
    const order = orderKey(entry.write);
    if (!held.has(order) && entry.notBefore <= nowMs) ready.push(entry);
    held.add(order);
  }
  return ready;
}

/** When something can be sent again; null when nothing waits. */
export function nextAttemptAt(entries: readonly OutboxEntry[], personId: string): number | null {
  const mine = entries.filter((entry) => entry.personId === personId);
  return mine.length === 0 ? null : Math.min(...mine.map((entry) => entry.notBefore));
}

/** The entry after an attempt that did not get through. */
export const postponed = (entry: OutboxEntry, nowMs: number): OutboxEntry => ({
  ...entry,
  attempts: entry.attempts + 1,
  notBefore: nowMs + retryDelayMs(entry.attempts + 1),
});
