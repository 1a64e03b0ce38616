// expect: nothing
export { a } from '../../session/index.js';
export { b } from '../closing.service.js';
export { c } from '../other-part/closing.store.js';
