// expect: imports-core-web
export { a } from '@tillward/driver-zvt'; // violation
export type { b } from '@tillward/edge-agent'; // violation
export * from '@tillward/power'; // violation
export const c = () => import('@tillward/simulator'); // violation
export * from 'tillward'; // violation
