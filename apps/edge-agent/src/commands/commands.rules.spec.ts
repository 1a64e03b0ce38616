import { describe, expect, it } from 'vitest';
import { afterRestart, type CommandSituation, judgeCommand } from './commands.rules.js';

const NOW = Date.UTC(2026, 4, 4, 12);
const at = (offsetMs: number) => new Date(NOW + offsetMs).toISOString();
const FINE: CommandSituation = {
  command: { store: 'berlin', gateway: 'gw', terminal: 't1', notBefore: at(-1_000), expiresAt: at(60_000) },
  identity: { store: 'berlin', gateway: 'gw' },
  now: NOW,
  terminalKnown: true,
  known: null,
  nonceUsed: false,
};

describe('judgeCommand', () => {
  it.each<[string, Partial<CommandSituation>, string]>([
    ['in order', {}, 'accept'],
    ['to start later', { command: { ...FINE.command, notBefore: at(30_000) } }, 'accept'],
    ['the same again', { known: 'succeeded' }, 'repeat'],
    ['the same again, whatever it says', { known: 'received', nonceUsed: true }, 'repeat'],
    ['for another gateway', { command: { ...FINE.command, gateway: 'other' } }, 'reject'],
    ['for another store', { command: { ...FINE.command, store: 'other' } }, 'reject'],
    ['with a used nonce', { nonceUsed: true }, 'reject'],
    ['for an unknown terminal', { terminalKnown: false }, 'reject'],
    ['expiring before its start', { command: { ...FINE.command, notBefore: at(90_000) } }, 'reject'],
    ['too late', { command: { ...FINE.command, expiresAt: at(0) } }, 'expired'],
  ])('%s', (_name, change, decision) => {
    expect(judgeCommand({ ...FINE, ...change }).kind).toBe(decision);
  });
});

describe('afterRestart', () => {
  it.each([
    ['started', -1, 'continue'],
    ['started', 1, 'continue'],
    ['received', 1, 'start'],
    ['received', 0, 'expire'],
  ] as const)('%s, expires in %i → %s', (state, offset, action) => {
    expect(afterRestart(state, NOW + offset, NOW)).toBe(action);
  });
});
