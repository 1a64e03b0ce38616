import type { SlotRelease, UpdateEvent } from './update.rules.js';
import { waiting } from './update.rules.js';
import type { UpdateStore } from './update.store.js';

/** How updates stand on this gateway. `update status --json` prints it; fields may be added. */
export interface UpdateStatus {
  running: SlotRelease;
  /** Null: confirmed. */
  trial: { starts: number } | null;
  /** Where the trial would go back to, or null. */
  previous: SlotRelease | null;
  /** Waits for a quiet moment. */
  staged: SlotRelease | null;
  /** Sequences up to this one can't be installed any more. */
  floor: number;
  /** The state file was unreadable and is worked around. */
  stateLost: boolean;
  /** Both files' newest events, newest last. */
  events: UpdateEvent[];
}

const SHOWN_EVENTS = 20;

/** Reads the status from the files; nothing is asked of running processes. */
export function statusOf(store: UpdateStore): UpdateStatus {
  const { state, lost } = store.loadState(store.factory().release);
  const install = store.loadInstall();
  return {
    running: state.running,
    trial: state.trial && { starts: state.trial.starts },
    previous: state.previous,
    staged: waiting(state, install)?.release ?? null,
    floor: state.floor,
    stateLost: lost,
    events: [...state.events, ...install.events].sort((a, b) => a.at - b.at).slice(-SHOWN_EVENTS),
  };
}

/** The status for people. */
export function statusText({ running, trial, previous, staged, events }: UpdateStatus): string {
  const lines = [
    `runs      ${named(running)}${trial ? `, on trial (start ${trial.starts})` : ', confirmed'}`,
    previous ? `previous  ${named(previous)}` : 'previous  none',
    staged ? `waits     ${named(staged)}` : 'waits     none',
    ...events.map((event) => `${new Date(event.at).toISOString()}  ${eventText(event)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function eventText(event: UpdateEvent): string {
  switch (event.kind) {
    case 'UpdateInstalled':
      return `installed ${named(event.release)}`;
    case 'UpdateConfirmed':
      return `confirmed ${named(event.release)} at start ${event.starts}`;
    case 'UpdateRolledBack':
      return `gave up ${named(event.release)} (${event.reason}), back to ${named(event.backTo)}`;
    case 'UpdateRefused':
      return `refused ${event.version ?? 'a file'} (${event.code}): ${event.detail}`;
  }
}

const named = ({ slot, version, sequence }: SlotRelease) => `${version} (${sequence}) in slot ${slot}`;
