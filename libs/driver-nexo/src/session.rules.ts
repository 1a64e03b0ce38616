import type { MessageReference } from './request.js';
import { forgetOld, nextServiceId, type SentOrder } from './service-id.rules.js';

/** What the driver knows of its session with the terminal. */
export interface Session {
  /** The second the last ServiceID of our own was made for. */
  readonly lastSecond: number;
  /** The exchange that runs; null when the next one may start. `sent`: its bytes left. `reference`: of a money order that left, so that an Abort can name it. */
  readonly running: { readonly sent: boolean; readonly reference: MessageReference | null } | null;
  /** The last money order whose answer never came: still worth an Abort. Null once its outcome is known. */
  readonly lost: MessageReference | null;
}

/** Nothing said yet. */
export const NEW_SESSION: Session = { lastSecond: 0, running: null, lost: null };

/** Begins an exchange; null when one is running: one at a time. */
export function begin(session: Session): Session | null {
  return session.running ? null : { ...session, running: { sent: false, reference: null } };
}

/** The running exchange's message left; a money order's under this reference. */
export function sentAs(session: Session, reference: MessageReference | null): Session {
  return { ...session, running: { sent: true, reference } };
}

/** The exchange is over. `lost`: an order left and nobody knows what became of it. Forgetting an older lost order when a newer one ended well is right: a terminal works on one at a time. */
export function end(session: Session, lost: boolean): Session {
  const reference = session.running?.reference ?? null;
  return { ...session, running: null, lost: reference === null ? session.lost : lost ? reference : null };
}

/** What an Abort would be about: the running order, else the last lost one; null when there is nothing to give up. */
export function abortTarget(session: Session): MessageReference | null {
  return session.running?.reference ?? session.lost;
}

/** A ServiceID for a message of our own. */
export function ownServiceId(session: Session, nowMs: number, random: Uint8Array): { readonly session: Session; readonly id: string } {
  const { id, second } = nextServiceId(session.lastSecond, nowMs, random);
  return { session: { ...session, lastSecond: second }, id };
}

/**
 * Remembers an order that is about to be sent, for as long as a terminal does. Throws RangeError for a reference that was sent before: a terminal
 * would refuse it, and the refusal would be taken for the fate of the first one. A bug of the caller.
 */
export function rememberOrder(orders: Map<string, SentOrder>, reference: string, order: SentOrder): void {
  forgetOld(orders, order.atMs);
  if (orders.has(reference)) throw new RangeError(`the order reference ${reference} was sent before`);
  orders.set(reference, order);
}
