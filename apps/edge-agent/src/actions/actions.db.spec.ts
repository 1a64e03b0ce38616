import { type CommandBody, EVENT_TYPE, type JournalKind } from '@tillward/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestEdge, TestStore } from '../edge.fixtures.js';
import type { FakeTerminal } from '../terminals/terminal.fixtures.js';

let store: TestStore;
let edge: TestEdge;
let terminal: FakeTerminal;

beforeEach(async () => {
  store = new TestStore();
  terminal = store.terminals.get('t1')!;
  edge = store.start();
  edge.recover();
  await edge.readyForSales();
});
afterEach(() => {
  if (!edge.dead) edge.crash();
  store.remove();
});

const make = (action: CommandBody['action'], parameters?: Record<string, string>) =>
  store.core.command('t1', action, store.clock.now(), parameters ? { parameters } : {});
const send = (command: CommandBody) => edge.commands.receive(store.core.event(EVENT_TYPE.command, command));
const state = (id: string) => edge.commands.find(id)?.state;
const answered = (id: string) => store.clock.until(() => /succeeded|failed|expired/.test(state(id) ?? ''));
const order = async (action: CommandBody['action'], parameters?: Record<string, string>) => {
  const command = make(action, parameters);
  send(command);
  await answered(command.id);
  return edge.commands.find(command.id)!;
};
const told = (kind: JournalKind) =>
  edge
    .entries(kind)
    .filter((entry) => entry.terminal === 't1')
    .map((entry) => entry.payload);

describe('an order', () => {
  it('to sign off keeps the terminal off until somebody signs it on', async () => {
    expect(await order('signOffTerminal')).toMatchObject({ state: 'succeeded' });
    expect(told('TerminalSignedOff')).toEqual([{ by: 'command' }]);
    edge.scheduler.start();
    const then = store.clock.now();
    await store.clock.until(() => store.clock.now() > then + 5_000);
    expect(await edge.pay('key-0001')).toEqual({ ok: false, code: 'terminalNotSignedOn' });
    expect(await order('signOnTerminal')).toMatchObject({ state: 'succeeded' });
    expect(told('TerminalSignedOn')).toContainEqual({ by: 'command' });
    expect(await edge.pay('key-0002')).toMatchObject({ ok: true });
  });

  it('to send stored transactions says how many', async () => {
    terminal.stored = 3;
    expect(await order('sendStored')).toMatchObject({ state: 'succeeded', detail: '3 sent' });
    expect(told('StoredTransactionsSent')).toEqual([{ by: 'command', count: 3 }]);
  });

  it('to diagnose succeeds also when the terminal is not healthy, and says so', async () => {
    terminal.healthy = false;
    expect(await order('diagnoseTerminal', { depth: 'self' })).toMatchObject({ state: 'succeeded', detail: 'not healthy: looked at' });
    expect(told('TerminalDiagnosed')).toEqual([{ by: 'command', depth: 'self', healthy: false, detail: 'looked at' }]);
  });

  it('to restart is over when the terminal is back', async () => {
    terminal.silentPolls = 4;
    expect(await order('restartTerminal')).toMatchObject({ state: 'succeeded', detail: 'back after 8 s' });
    expect(told('TerminalRestarted')).toEqual([{ by: 'command', means: 'protocol', back: true }]);
    expect(edge.terminals.get('t1')!.facts.signedOn).toBe(false);
  });

  it('to restart fails when the terminal does not come back', async () => {
    terminal.silentPolls = 1_000;
    expect(await order('restartTerminal')).toMatchObject({ state: 'failed', code: 'terminalUnreachable' });
    expect(told('TerminalRestarted')).toEqual([{ by: 'command', means: 'protocol', back: false }]);
  });

  it('to cycle the power takes it away and gives it back', async () => {
    expect(await order('powerCycleTerminal')).toMatchObject({ state: 'succeeded' });
    expect(terminal.calls.slice(-2)).toEqual(['power off', 'power on']);
    expect(told('TerminalRestarted')).toEqual([{ by: 'command', means: 'power', back: true }]);
    terminal.outletReachable = false;
    expect(await order('powerCycleTerminal')).toMatchObject({ state: 'failed', code: 'powerSwitchUnreachable' });
  });

  it('to correct the clock tells the store’s local time', async () => {
    expect(await order('setTerminalTime')).toMatchObject({ state: 'succeeded' });
    expect(told('TerminalTimeCorrected')).toEqual([{ by: 'command', localDateTime: terminal.clock }]);
    expect(terminal.clock).toMatch(/^2026-05-04T12:/);
  });

  it('to show a message shows its lines', async () => {
    expect(await order('displayMessage', { text: 'Back at 14:00\nSorry' })).toMatchObject({ state: 'succeeded' });
    expect(terminal.displayed).toEqual(['Back at 14:00', 'Sorry']);
    expect(told('MessageDisplayed')).toEqual([{ by: 'command' }]);
    expect(await order('displayMessage')).toMatchObject({ state: 'failed', code: 'malformedParameters' });
  });

  it('the driver did not declare is never asked of it', async () => {
    terminal.operations.clear();
    for (const action of ['signOffTerminal', 'restartTerminal', 'setTerminalTime', 'reprintReceipt', 'abortTerminal'] as const) {
      expect(await order(action)).toMatchObject({ state: 'failed', code: expect.stringMatching(/unsupportedAction|terminalOnlyWatched/) });
    }
    terminal.operations.add('status');
    expect(await order('restartTerminal')).toMatchObject({ state: 'failed', code: 'unsupportedAction' });
  });
});

