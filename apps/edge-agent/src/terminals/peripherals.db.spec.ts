import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestEdge, TestStore } from '../edge.fixtures.js';
import type { FakeTerminal } from './terminal.fixtures.js';
import { sampleOf } from './terminals.service.js';

let store: TestStore;
let edge: TestEdge;
let terminal: FakeTerminal;

const begin = () => {
  edge = store.start();
  edge.recover();
  edge.apply();
};
beforeEach(() => {
  store = new TestStore();
  terminal = store.terminals.get('t1')!;
});
afterEach(() => {
  if (!edge.dead) edge.crash();
  store.remove();
});

const actor = () => edge.terminals.get('t1')!;
const poll = () => actor().run('poll', () => actor().poll());
const told = () => edge.entries('PeripheralStateChanged').map(({ payload }) => [payload.peripheral, payload.state, payload.toldBy]);
const sample = () => sampleOf(actor(), { operatorAt: () => null, unsettledAt: () => ({ amountMinor: 0, count: 0 }) });
describe('what a terminal tells about itself', () => {
  it('is journaled when it is new, kept over a restart, and shown live with its clock', async () => {
    begin();
    terminal.device = { model: 'A920', software: '1.2', serial: '77', clock: '2026-05-04T14:00:00', peripherals: { keypad: 'ready' } };
    await poll();
    await poll();
    expect(edge.entries('TerminalDescribed').map(({ payload }) => payload)).toEqual([{ model: 'A920', software: '1.2', serial: '77' }]);
    expect(told()).toEqual([['keypad', 'ready', 'terminal']]);
    store.clock.jump(30_000);
    expect(sample().device).toMatchObject({ model: 'A920', clock: '2026-05-04T14:00:30', peripherals: { keypad: 'ready' } });
    edge.crash();
    begin();
    terminal.device = { ...terminal.device, software: '1.3', peripherals: { keypad: 'error' } };
    await poll();
    expect(edge.entries('TerminalDescribed')).toHaveLength(2);
    expect(told().at(-1)).toEqual(['keypad', 'error', 'terminal']);
  });

  it('writes nothing while only its clock goes on', async () => {
    begin();
    terminal.device = { model: 'A920', clock: '2026-05-04T14:00:00' };
    await poll();
    const head = edge.journal.headSeq;
    let commits = 0;
    const commit = edge.journal.commit.bind(edge.journal);
    edge.journal.commit = (write) => {
      commits += 1;
      return commit(write);
    };
    for (let i = 1; i < 5; i++) {
      terminal.device = { model: 'A920', clock: `2026-05-04T14:0${i}:00` };
      await poll();
    }
    expect([edge.journal.headSeq, commits]).toEqual([head, 0]);
  });
});

describe('a printer beside the terminal', () => {
  it('is looked at on its own, tells its changes, and is offline only when missed twice', async () => {
    terminal.printer = 'ready';
    begin();
    actor().startPolling(0);
    const looks = (count: number) => store.clock.until(() => terminal.printerLooks === count);
    await looks(1);
    terminal.printer = 'paperOut';
    await looks(2);
    terminal.printer = null;
    await looks(3);
    expect(told()).toEqual([
      ['printer', 'ready', 'printer'],
      ['printer', 'paperOut', 'printer'],
    ]);
    await looks(4);
    await store.clock.until(() => told().length === 3);
    expect(told().at(-1)).toEqual(['printer', 'offline', 'printer']);
    expect(sample().device?.peripherals).toEqual({ printer: 'offline' });
  });

  it('that never answers holds up neither sales nor the close', async () => {
    terminal.printer = 'paperOut';
    begin();
    const { printer } = store.devices.devices(actor().connection);
    expect(await printer!.read()).toBe('paperOut');
    await actor().replace(actor().connection, {
      ...store.devices.devices(actor().connection),
      printer: { read: () => new Promise(() => {}) },
    });
    actor().startPolling(0);
    await edge.readyForSales();
    expect(await edge.pay('key-0001')).toMatchObject({ ok: true, view: { state: 'completed' } });
    edge.closing.start({ businessDay: '2026-05-04', by: 'policy', scheduledFor: null, commandId: null }, ['t1']);
    await store.clock.until(() => edge.entries('ClosingFinished').length > 0);
    expect(edge.entries('CloseProven')).toHaveLength(1);
  });

  it('out of paper does not stop the close either', async () => {
    terminal.printer = 'paperOut';
    terminal.device = { peripherals: { printer: 'coverOpen' } };
    begin();
    actor().startPolling(0);
    await edge.readyForSales();
    await store.clock.until(() => terminal.printerLooks > 0);
    edge.closing.start({ businessDay: '2026-05-04', by: 'policy', scheduledFor: null, commandId: null }, ['t1']);
    await store.clock.until(() => edge.entries('ClosingFinished').length > 0);
    expect(told()).toContainEqual(['printer', 'paperOut', 'printer']);
    expect(edge.entries('CloseProven')).toHaveLength(1);
  });
});
