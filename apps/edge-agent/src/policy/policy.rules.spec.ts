import type { DesiredBody } from '@tillward/contracts';
import { describe, expect, it } from 'vitest';
import { desiredBody, GATEWAY, STORE } from '../edge.fixtures.js';
import { judgeDesired } from './policy.rules.js';

const identity = { store: STORE, gateway: GATEWAY };

describe('judgeDesired', () => {
  it.each<[string, number | null, DesiredBody, boolean, string]>([
    ['the first ever', null, desiredBody(1), true, 'apply'],
    ['a newer one', 4, desiredBody(5), true, 'apply'],
    ['the same again', 5, desiredBody(5), true, 'ignore'],
    ['an older one', 6, desiredBody(5), true, 'refuse'],
    ['for another gateway', null, { ...desiredBody(1), gateway: 'other' }, true, 'refuse'],
    ['for another store', null, { ...desiredBody(1), store: { ...desiredBody(1).store, id: 'other' } }, true, 'refuse'],
    ['with an unknown time zone', null, desiredBody(1), false, 'refuse'],
    [
      'with a terminal twice',
      null,
      { ...desiredBody(1), terminals: [...desiredBody(1).terminals, desiredBody(1).terminals[0]!] },
      true,
      'refuse',
    ],
  ])('%s', (_name, current, body, knownZone, kind) => {
    expect(judgeDesired(current, body, identity, knownZone).kind).toBe(kind);
  });
});
