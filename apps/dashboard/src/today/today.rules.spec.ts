import { describe, expect, it } from 'vitest';
import type { StoreBoardFragment } from '../graphql/generated/graphql.js';
import { closingPhase } from './today.rules.js';

describe('closingPhase', () => {
  const store = (over: Partial<StoreBoardFragment>): StoreBoardFragment =>
    ({ businessDay: '2026-11-21', isOpen: true, terminals: [], gateway: { online: true }, closing: null, ...over }) as StoreBoardFragment;
  const closing = (over: object) => ({
    routineId: 'r',
    businessDay: '2026-11-21',
    startedAt: '',
    finishedAt: null,
    proven: 0,
    blocked: 0,
    running: 0,
    ...over,
  });
  const unproven = [{ closeProof: null }] as unknown as StoreBoardFragment['terminals'];
  const proven = [{ closeProof: { businessDay: '2026-11-21' } }] as unknown as StoreBoardFragment['terminals'];
  it.each([
    [store({}), 'open'],
    [store({ isOpen: false }), 'closed'],
    [store({ gateway: null }), 'unknown'],
    [store({ closing: closing({ running: 1, blocked: 1 }) }), 'closing'],
    [store({ closing: closing({ proven: 1, blocked: 1 }), terminals: unproven }), 'blocked'],
    [store({ closing: closing({ proven: 1, blocked: 1 }), terminals: proven }), 'proven'],
    [store({ closing: closing({ proven: 2 }), isOpen: false }), 'proven'],
    [store({ closing: closing({ proven: 2, businessDay: '2026-11-20' }) }), 'open'],
  ] as const)('%#', (at, phase) => {
    expect(closingPhase(at)).toBe(phase);
  });
});
