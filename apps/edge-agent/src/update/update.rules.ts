import type { ReleaseKey, UpdateRefusal } from './release.rules.js';

/** Starts a release gets to prove itself. A crash or a power cut costs one. */
export const MAX_TRIAL_STARTS = 3;
/** A start on trial that is not confirmed within this time ends the trial. */
export const TRIAL_START_LIMIT_MS = 90_000;
/** A release is confirmed after being healthy this long on end. */
export const CONFIRM_AFTER_MS = 15_000;
/** An agent asked to stop is killed after this time. */
export const STOP_LIMIT_MS = 5_000;
/** Pause before an agent that ended by itself is started again. */
export const RESTART_PAUSE_MS = 1_000;
/** Starts in a row that never got healthy, after which a staged release is taken without asking the agent. */
export const SICK_STARTS = 3;
/** An agent that has not reported for so long hangs. */
export const SILENT_LIMIT_MS = 60_000;
const LONGEST_PAUSE_MS = 30_000;
const KEEP_EVENTS = 200;
const KEEP_FAILED = 8;

/** Where a release lies: in the Debian package, or in one of the two folders updates are written to. */
export type Slot = 'factory' | 'a' | 'b';

/** A release in a slot. */
export interface SlotRelease {
  slot: Slot;
  version: string;
  sequence: number;
  /** SHA-256 of the manifest's bytes, hex. */
  digest: string;
}

/** What is to be journaled. Numbers grow within a file; the agent journals each once. */
export type UpdateEvent = { number: number; at: number } & (
  | { kind: 'UpdateInstalled'; release: SlotRelease }
  | { kind: 'UpdateConfirmed'; release: SlotRelease; starts: number }
  | { kind: 'UpdateRolledBack'; release: SlotRelease; backTo: SlotRelease; reason: RollbackReason; starts: number }
  | { kind: 'UpdateRefused'; version: string | null; code: UpdateRefusal; detail: string }
);
type WithoutNumber<T> = T extends unknown ? Omit<T, 'number' | 'at'> : never;
/** An event before it is numbered. */
export type NewUpdateEvent = WithoutNumber<UpdateEvent>;

/** Why a release was given up: it never got healthy in time, it ended by itself too often (or the power did), or its files no longer are what was signed. */
export type RollbackReason = 'notHealthy' | 'startsUsedUp' | 'damaged';

/** A manifest that announced a key, kept as proof. */
export interface KeyAnnouncement {
  manifest: string;
  signature: string;
  keyId: string;
}

/** `state.json`, written by the starter only. */
export interface UpdateState {
  format: 1;
  running: SlotRelease;
  /** Where to go back to; null after a fresh installation and after having gone back. */
  previous: SlotRelease | null;
  /** Null: confirmed. `mustConnect`: the release before was connected to the broker. */
  trial: { starts: number; mustConnect: boolean } | null;
  /** Highest sequence ever confirmed. */
  floor: number;
  /** Digests of what failed here, newest last. */
  failed: string[];
  /** Number of the last installation taken or turned down. */
  consumed: number;
  announcements: KeyAnnouncement[];
  /** Keys that no longer install anything, because a release of their successor was confirmed. */
  retiredKeys: string[];
  events: UpdateEvent[];
}

/** A release written to a slot and waiting for the starter. */
export interface StagedRelease {
  number: number;
  release: SlotRelease;
  /** `window`: only while the store isn't trading. `quiet`: as soon as no terminal works. */
  when: 'window' | 'quiet';
}

/** `install.json`, written by the installer only. */
export interface InstallState {
  format: 1;
  /** Number of the last installation. */
  number: number;
  staged: StagedRelease | null;
  events: UpdateEvent[];
}

/** The state of a gateway that has run only what came with the package. */
export function initialState(factory: SlotRelease): UpdateState {
  return {
    format: 1,
    running: factory,
    previous: null,
    trial: null,
    floor: factory.sequence,
    failed: [],
    consumed: 0,
    announcements: [],
    retiredKeys: [],
    events: [],
  };
}

/** The installer's state before its first installation. */
export const NO_INSTALLS: InstallState = { format: 1, number: 0, staged: null, events: [] };

/**
 * Adds an event. Its number is above the last one and not below the time, so that numbers still grow when the files are lost and begin again.
 */
