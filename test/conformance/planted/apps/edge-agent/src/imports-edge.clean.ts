// expect: nothing
export { a } from '@tillward/driver-zvt';
export { b } from '@tillward/policy';
export { c } from '@tillward/power';
