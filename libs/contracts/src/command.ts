import { z } from 'zod';
import { cloudEvent, EVENT_TYPE } from './cloud-event.js';
import { instant, slug } from './identifiers.js';
import { signedBody } from './signed-body.js';

/**
 * One-shot actions. `settleTerminal` closes the batch; `closeTerminal` runs the whole proven close for one terminal, also after the store's
 * closing was blocked; `openTerminal` runs the opening routine. `restartTerminal` restarts it by its protocol, `powerCycleTerminal` by taking its power
 * away, both only while nothing runs on it. `displayMessage` takes the parameter `text`, `diagnoseTerminal` the parameter `depth` (host or self).
 * `abortTerminal` asks it to give up what it is doing. `captureDialogue` journals the last protocol dialogue, decoded and masked. `acceptUnbalanced` tells that two
 * people accept the difference of the settlement named by the parameter `settlementId`; core makes it of their decision, nobody orders it on a terminal.
 * `adoptOutcome` gives a gateway back what it told core itself before its data went back to an older copy: how the payment named by the parameter `paymentId` ended (`state`:
 * completed, declined or failed; with what was booked). Core sends it when such a payment is said to be in doubt; nobody orders it.
 */
export const COMMAND_ACTIONS = [
  'settleTerminal',
  'closeTerminal',
  'openTerminal',
  'signOnTerminal',
  'signOffTerminal',
  'sendStored',
  'diagnoseTerminal',
  'restartTerminal',
  'powerCycleTerminal',
  'setTerminalTime',
  'displayMessage',
  'reprintReceipt',
  'abortTerminal',
  'captureDialogue',
  'acceptUnbalanced',
  'adoptOutcome',
] as const;
export const commandAction = z.enum(COMMAND_ACTIONS);
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
  /** What some actions need to know; never secrets. */
  parameters: z.record(z.string().max(40), z.string().max(200)).optional(),
});
export type CommandBody = z.infer<typeof commandBody>;
export const commandEvent = cloudEvent(EVENT_TYPE.command, signedBody);
export type CommandEvent = z.infer<typeof commandEvent>;