export function withEvent<T extends { events: UpdateEvent[] }>(state: T, event: NewUpdateEvent, now: number): T {
  const number = Math.max((state.events.at(-1)?.number ?? 0) + 1, now);
  return { ...state, events: [...state.events, { ...event, number, at: now } as UpdateEvent].slice(-KEEP_EVENTS) };
}

/** The slot an installation may overwrite: not what runs, and while there is a choice not what runs would go back to. */
export function idleSlot({ running, previous }: Pick<UpdateState, 'running' | 'previous'>): 'a' | 'b' {
  if (running.slot === 'a') return 'b';
  if (running.slot === 'b') return 'a';
  return previous?.slot === 'a' ? 'b' : 'a';
}

/** The staged release that waits to be taken; null when there is none, or while another one is on trial. */
export function waiting(state: UpdateState, { staged }: InstallState): StagedRelease | null {
  if (!staged || staged.number <= state.consumed || state.trial || staged.release.slot === state.running.slot) return null;
  return staged;
}

/** The staged release becomes the running one, on trial. */
export function take(state: UpdateState, staged: StagedRelease, mustConnect: boolean): UpdateState {
  return { ...onTrial(state, staged.release, mustConnect), consumed: staged.number };
}

/** The staged release turned out not to be what was staged. */
export function turnDown(state: UpdateState, staged: StagedRelease, now: number): UpdateState {
  const event = {
    kind: 'UpdateRefused',
    version: staged.release.version,
    code: 'damaged',
    detail: 'changed after it was installed',
  } as const;
  return withEvent({ ...state, consumed: staged.number }, event, now);
}

function onTrial(state: UpdateState, release: SlotRelease, mustConnect: boolean): UpdateState {
  return { ...state, running: release, previous: state.running, trial: { starts: 0, mustConnect } };
}

/**
 * What the package's release means for the state: replaced by apt while it ran, it is what runs now; newer than what runs from a slot, it goes on
 * trial, once; anything else waits as the last resort.
 */
export function noticeFactory(state: UpdateState, factory: SlotRelease, now: number): UpdateState {
  const { running, previous, trial } = state;
  if (running.slot === 'factory') {
    if (running.digest === factory.digest) return state;
    // The release before is gone with the old package: there is nothing to try it against.
    const replaced = {
      ...state,
      running: factory,
      trial: trial && { ...trial, starts: 0 },
      floor: Math.max(state.floor, factory.sequence),
    };
    return withEvent(replaced, { kind: 'UpdateInstalled', release: factory }, now);
  }
  const kept = previous?.slot === 'factory' && previous.digest !== factory.digest ? { ...state, previous: factory } : state;
  if (trial || factory.sequence <= Math.max(running.sequence, state.floor) || state.failed.includes(factory.digest)) return kept;
  return withEvent(onTrial(kept, factory, false), { kind: 'UpdateInstalled', release: factory }, now);
}

/** What {@link beforeStart} decided: the state to be written before the process is made, and the release to start. */
export interface StartDecision {
  state: UpdateState;
  start: SlotRelease;
}

/**
 * Decides what to start. `bootable` says whether a slot holds exactly this release, verified. A release on trial is counted; one that has used up its starts
 * or is damaged is given up. Null when nothing verifies: the gateway needs a person.
 */
export function beforeStart(
  state: UpdateState,
  factory: SlotRelease,
  bootable: (release: SlotRelease) => boolean,
  now: number,
): StartDecision | null {
  let next = state;
  if (next.trial && next.trial.starts >= MAX_TRIAL_STARTS) next = rollBack(next, factory, 'startsUsedUp', now);
  for (let attempt = 0; attempt < 3 && !bootable(next.running); attempt++) {
    if (next.running.slot === 'factory' && !next.previous) return null;
    next = rollBack(next, factory, 'damaged', now);
  }
  if (!bootable(next.running)) return null;
  if (next.trial) next = { ...next, trial: { ...next.trial, starts: next.trial.starts + 1 } };
  return { state: next, start: next.running };
}

/** Goes back to the release before, or to the package's when there is none. What was given up is remembered. */
export function rollBack(state: UpdateState, factory: SlotRelease, reason: RollbackReason, now: number): UpdateState {
  const { running: release, trial } = state;
  const backTo = state.previous ?? factory;
  const event = { kind: 'UpdateRolledBack', release, backTo, reason, starts: trial?.starts ?? 0 } as const;
  const failed = [...state.failed.filter((digest) => digest !== release.digest), release.digest].slice(-KEEP_FAILED);
  return withEvent({ ...state, running: backTo, previous: null, trial: null, failed }, event, now);
}

