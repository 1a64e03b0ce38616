import { type DesiredBody, desiredBody, type TerminalConnection, terminalConnection } from '@tillward/contracts';
import { z } from 'zod';

/**
 * A desired document as a gateway opens it: terminals are looked at one by one, so that one of a kind this version doesn't know, or described wrongly, is
 * refused alone.
 */
export const openedDesired = desiredBody.extend({ terminals: z.array(z.looseObject({})).max(200) });
export type OpenedDesired = z.infer<typeof openedDesired>;

/** What was refused of a document, by the key the answer names it with. */
export interface Refusal {
  key: string;
  reason: string;
}

/** The terminals of a document that can be read, and why the others can't. A terminal without a readable id is named by its place in the list. */
export function readTerminals(opened: OpenedDesired): { terminals: TerminalConnection[]; refused: Refusal[] } {
  const terminals: TerminalConnection[] = [];
  const refused: Refusal[] = [];
  for (const [index, described] of opened.terminals.entries()) {
    const read = terminalConnection.safeParse(described);
    if (read.success) terminals.push(read.data);
    else refused.push({ key: `terminals.${nameOf(described, index)}`, reason: reasonOf(described, read.error) });
  }
  return { terminals, refused };
}

function nameOf({ id }: Record<string, unknown>, index: number): string {
  return typeof id === 'string' && /^[a-z0-9-]{1,48}$/.test(id) ? id : String(index);
}

/** Names the field and never repeats its value, which may be a secret. */
function reasonOf({ driver }: Record<string, unknown>, error: z.ZodError): string {
  const path = error.issues[0]?.path.join('.') ?? '';
  if (path === 'driver') return typeof driver === 'string' ? 'this gateway knows no driver of this name' : 'it names no driver';
  return `malformed: ${path || 'it has an unknown field'}`.slice(0, 200);
}

/** What to do with a desired document whose signature is core's. */
export type DesiredDecision = { kind: 'apply' } | { kind: 'ignore' } | { kind: 'refuse'; reason: string };

/**
 * Only a newer version for exactly this gateway is applied; the version already in force is ignored, because the broker repeats it at every
 * connection. `knownTimeZone` says whether this program has data for the document's zone: without it no closing time can be computed.
 */
export function judgeDesired(
  currentVersion: number | null,
  body: Pick<DesiredBody, 'store' | 'gateway' | 'version'> & { terminals: readonly { id?: unknown }[] },
  identity: { store: string; gateway: string },
  knownTimeZone: boolean,
): DesiredDecision {
  if (body.store.id !== identity.store || body.gateway !== identity.gateway) return { kind: 'refuse', reason: 'it is for another gateway' };
  if (currentVersion !== null && body.version === currentVersion) return { kind: 'ignore' };
  if (currentVersion !== null && body.version < currentVersion) {
    return { kind: 'refuse', reason: `version ${body.version} is older than ${currentVersion}, which is in force` };
  }
  if (!knownTimeZone) return { kind: 'refuse', reason: 'the time zone of the store is not known' };
  const ids = body.terminals.map((terminal) => terminal.id).filter((id) => id !== undefined);
  if (new Set(ids).size !== ids.length) {
    return { kind: 'refuse', reason: 'a terminal is listed twice' };
  }
  return { kind: 'apply' };
}
