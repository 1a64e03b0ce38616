import { describe, expect, it } from 'vitest';
import { type AccessRule, accessRefusal, type Viewer } from './access.js';
import { AccessRefused, Unauthenticated } from './graphql.errors.js';

const viewer = (role: Viewer['actor']['role']): Viewer => ({
  actor: { kind: 'person', id: 'p', name: 'P', role, language: 'en', stores: [] },
  sessionId: 's',
  again: async () => undefined,
});

describe('accessRefusal', () => {
  it.each<[string, readonly AccessRule[] | undefined, Viewer | undefined, unknown]>([
    ['nobody, nothing declared', undefined, undefined, Unauthenticated],
    ['HQ, nothing declared', undefined, viewer('hq'), AccessRefused],
    ['nobody, for HQ', ['hq'], undefined, Unauthenticated],
    ['a cashier, for HQ', ['hq'], viewer('cashier'), AccessRefused],
    ['an auditor, for HQ and managers', ['hq', 'manager'], viewer('auditor'), AccessRefused],
  ])('refuses %s', (_name, rules, who, expected) => {
    expect(accessRefusal(rules, who)).toBeInstanceOf(expected);
  });

  it.each<[string, readonly AccessRule[], Viewer | undefined]>([
    ['nobody, for everyone', ['everyone'], undefined],
    ['a manager, for HQ and managers', ['hq', 'manager'], viewer('manager')],
  ])('grants %s', (_name, rules, who) => {
    expect(accessRefusal(rules, who)).toBeUndefined();
  });
});