/** What the confirmed release's manifest says about keys. */
export interface ConfirmedKeys {
  /** The manifest's announcement, when it made one. */
  announced: KeyAnnouncement | null;
  /** Keys older than the one that signed it. */
  superseded: readonly string[];
}

/** The release on trial is kept: the floor rises, its announced key counts from now on, keys before its own install nothing any more. */
export function confirm(state: UpdateState, keys: ConfirmedKeys, now: number): UpdateState {
  const { running: release, trial } = state;
  if (!trial) return state;
  const known = state.announcements.some(({ signature }) => signature === keys.announced?.signature);
  return withEvent(
    {
      ...state,
      trial: null,
      floor: Math.max(state.floor, release.sequence),
      failed: state.failed.filter((digest) => digest !== release.digest),
      announcements: keys.announced && !known ? [...state.announcements, keys.announced] : state.announcements,
      retiredKeys: [...new Set([...state.retiredKeys, ...keys.superseded])],
    },
    { kind: 'UpdateConfirmed', release, starts: trial.starts },
    now,
  );
}

/**
 * The keys a gateway knows, oldest first: the pinned ones, then those announced, each by a manifest that `verify` finds signed by a key known
 * before. `generation` counts the announcements it took.
 */
export function knownKeys(
  pinned: readonly ReleaseKey[],
  announcements: readonly KeyAnnouncement[],
  verify: (announcement: KeyAnnouncement, key: ReleaseKey) => ReleaseKey | null,
): { key: ReleaseKey; generation: number }[] {
  const known = pinned.map((key) => ({ key, generation: 0 }));
  for (const announcement of announcements) {
    const signer = known.find(({ key }) => key.keyId === announcement.keyId);
    const next = signer ? verify(announcement, signer.key) : null;
    if (signer && next && !known.some(({ key }) => key.keyId === next.keyId)) known.push({ key: next, generation: signer.generation + 1 });
  }
  return known;
}

/** The times a starter goes by; a test shortens them. */
export interface StarterLimits {
  trialStartMs: number;
  confirmAfterMs: number;
  stopMs: number;
  restartPauseMs: number;
  silentMs: number;
  /** How often it looks, and for a staged release. */
  tickMs: number;
  askEveryMs: number;
}

/** The times in production. */
export const STARTER_LIMITS: StarterLimits = {
  trialStartMs: TRIAL_START_LIMIT_MS,
  confirmAfterMs: CONFIRM_AFTER_MS,
  stopMs: STOP_LIMIT_MS,
  restartPauseMs: RESTART_PAUSE_MS,
  silentMs: SILENT_LIMIT_MS,
  tickMs: 1_000,
  askEveryMs: 5_000,
};

/** How a started agent has done, in time the starter itself was awake. */
export interface WatchFacts {
  onTrial: boolean;
  /** Since its start. */
  watchedMs: number;
  /** Since its last report, or its start. */
  silentMs: number;
  /** Healthy on end; null when its last report was not, or there was none. */
  healthyMs: number | null;
}

/** What to do about a started agent. `giveUp`: the trial is over. `kill`: it hangs, another start may help. */
export function watchMove(facts: WatchFacts, limits: StarterLimits): 'goOn' | 'confirm' | 'giveUp' | 'kill' {
  if (facts.onTrial && facts.watchedMs >= limits.trialStartMs) return 'giveUp';
  if (facts.onTrial && facts.healthyMs !== null && facts.healthyMs >= limits.confirmAfterMs) return 'confirm';
  if (facts.silentMs >= limits.silentMs) return 'kill';
  return 'goOn';
}

/**
 * Pause before the next start after `sickStarts` in a row that never got healthy: doubling to half a minute, but not while on trial, whose time is limited.
 */
export function restartPauseMs(sickStarts: number, onTrial: boolean, { restartPauseMs: first }: StarterLimits): number {
  if (onTrial || sickStarts === 0) return first;
  return Math.min(LONGEST_PAUSE_MS, first * 2 ** Math.min(sickStarts - 1, 10));
}

/** The longest a bad release keeps a gateway busy, in powered time: every start used up to its limit, stopped the hard way, with the pauses between. */
export function longestTrialMs(limits: StarterLimits): number {
  return MAX_TRIAL_STARTS * (limits.trialStartMs + limits.stopMs + limits.restartPauseMs + 2 * limits.tickMs);
}
