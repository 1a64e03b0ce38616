// expect: nothing
export { connect } from 'node:net';
export { d } from '@tillward/contracts';
export { a } from '@tillward/driver';
export { b } from '@tillward/money';
