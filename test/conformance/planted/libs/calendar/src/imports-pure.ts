// expect: imports-pure
export { a } from '@tillward/driver-zvt'; // violation
export type { b } from '@tillward/core'; // violation
export * from '@tillward/power'; // violation
import '@tillward/simulator'; // violation
export const c = () => import('@tillward/edge-agent'); // violation
export type D = import('@tillward/observer-unionpay').D; // violation
