// expect: imports-driver
export { a } from '@tillward/driver-nexo'; // violation
export type { b } from '@tillward/power'; // violation
export * from '@tillward/observer-unionpay'; // violation
export const c = () => import('@tillward/core'); // violation
export * from 'tillward'; // violation
