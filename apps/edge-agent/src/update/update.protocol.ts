import type { UpdateEvent } from './update.rules.js';

/** How often an agent reports to its starter. */
export const REPORT_EVERY_MS = 2_000;

/** Agent → starter, over the IPC channel of the process. Both sides ignore what they don't understand: either may be the older one. */
export type AgentMessage =
  /** Comes every {@link REPORT_EVERY_MS}: its coming shows that the event loop turns. No `problems`: the agent does its work. */
  | { kind: 'report'; problems: string[]; connected: boolean }
  /** The answer to `stopIfQuiet` of an agent that goes on; one that stops just does. */
  | { kind: 'busy'; reasons: string[] };

/** Starter → agent. */
export type StarterMessage =
  /** To be journaled, each number of a source once. Sent at every start and whenever there are new ones. */
  | { kind: 'events'; source: EventSource; events: UpdateEvent[] }
  /** Stop for an update, if nothing is in progress; `window`: only while the store isn't trading. */
  | { kind: 'stopIfQuiet'; when: 'window' | 'quiet' };

/** Which file numbered an event. */
export type EventSource = 'starter' | 'installer';

/** The message an agent sent; null for anything else. */
export function readAgentMessage(value: unknown): AgentMessage | null {
  const { kind, problems, connected, reasons } = (value ?? {}) as Record<string, unknown>;
  if (kind === 'report' && isTexts(problems)) return { kind, problems, connected: connected === true };
  if (kind === 'busy' && isTexts(reasons)) return { kind, reasons };
  return null;
}

/** The message a starter sent; null for anything else. */
export function readStarterMessage(value: unknown): StarterMessage | null {
  const { kind, source, events, when } = (value ?? {}) as Record<string, unknown>;
  if (kind === 'events' && (source === 'starter' || source === 'installer') && Array.isArray(events))
    return { kind, source, events: events as UpdateEvent[] };
  if (kind === 'stopIfQuiet' && (when === 'window' || when === 'quiet')) return { kind, when };
  return null;
}

const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((each) => typeof each === 'string');
