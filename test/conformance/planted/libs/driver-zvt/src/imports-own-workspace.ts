// expect: imports-own-workspace
export { a } from '../../../libs/money/src/index.js'; // violation
export type { b } from '../../../apps/core/dist/main.js'; // violation