describe('a reprint', () => {
  it('comes out of the terminal that can', async () => {
    expect(await order('reprintReceipt')).toMatchObject({ state: 'succeeded', detail: 'printed by the terminal' });
    expect(await order('reprintReceipt', { receiptNo: '7' })).toMatchObject({ state: 'succeeded' });
    expect(told('ReceiptReprinted')).toEqual([
      { by: 'command', which: 'last' },
      { by: 'command', which: 'receipt', receiptNo: 7 },
    ]);
  });

  it('is printed from the journal, as a copy, by a terminal that only prints what it is handed', async () => {
    terminal.reprints.clear();
    terminal.reprints.add('lines');
    expect(await order('reprintReceipt')).toMatchObject({ state: 'failed', code: 'noReceipt' });
    await edge.pay('key-0001');
    expect(await order('reprintReceipt')).toMatchObject({ state: 'succeeded' });
    expect(terminal.calls.at(-1)).toBe('reprint *** COPY ***|MERCHANT COPY|*** COPY ***');
    expect(told('ReceiptReprinted')).toEqual([{ by: 'command', which: 'lines' }]);
  });

  it('has failed when the terminal hands the receipt over and nothing prints it', async () => {
    terminal.handsReceiptOver = true;
    expect(await order('reprintReceipt')).toMatchObject({ state: 'failed', code: 'notPrinted' });
    expect(told('ReceiptReprinted')).toEqual([]);
  });
});

describe('orders and sales', () => {
  it('wait for each other: a sale is never interrupted, and refused while an order runs', async () => {
    terminal.nextSale = 'hang';
    const sale = edge.pay('key-0001');
    await store.clock.until(() => terminal.calls.includes('pay 1250'));
    const restart = make('restartTerminal');
    send(restart);
    await store.clock.until(() => true);
    expect([terminal.calls.includes('restart'), state(restart.id)]).toEqual([false, 'received']);
    terminal.silentPolls = 2;
    terminal.giveUp();
    expect(await sale).toMatchObject({ ok: true, view: { state: 'declined' } });
    expect(await edge.pay('key-0002')).toEqual({ ok: false, code: 'terminalBusy' });
    await answered(restart.id);
    expect(state(restart.id)).toBe('succeeded');
  });

  it('only to give up runs beside a sale, and the sale tells how it ended', async () => {
    expect(await order('abortTerminal')).toMatchObject({ state: 'failed', code: 'nothingRunning' });
    terminal.nextSale = 'hang';
    const sale = edge.pay('key-0001');
    await store.clock.until(() => terminal.calls.includes('pay 1250'));
    expect(await order('abortTerminal')).toMatchObject({ state: 'succeeded', detail: expect.stringContaining('selling') });
    expect(await sale).toMatchObject({ ok: true, view: { state: 'declined' } });
  });

  it('only to give up overtakes orders that wait', async () => {
    terminal.nextSale = 'hang';
    const sale = edge.pay('key-0001');
    await store.clock.until(() => terminal.calls.includes('pay 1250'));
    const restart = make('restartTerminal');
    send(restart);
    expect(await order('abortTerminal')).toMatchObject({ state: 'succeeded' });
    expect(await sale).toMatchObject({ ok: true, view: { state: 'declined' } });
    await answered(restart.id);
    expect(terminal.calls.filter((call) => call === 'abort' || call === 'restart')).toEqual(['abort', 'restart']);
  });

  it('to take the power away waits until nothing is in doubt', async () => {
    terminal.nextSale = 'lostBeforeBooking';
    terminal.last = { kind: 'unknown', reason: 'not yet' };
    await edge.pay('key-0001');
    expect(await order('powerCycleTerminal')).toMatchObject({ state: 'failed', code: 'paymentInDoubt' });
    expect(terminal.calls).not.toContain('power off');
  });

  it('that waited too long expires without effect', async () => {
    terminal.nextSale = 'hang';
    void edge.pay('key-0001');
    await store.clock.until(() => terminal.calls.includes('pay 1250'));
    const command = store.core.command('t1', 'restartTerminal', store.clock.now(), {
      expiresAt: new Date(store.clock.now() + 1_000).toISOString(),
    });
    send(command);
    store.clock.jump(2_000);
    terminal.giveUp();
    await answered(command.id);
    expect([state(command.id), terminal.calls.includes('restart')]).toEqual(['expired', false]);
    expect(edge.entries('CommandStarted')).toHaveLength(0);
  });
});

