// expect: nothing
export { a } from '@tillward/core';
export { b } from '@tillward/driver-zvt';
