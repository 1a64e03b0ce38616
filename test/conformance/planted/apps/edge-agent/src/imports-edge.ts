// expect: imports-edge
export { a } from '@tillward/core'; // violation
export type { b } from '@tillward/dashboard'; // violation
export { c } from '@tillward/simulator'; // violation
export * from 'tillward'; // violation
