import { describe, expect, it } from 'vitest';
import { type MaintenanceSettings, maintenanceWindow } from './maintenance.rules.js';

const SETTINGS: MaintenanceSettings = {
  timeZone: 'Europe/Berlin',
  open: '09:00',
  close: '22:00',
  cutOff: '04:00',
  leadMs: 30 * 60_000,
  opensAt: '01:00',
  closesAt: '05:00',
};
const window = (more: Partial<MaintenanceSettings>, day = '2026-11-21') => {
  const found = maintenanceWindow(day, { ...SETTINGS, ...more });
  return found && [found.opensAtMs, found.closesAtMs].map((ms) => new Date(ms).toISOString());
};

describe('maintenanceWindow', () => {
  it.each<[string, Partial<MaintenanceSettings>, string[] | null]>([
    ['early morning', {}, ['2026-11-22T00:00:00.000Z', '2026-11-22T04:00:00.000Z']],
    ['from the evening on', { opensAt: '23:00', closesAt: '02:00' }, ['2026-11-21T22:00:00.000Z', '2026-11-22T01:00:00.000Z']],
    ['begins when the store has closed', { close: '02:30' }, ['2026-11-22T01:30:00.000Z', '2026-11-22T04:00:00.000Z']],
    ['ends before the next opening is prepared', { open: '05:00' }, ['2026-11-22T00:00:00.000Z', '2026-11-22T03:30:00.000Z']],
    ['has no place in an open store', { opensAt: '10:00', closesAt: '12:00', open: '08:00', close: '07:00' }, null],
  ])('%s', (_name, more, expected) => {
    expect(window(more)).toEqual(expected);
  });

  it('is an hour longer in the night the clocks go back', () => {
    expect(window({}, '2026-10-24')).toEqual(['2026-10-24T23:00:00.000Z', '2026-10-25T04:00:00.000Z']);
  });
});
