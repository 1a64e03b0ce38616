// expect: lint/suspicious/noImportCycles
import { b } from './cycle-b.js'; // violation

export const a = (): number => b() + 1;
