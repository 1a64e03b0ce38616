// expect: lint/style/noRestrictedGlobals
export const a = () => process.cwd(); // violation
export const b = () => performance.now(); // violation
export const c = () => crypto.randomUUID(); // violation
export const d = (f: () => void) => setTimeout(f, 1); // violation
export const e = (f: () => void) => setInterval(f, 1); // violation
export const f = (g: () => void) => setImmediate(g); // violation
export const h = () => fetch('http://127.0.0.1').then((answer) => answer.status); // violation
export const j = () => globalThis; // violation
