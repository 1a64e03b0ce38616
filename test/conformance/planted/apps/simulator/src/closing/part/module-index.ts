// expect: module-index
export { a } from '../../session/session.service.js'; // violation
