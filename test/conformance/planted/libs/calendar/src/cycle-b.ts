// expect: lint/suspicious/noImportCycles
import { a } from './cycle-a.js'; // violation

export const b = (): number => a() + 1;
