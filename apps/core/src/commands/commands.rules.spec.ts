import { describe, expect, it } from 'vitest';
import type { CommandState } from '../graphql/index.js';
import { type CommandEvent, EXPIRY_GRACE_MS, isOverdue, nextCommandState, SILENCE_MS } from './commands.rules.js';

describe('C2 nextCommandState', () => {
  const table: [CommandState, CommandEvent, CommandState | undefined][] = [
    ['created', 'sent', 'sent'],
    ['created', 'received', 'received'],
    ['sent', 'sent', undefined],
    ['sent', 'received', 'received'],
    ['sent', 'rejected', 'rejected'],
    ['sent', 'expired', 'expired'],
    ['received', 'rejected', undefined],
    ['running', 'rejected', undefined],
    ['received', 'sent', undefined],
    ['received', 'received', undefined],
    ['received', 'started', 'running'],
    ['received', 'expired', 'expired'],
    ['running', 'received', undefined],
    ['running', 'expired', undefined],
    ['running', 'succeeded', 'succeeded'],
    ['running', 'failed', 'failed'],
    ['succeeded', 'failed', undefined],
    ['failed', 'started', undefined],
    ['rejected', 'received', undefined],
    ['cancelled', 'started', undefined],
    ['created', 'deadlinePassed', 'expired'],
    ['sent', 'deadlinePassed', 'expired'],
    ['received', 'deadlinePassed', 'outcomeUnknown'],
    ['running', 'deadlinePassed', 'outcomeUnknown'],
    ['succeeded', 'deadlinePassed', undefined],
    ['expired', 'deadlinePassed', undefined],
    // A gateway that was cut off tells later what it did: what core concluded from silence gives way.
    ['expired', 'received', 'received'],
    ['expired', 'succeeded', 'succeeded'],
    ['expired', 'expired', undefined],
    ['outcomeUnknown', 'received', undefined],
    ['outcomeUnknown', 'succeeded', 'succeeded'],
    ['outcomeUnknown', 'failed', 'failed'],
  ];
  it.each(table)('%s + %s → %s', (state, event, next) => {
    expect(nextCommandState(state, event)).toBe(next);
  });

  it('reaches the same end in whatever order and however often evidence arrives', () => {
    const events: CommandEvent[] = ['received', 'started', 'succeeded'];
    const orders = [events, [...events].reverse(), [...events, ...events], ['sent', 'succeeded', 'received'] as CommandEvent[]];
    for (const order of orders) {
      const end = order.reduce<CommandState>((state, event) => nextCommandState(state, event) ?? state, 'created');
      expect(end).toBe('succeeded');
    }
  });
});

describe('C4 isOverdue', () => {
  it.each<[CommandState, number, boolean]>([
    ['sent', EXPIRY_GRACE_MS - 1, false],
    ['sent', EXPIRY_GRACE_MS, true],
    ['running', EXPIRY_GRACE_MS, false],
    ['running', SILENCE_MS, true],
    ['succeeded', SILENCE_MS * 2, false],
  ])('%s %d ms after its expiry: %s', (state, late, expected) => {
    expect(isOverdue(state, 1_000, 1_000 + late)).toBe(expected);
  });
});
