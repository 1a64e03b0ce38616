export { reportToStarter } from './update.reporter.js';
export { type UpdateParts, UpdateSubject } from './update.subject.js';
