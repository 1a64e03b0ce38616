import { expect, test } from 'vitest';
import { hoursClosingAt } from './hours.rules.js';

test.each([
  ['Asia/Shanghai', '2026-11-21T12:02:05.900Z', { open: '08:02:05', close: '20:02:05', acquirerCutOff: '22:02:05', cutOff: '00:02:05' }],
  ['Europe/Berlin', '2026-11-21T23:30:00Z', { open: '12:30:00', close: '00:30:00', acquirerCutOff: '02:30:00', cutOff: '04:30:00' }],
  ['America/New_York', '2026-07-01T04:00:00Z', { open: '12:00:00', close: '00:00:00', acquirerCutOff: '02:00:00', cutOff: '04:00:00' }],
])('%s closing at %s', (timeZone, instant, expected) => {
  expect(hoursClosingAt(Date.parse(instant), timeZone)).toEqual(expected);
});
