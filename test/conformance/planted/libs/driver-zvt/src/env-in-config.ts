// expect: env-in-config
import { env } from 'node:process'; // violation

export const a = process.env['HTTP_PORT']; // violation
export const b = process['env']; // violation
export const c = () => ({ ...process.env, ...env }); // violation
