import type { DesiredBody } from '@tillward/contracts';

/** What to do with a desired document whose signature is core's. */
export type DesiredDecision = { kind: 'apply' } | { kind: 'ignore' } | { kind: 'refuse'; reason: string };

/**
 * Only a newer version for exactly this gateway is applied; the version already in force is ignored, because the broker repeats it at every
 * connection. `knownTimeZone` says whether this program has data for the document's zone: without it no closing time can be computed.
 */
export function judgeDesired(
  currentVersion: number | null,
  body: DesiredBody,
  identity: { store: string; gateway: string },
  knownTimeZone: boolean,
): DesiredDecision {
  if (body.store.id !== identity.store || body.gateway !== identity.gateway) return { kind: 'refuse', reason: 'it is for another gateway' };
  if (currentVersion !== null && body.version === currentVersion) return { kind: 'ignore' };
  if (currentVersion !== null && body.version < currentVersion) {
    return { kind: 'refuse', reason: `version ${body.version} is older than ${currentVersion}, which is in force` };
  }
  if (!knownTimeZone) return { kind: 'refuse', reason: 'the time zone of the store is not known' };
  if (new Set(body.terminals.map((terminal) => terminal.id)).size !== body.terminals.length) {
    return { kind: 'refuse', reason: 'a terminal is listed twice' };
  }
  return { kind: 'apply' };
}
