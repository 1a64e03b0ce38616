export { type CommandSurroundings, runEnrolmentCommand } from './enrolment.command.js';
export { type EnrolmentFile, readEnrolment } from './enrolment.file.js';
export { Renewal, type RenewalOutcome, renewInOwnProcess } from './renewal.service.js';
export { judgeServer, type ServerVerdict } from './server-identity.js';
