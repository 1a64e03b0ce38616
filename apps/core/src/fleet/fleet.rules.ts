import type { PowerState, ServiceState, TerminalSample } from '@tillward/contracts';

/** A presence message of one gateway session. */
export interface PresenceReport {
  readonly session: number;
  readonly online: boolean;
}

/** F1: an older session never overrides a newer one, so that the will of a dead session can't mark a living one offline. */
export function acceptsPresence(known: PresenceReport | undefined, report: PresenceReport): boolean {
  return known === undefined || report.session >= known.session;
}

/** How long a gateway that has said nothing still counts as online; it sends a sample every ten seconds at least. */
export const SILENT_AFTER_MS = 35_000;

/** F2: online means that its newest session said so and that it was heard of lately. */
export function isOnline(presence: { online: boolean; lastSeenAt: Date } | undefined, now: Date): boolean {
  if (presence?.online !== true) return false;
  return now.getTime() - presence.lastSeenAt.getTime() < SILENT_AFTER_MS;
}

/** F3: what is shown of a terminal whose gateway isn't online is unknown, never off (DOMAIN.md, section 1). */
export function shownState(
  online: boolean,
  reported: { power: PowerState; service: ServiceState } | undefined,
): { power: PowerState; service: ServiceState } {
  if (!online || reported === undefined) return { power: 'unknown', service: 'unknown' };
  return { power: reported.power, service: reported.service };
}

/** What a live sample says about a terminal's state, without the amounts: those come from the journal. */
export type ReportedState = Pick<TerminalSample, 'power' | 'service' | 'activity' | 'signedOn' | 'operatorId' | 'lastUseAt'>;
