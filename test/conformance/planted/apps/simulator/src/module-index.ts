// expect: module-index
export { a } from './session/session.service.js'; // violation
export type { b } from './session/part/session.entity.js'; // violation
export const c = () => import('./session/session.service.js'); // violation
export type D = import('./session/session.entity.js').D; // violation
