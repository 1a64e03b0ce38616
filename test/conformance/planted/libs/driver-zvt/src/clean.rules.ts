// expect: nothing
import { hash } from 'node:crypto';

export const a = (nowMs: number) => new Date(nowMs).toISOString();
export const b = (text: string) => Date.parse(text) + Date.UTC(2026, 0, 1);
export const c = (process: { cwd: string }) => process.cwd;
export const d = (text: string) => hash('sha256', text, 'hex');

export type { SessionEntity } from './session.entity.js';
export { REFUSALS } from './session.errors.js';
