import { z } from 'zod';
import { cloudEvent, EVENT_TYPE } from './cloud-event.js';
import { currencyCode, instant, slug } from './identifiers.js';
import { signedBodyWithRotations } from './signed-body.js';
import { terminalConnection } from './terminal-connection.js';

/** Where a value of the effective policy came from. */
export const policyOrigin = z.enum(['default', 'chain', 'region', 'store', 'terminal']);
export type PolicyOrigin = z.infer<typeof policyOrigin>;

/** One effective setting: the value as the catalogue of libs/policy types it, and the level that set it. */
export const effectiveSetting = z.strictObject({ value: z.json(), origin: policyOrigin });

/** A person who may work a terminal, and until when the certificate that allows it is valid (null: never certified). */
export const operatorGrant = z.strictObject({
  id: slug,
  name: z.string().min(1).max(80),
  certifiedUntil: instant.nullable(),
  certificateId: z.string().max(64).nullable(),
  /** What the person may decide in the store: a manager approves refunds and gives out codes and tokens. A cashier when it is left out. */
  role: z.enum(['cashier', 'manager']).optional(),
});
export type OperatorGrant = z.infer<typeof operatorGrant>;

/** The complete effective document of one gateway. `version` is monotonic per chain; a gateway ignores anything older. */
export const desiredBody = z.strictObject({
  version: z.int().positive(),
  issuedAt: instant,
  store: z.strictObject({ id: slug, name: z.string(), timeZone: z.string(), currency: currencyCode }),
  gateway: slug,
  settings: z.record(z.string(), effectiveSetting),
  terminals: z.array(terminalConnection).max(200),
  operators: z.array(operatorGrant).max(2000),
});
export type DesiredBody = z.infer<typeof desiredBody>;
export const desiredEvent = cloudEvent(EVENT_TYPE.desired, signedBodyWithRotations);
export type DesiredEvent = z.infer<typeof desiredEvent>;
