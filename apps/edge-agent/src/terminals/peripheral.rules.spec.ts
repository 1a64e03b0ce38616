import { describe, expect, it } from 'vitest';
import { describedAnew, describedBy, peripheralChanges, printerAfterLook, printerLookDelayMs, shownDevice } from './peripheral.rules.js';
import { UNKNOWN_TERMINAL } from './terminal.rules.js';

const DEVICE = { model: 'A920', software: '1.2', serial: '77', peripherals: { printer: 'ready', keypad: 'ready' } } as const;
const facts = (change: Partial<typeof UNKNOWN_TERMINAL> = {}) => ({ ...UNKNOWN_TERMINAL, power: 'on' as const, ...change });

describe('describedBy', () => {
  it('keeps what was told before, and the very object when nothing is new', () => {
    const before = describedBy(null, { ...DEVICE, clock: '2026-05-04T12:00:00' });
    expect(before).toEqual(DEVICE);
    expect(describedBy(before, { ...DEVICE, clock: '2026-05-04T12:01:00' })).toBe(before);
    expect(describedBy(before, undefined)).toBe(before);
    expect(describedBy(before, { software: '1.3' })).toEqual({ ...DEVICE, software: '1.3' });
  });

  it('takes no control characters, no endless and no broken text from a device', () => {
    expect(describedBy(null, { model: `A\u0000\n${'x'.repeat(99)}`, serial: '\ud800' })).toEqual({
      model: `A  ${'x'.repeat(61)}`,
      serial: '\ufffd',
    });
  });
});

describe('describedAnew', () => {
  it('is said when model, software or serial number are new', () => {
    expect(describedAnew(facts(), facts({ device: DEVICE }))).toEqual({ model: 'A920', software: '1.2', serial: '77' });
    expect(describedAnew(facts({ device: DEVICE }), facts({ device: { ...DEVICE, nextRebootAt: 'x' } }))).toBeNull();
    expect(describedAnew(facts({ device: DEVICE }), facts({ device: { ...DEVICE, software: '2' } }))).toMatchObject({ software: '2' });
  });
});

describe('peripheralChanges', () => {
  it('names each peripheral whose state is new, and who told', () => {
    expect(peripheralChanges(facts(), facts({ device: DEVICE }))).toEqual([
      { peripheral: 'printer', state: 'ready', toldBy: 'terminal' },
      { peripheral: 'keypad', state: 'ready', toldBy: 'terminal' },
    ]);
    expect(peripheralChanges(facts({ device: DEVICE }), facts({ device: { ...DEVICE, model: 'B' } }))).toEqual([]);
  });

  it('believes the printer beside the terminal more than the terminal', () => {
    const before = facts({ device: DEVICE, printer: 'paperOut' });
    expect(peripheralChanges(facts({ device: DEVICE }), before)).toEqual([{ peripheral: 'printer', state: 'paperOut', toldBy: 'printer' }]);
    const terminalSaysError = facts({ printer: 'paperOut', device: { ...DEVICE, peripherals: { printer: 'error', keypad: 'ready' } } });
    expect(peripheralChanges(before, terminalSaysError)).toEqual([]);
  });
});

describe('shownDevice', () => {
  const clock = { local: '2026-05-04T23:59:30', at: 1_000 };

  it('lets the clock go on, and knows nothing of peripherals whose terminal is silent', () => {
    expect(shownDevice(facts({ device: DEVICE }), clock, 46_000)).toEqual({ ...DEVICE, clock: '2026-05-05T00:00:15' });
    expect(shownDevice(facts({ device: DEVICE, power: 'off', printer: 'paperLow' }), clock, 46_000)).toEqual({
      ...DEVICE,
      peripherals: { printer: 'paperLow', keypad: 'unknown' },
    });
    expect(shownDevice(facts(), null, 0)).toBeUndefined();
    expect(shownDevice(facts(), { local: 'nonsense', at: 0 }, 5)).toEqual({ clock: 'nonsense' });
  });
});

describe('a printer', () => {
  it('is offline only when it was missed twice: it may be printing for the till', () => {
    expect(printerAfterLook('ready', null, 1)).toBe('ready');
    expect(printerAfterLook('ready', null, 2)).toBe('offline');
    expect(printerAfterLook(null, null, 1)).toBeNull();
    expect(printerAfterLook('offline', 'paperOut', 0)).toBe('paperOut');
  });

  it('is looked at more often while somebody may be helping it', () => {
    expect(printerLookDelayMs('paperOut')).toBeLessThan(printerLookDelayMs('ready'));
  });
});
