// expect: lint/correctness/noUndeclaredDependencies pure-no-io
export { a } from 'not-in-package-json'; // violation
