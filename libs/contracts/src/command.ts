import { z } from 'zod';
import { cloudEvent, EVENT_TYPE } from './cloud-event.js';
import { instant, slug } from './identifiers.js';
import { signedBody } from './signed-body.js';

/**
 * One-shot actions. `settleTerminal` closes the batch; `closeTerminal` runs the whole proven close for one terminal, also after the store's
 * closing was blocked; `openTerminal` runs the opening routine.
 */
export const commandAction = z.enum(['settleTerminal', 'closeTerminal', 'openTerminal']);
export type CommandAction = z.infer<typeof commandAction>;

export const commandBody = z.strictObject({
  id: z.uuid(),
  store: slug,
  gateway: slug,
  terminal: slug,
  action: commandAction,
  notBefore: instant,
  expiresAt: instant,
  nonce: z.string().min(16).max(64),
  /** Who asked, for the store console and the journal. */
  requestedBy: z.string().max(80),
  reason: z.string().max(400),
});
export type CommandBody = z.infer<typeof commandBody>;
export const commandEvent = cloudEvent(EVENT_TYPE.command, signedBody);
export type CommandEvent = z.infer<typeof commandEvent>;
