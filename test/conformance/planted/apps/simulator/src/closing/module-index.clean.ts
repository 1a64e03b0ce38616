// expect: nothing
export { a } from '../session/index.js';
export { b } from '../clock.js';
export { c } from './part/closing.store.js';
