// expect: module-index
export { a } from '../session/session.service.js'; // violation
export type { b } from '../session/part/session.entity.js'; // violation
