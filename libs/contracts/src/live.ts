import { z } from 'zod';
import { cloudEvent, EVENT_TYPE } from './cloud-event.js';
import { epochMs, plainText, slug } from './identifiers.js';
import { terminalSample } from './terminal-state.js';

/** A session of the agent. `session` grows with every start, so that the will of an old session can't mark a new one offline. */
export const presenceData = z.strictObject({
  online: z.boolean(),
  session: z.int().positive(),
  agentVersion: plainText(32),
  at: epochMs,
});
export const presenceEvent = cloudEvent(EVENT_TYPE.presence, presenceData);
export type PresenceData = z.infer<typeof presenceData>;
export type PresenceEvent = z.infer<typeof presenceEvent>;

/** Latest samples of all terminals; may be lost, is never truth. `journalHead` and `ackedThrough` show how far core is behind. */
export const liveData = z.strictObject({
  session: z.int().positive(),
  at: epochMs,
  journalHead: z.int().nonnegative(),
  ackedThrough: z.int().nonnegative(),
  terminals: z.record(slug, terminalSample),
  /** What is wrong with the gateway itself, as stable codes; left out when nothing is. */
  notices: z.array(plainText(40)).max(16).optional(),
});
export const liveEvent = cloudEvent(EVENT_TYPE.live, liveData);
export type LiveData = z.infer<typeof liveData>;
export type LiveEvent = z.infer<typeof liveEvent>;
