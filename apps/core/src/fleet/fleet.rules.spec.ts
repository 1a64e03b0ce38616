import { expect, it } from 'vitest';
import { acceptsPresence, isOnline, SILENT_AFTER_MS, shownState } from './fleet.rules.js';

const NOW = new Date('2026-11-21T12:00:00Z');
const ago = (ms: number) => new Date(NOW.getTime() - ms);

it.each([
  ['the first session', undefined, { session: 3, online: true }, true],
  ['a newer session', { session: 3, online: true }, { session: 4, online: true }, true],
  ['the will of the same session', { session: 3, online: true }, { session: 3, online: false }, true],
  ['the will of an older session (F1)', { session: 4, online: true }, { session: 3, online: false }, false],
] as const)('presence of %s is accepted: %o, %o → %s', (_name, known, report, accepted) => {
  expect(acceptsPresence(known, report)).toBe(accepted);
});

it.each([
  ['never heard of', undefined, false],
  ['said so just now', { online: true, lastSeenAt: ago(0) }, true],
  ['said so, silent for a while', { online: true, lastSeenAt: ago(SILENT_AFTER_MS - 1) }, true],
  ['said so, silent for too long (F2)', { online: true, lastSeenAt: ago(SILENT_AFTER_MS) }, false],
  ['said goodbye', { online: false, lastSeenAt: ago(0) }, false],
])('a gateway that %s is online: %o → %s', (_name, presence, online) => {
  expect(isOnline(presence, NOW)).toBe(online);
});

it('a terminal whose gateway is offline is unknown, never off (F3)', () => {
  expect(shownState(false, { power: 'off', service: 'ready' })).toEqual({ power: 'unknown', service: 'unknown' });
  expect(shownState(true, { power: 'off', service: 'ready' })).toEqual({ power: 'off', service: 'ready' });
  expect(shownState(true, undefined)).toEqual({ power: 'unknown', service: 'unknown' });
});
