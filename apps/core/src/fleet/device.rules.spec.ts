import { describe, expect, it } from 'vitest';
import { type JournaledPeripheral, type SampledPeripherals, shownDevice, shownPeripherals } from './device.rules.js';

const SINCE = new Date('2026-11-21T18:00:00.000Z');
const paperOut: JournaledPeripheral = { peripheral: 'printer', state: 'paperOut', since: SINCE, toldBy: 'printer', epoch: 2, seq: 40 };
const sampled = (states: SampledPeripherals['states'], journalHead = 50, epoch = 2): SampledPeripherals => ({ states, journalHead, epoch });

describe('shownPeripherals', () => {
  it.each<[string, Parameters<typeof shownPeripherals>, ReturnType<typeof shownPeripherals>]>([
    ['nothing that nobody reports on', [true, [], undefined], []],
    ['what the journal says', [true, [paperOut], undefined], [{ kind: 'printer', state: 'paperOut', since: SINCE, toldBy: 'printer' }]],
    [
      'unknown while the gateway is offline, never ready',
      [false, [{ ...paperOut, state: 'ready' }], sampled({ printer: 'ready' })],
      [{ kind: 'printer', state: 'unknown', since: null, toldBy: 'printer' }],
    ],
    [
      'a later sample that says something else, without a since',
      [true, [paperOut], sampled({ printer: 'ready' })],
      [{ kind: 'printer', state: 'ready', since: null, toldBy: 'printer' }],
    ],
    [
      'the since of the journal when a sample agrees',
      [true, [paperOut], sampled({ printer: 'paperOut' })],
      [{ kind: 'printer', state: 'paperOut', since: SINCE, toldBy: 'printer' }],
    ],
    [
      'the journal when the sample was taken before the entry',
      [true, [paperOut], sampled({ printer: 'ready' }, 39)],
      [{ kind: 'printer', state: 'paperOut', since: SINCE, toldBy: 'printer' }],
    ],
    [
      'the sample of a new epoch, whose journal begins at 1 again',
      [true, [paperOut], sampled({ printer: 'ready' }, 3, 3)],
      [{ kind: 'printer', state: 'ready', since: null, toldBy: 'printer' }],
    ],
    [
      'one that only a sample told of, and in a fixed order',
      [true, [], sampled({ scanner: 'offline', keypad: 'ready' })],
      [
        { kind: 'keypad', state: 'ready', since: null, toldBy: null },
        { kind: 'scanner', state: 'offline', since: null, toldBy: null },
      ],
    ],
  ])('shows %s', (_case, given, shown) => {
    expect(shownPeripherals(...given)).toEqual(shown);
  });
});

describe('shownDevice', () => {
  const described = { model: 'H5000', software: '1.2', serial: null };

  it('is nothing when it told nothing', () => {
    expect(shownDevice(undefined, undefined, null, 'Europe/Berlin')).toBeNull();
    expect(shownDevice({ model: null, software: null, serial: null }, {}, SINCE, 'Europe/Berlin')).toBeNull();
  });

  it('prefers what it says now', () => {
    expect(shownDevice(described, { software: '1.3' }, null, 'Europe/Berlin')).toMatchObject({ model: 'H5000', software: '1.3' });
  });

  it("reads its clock and its restart in the store's zone", () => {
    const sample = { clock: '2026-11-21T19:02:05', nextRebootAt: '2026-11-22T03:00:00' };
    expect(shownDevice(undefined, sample, SINCE, 'Europe/Berlin')).toMatchObject({
      clockSkewSeconds: 125,
      nextRebootAt: new Date('2026-11-22T02:00:00.000Z'),
    });
  });

  it('says nothing of a clock that tells no time', () => {
    expect(shownDevice(described, { clock: '2026-99-99T00:00:00' }, SINCE, 'Europe/Berlin')?.clockSkewSeconds).toBeNull();
    expect(shownDevice(described, { clock: '0001-01-01T00:00:00' }, SINCE, 'Europe/Berlin')?.clockSkewSeconds).toBeNull();
  });
});