describe('the dialogue', () => {
  it('is captured on request, also while a sale runs', async () => {
    terminal.nextSale = 'hang';
    void edge.pay('key-0001');
    await store.clock.until(() => terminal.calls.includes('pay 1250'));
    expect(await order('captureDialogue')).toMatchObject({ state: 'succeeded' });
    const [captured] = edge.entries('DialogueCaptured');
    expect(captured!.payload).toMatchObject({ cause: 'command' });
    expect(captured!.payload.frames.map(({ name }) => name)).toContain('06 01 Authorisation');
  });

  it('of a terminal nobody spoke to can not be captured', async () => {
    edge.crash();
    edge = store.start();
    edge.recover();
    expect(await order('captureDialogue')).toMatchObject({ state: 'failed', code: 'noDialogue' });
  });
});

describe('an order interrupted by a crash at any commit', () => {
  const KINDS = {
    signOnTerminal: 'TerminalSignedOn',
    signOffTerminal: 'TerminalSignedOff',
    sendStored: 'StoredTransactionsSent',
    diagnoseTerminal: 'TerminalDiagnosed',
    restartTerminal: 'TerminalRestarted',
    powerCycleTerminal: 'TerminalRestarted',
    setTerminalTime: 'TerminalTimeCorrected',
    displayMessage: 'MessageDisplayed',
    reprintReceipt: 'ReceiptReprinted',
  } as const;
  const cases = (Object.keys(KINDS) as (keyof typeof KINDS)[]).flatMap((action) => [1, 2, 3, 4].map((failAt) => [action, failAt] as const));

  it.each(cases)('%s, commit %i: is answered once, and told at most once', async (action, failAt) => {
    edge.crash();
    let commits = failAt;
    edge = store.start(() => {
      if (commits > 0 && --commits === 0) throw new Error('crash');
    });
    const before = edge.entries(KINDS[action]).length;
    const command = make(action, { text: 'hello' });
    try {
      send(command);
    } catch (error) {
      if (!(error instanceof Error && error.message === 'crash')) throw error;
    }
    await store.clock.until(() => edge.dead || /succeeded|failed/.test(state(command.id) ?? ''));
    if (edge.dead) {
      edge.crash();
      edge = store.start();
      edge.recover();
      send(command);
      await answered(command.id);
    }
    const answers = edge.allEntries().filter(({ kind }) => kind === 'CommandSucceeded' || kind === 'CommandFailed');
    expect(answers).toHaveLength(1);
    const { state: end, code } = edge.commands.find(command.id)!;
    const [lost, repeated] = [code === 'outcomeUnknown', action === 'signOnTerminal'];
    expect(end).toBe(lost ? 'failed' : 'succeeded');
    const times = edge.entries(KINDS[action]).length - before;
    if (repeated) expect(times).toBeGreaterThanOrEqual(1);
    else expect(times).toBe(lost ? 0 : 1);
    expect(terminal.outletOn).toBe(true);
  });

  it('gives power back that the stopped gateway had taken away', async () => {
    const cycle = make('powerCycleTerminal');
    const outlet = edge.terminals.get('t1')!.power!;
    outlet.cycle = async () => {
      await outlet.off();
      edge.crash();
      return new Promise(() => {});
    };
    send(cycle);
    await store.clock.until(() => edge.dead);
    expect(terminal.outletOn).toBe(false);
    edge = store.start();
    edge.recover();
    await answered(cycle.id);
    expect([state(cycle.id), terminal.outletOn]).toEqual(['succeeded', true]);
    expect(terminal.calls.filter((call) => call === 'power off')).toHaveLength(1);
  });
});
