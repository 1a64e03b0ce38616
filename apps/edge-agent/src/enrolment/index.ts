import type { CommandSurroundings } from './enrolment.command.js';

export type { CommandSurroundings } from './enrolment.command.js';
export { type EnrolmentFile, EnrolmentFileError, readEnrolment } from './enrolment.file.js';
export { Renewal, type RenewalOutcome, renewInOwnProcess } from './renewal.service.js';
export { judgeServer, type ServerVerdict } from './server-identity.js';

/** `tillward-edge enroll`, `renew` and `help` (enrolment.command.ts); loaded when called, because the agent itself never does. */
export async function runEnrolmentCommand(words: readonly string[], around: CommandSurroundings): Promise<number> {
  const command = await import('./enrolment.command.js');
  return await command.runEnrolmentCommand(words, around);
}
