import { handoverRequest, operatorPasscode, personsReason, refundDecision, reprintRequest, slug } from '@tillward/contracts';
import { z } from 'zod';

/** What the console's page sends. The page and this file are one program: no other client may rely on it. */
export const CONSOLE_BODIES = {
  signIn: z.strictObject({ operatorId: slug, passcode: operatorPasscode }),
  /** Chooses a passcode with a one-time code. */
  passcode: z.strictObject({ operatorId: slug, code: z.string().regex(/^[0-9]{8}$/), passcode: operatorPasscode }),
  /** Asks for such a code: a manager for anybody, the installer's token for a manager. */
  code: z.strictObject({ operatorId: slug, installerToken: z.string().min(1).max(200).optional() }),
  operatorSession: z.strictObject({ terminal: slug }),
  handover: handoverRequest.omit({ tillId: true }),
  reprint: reprintRequest.omit({ tillId: true }),
  /** The manager gives the passcode once more: a phone left lying about approves nothing. */
  refundDecision: refundDecision.omit({ approverId: true }),
  close: z.strictObject({ terminals: z.array(slug).min(1).max(200), reason: personsReason }),
  till: z.strictObject({ tillId: slug }),
} as const;
