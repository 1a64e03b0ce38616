// expect: pure-no-clock
export const a = () => Date.now(); // violation
export const b = () => new Date(); // violation
export const c = { now: Date.now }; // violation
export const d = () => Math.random(); // violation
export class E {
  at = new Date(); // violation
}
