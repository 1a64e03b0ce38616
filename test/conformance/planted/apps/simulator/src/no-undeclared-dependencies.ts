// expect: lint/correctness/noUndeclaredDependencies
export { a } from 'not-in-package-json'; // violation
