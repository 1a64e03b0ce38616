import { type CommandBody, EVENT_TYPE } from '@tillward/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GATEWAY, STORE, type TestEdge, TestStore } from '../edge.fixtures.js';
import { JournalUnavailableError } from '../journal/index.js';
import { silentLog } from '../log.js';
import type { FakeTerminal } from '../terminals/terminal.fixtures.js';
import { CommandService } from './commands.service.js';

let store: TestStore;
let edge: TestEdge;
let terminal: FakeTerminal;

beforeEach(async () => {
  store = new TestStore();
  terminal = store.terminals.get('t1')!;
  edge = store.start();
  edge.recover();
  await edge.readyForSales();
  await edge.pay('key-0001');
});
afterEach(() => {
  if (!edge.dead) edge.crash();
  store.remove();
});

const send = (command: CommandBody) => edge.commands.receive(store.core.event(EVENT_TYPE.command, command));
const make = (action: CommandBody['action'], more: Partial<CommandBody> = {}) => store.core.command('t1', action, store.clock.now(), more);
const answers = (id: string) =>
  edge
    .allEntries()
    .filter(({ kind, payload }) => kind.startsWith('Command') && (payload as { commandId: string }).commandId === id)
    .map(({ kind }) => kind);
const answered = (id: string) => store.clock.until(() => /Succeeded|Failed|Expired/.test(answers(id).at(-1) ?? ''));

describe('a command', () => {
  it('is received, started and answered, each in the journal', async () => {
    const command = make('settleTerminal');
    send(command);
    expect(answers(command.id)).toEqual(['CommandReceived']);
    await answered(command.id);
    expect(answers(command.id)).toEqual(['CommandReceived', 'CommandStarted', 'CommandSucceeded']);
    expect(terminal.settlements).toHaveLength(1);
    expect(edge.commands.find(command.id)).toMatchObject({ state: 'succeeded', detail: 'batch 1 settled' });
  });

  it('has one effect however often it arrives, also after a restart', async () => {
    const command = make('settleTerminal');
    for (let i = 0; i < 3; i++) send(command);
    await answered(command.id);
    edge.crash();
    edge = store.start();
    edge.recover();
    send(command);
    await store.clock.until(() => true);
    expect(answers(command.id)).toHaveLength(3);
    expect(terminal.settlements).toHaveLength(1);
  });

  it.each<[string, Partial<CommandBody>, string]>([
    ['another gateway', { gateway: 'other' }, 'it is for another gateway'],
    ['another store', { store: 'other' }, 'it is for another gateway'],
    ['an unknown terminal', { terminal: 't9' }, 'there is no such terminal in this store'],
  ])('for %s is rejected, and the journal says why', async (_name, more, reason) => {
    const command = make('settleTerminal', more);
    send(command);
    expect(answers(command.id)).toEqual(['CommandRejected']);
    expect(edge.entries('CommandRejected').at(-1)?.payload).toMatchObject({ commandId: command.id, reason });
    expect(edge.commands.find(command.id)).toBeUndefined();
  });

  it('with a used nonce is rejected', async () => {
    const first = make('settleTerminal');
    send(first);
    await answered(first.id);
    const second = make('settleTerminal', { nonce: first.nonce });
    send(second);
    expect(answers(second.id)).toEqual(['CommandRejected']);
    expect(edge.entries('CommandRejected').at(-1)?.payload.reason).toBe('its nonce was used before');
    expect(terminal.settlements).toHaveLength(1);
  });

  it('that nobody signed, or somebody changed, is rejected; a flood of them does not fill the journal', () => {
    const event = store.core.event(EVENT_TYPE.command, make('closeTerminal'));
    const forged = { ...event, data: { ...event.data, body: event.data.body.replace('closeTerminal', 'openTerminal') } };
    const before = edge.journal.headSeq;
    for (let i = 0; i < 100; i++) edge.commands.receive(forged);
    edge.commands.receive({ ...event, type: EVENT_TYPE.desired });
    edge.commands.receive('nonsense');
    expect(edge.entries('CommandReceived')).toHaveLength(0);
    expect(edge.journal.headSeq - before).toBe(20);
    expect(edge.entries('CommandRejected')[0]!.payload.reason).toBe('bad signature');
  });

  it('that comes too late expires without effect', () => {
    const command = make('settleTerminal', { expiresAt: new Date(store.clock.now()).toISOString() });
    send(command);
    expect(answers(command.id)).toEqual(['CommandReceived', 'CommandExpired']);
  });

  it('waits for its time', async () => {
    const command = make('settleTerminal', { notBefore: new Date(store.clock.now() + 60_000).toISOString() });
    const sent = store.clock.now();
    send(command);
    await answered(command.id);
    expect(store.clock.now() - sent).toBeGreaterThanOrEqual(60_000);
  });

  it.each([
    ['its start', 'CommandStarted', 'CommandSucceeded'],
    // As after a crash: whether the message was shown is not asked again.
    ['its outcome', 'CommandSucceeded', 'CommandFailed'],
  ] as const)('whose disk refuses %s is answered when the disk is back, and so is the next one', async (_what, refused, outcome) => {
    const commit = edge.journal.commit.bind(edge.journal);
    // A disk refuses for seconds: three starts, or one outcome, after which nothing is left to be refused.
    const most = refused === 'CommandStarted' ? 3 : 1;
    let refusals = 0;
    edge.journal.commit = (write) =>
      commit((tx) => {
        const append = tx.append.bind(tx);
        tx.append = (kind, ...rest) => {
          if (kind === refused && refusals < most) {
            refusals += 1;
            throw new JournalUnavailableError('disk I/O error');
          }
          return append(kind, ...rest);
        };
        return write(tx);
      });
    const [first, next] = [
      make('displayMessage', { parameters: { text: 'one' } }),
      make('diagnoseTerminal', { parameters: { depth: 'self' } }),
    ];
    send(first);
    send(next);
    await answered(next.id);
    expect(refusals).toBe(most);
    expect(answers(first.id)).toEqual(['CommandReceived', 'CommandStarted', outcome]);
    expect(answers(next.id)).toEqual(['CommandReceived', 'CommandStarted', 'CommandSucceeded']);
  });

  it('fails with the code of what failed', async () => {
    terminal.hostUp = false;
    const settle = make('settleTerminal');
    send(settle);
    await answered(settle.id);
    expect(edge.entries('CommandFailed')[0]!.payload).toMatchObject({ commandId: settle.id, code: 'hostUnreachable' });
    const close = make('closeTerminal');
    send(close);
    await answered(close.id);
    expect(edge.entries('CommandFailed')[1]!.payload).toMatchObject({ commandId: close.id, code: 'hostUnreachable' });
  });

  it('waits behind another one of the same terminal', async () => {
    const [settle, close, open] = [make('settleTerminal'), make('closeTerminal'), make('openTerminal')];
    for (const command of [settle, close, open]) send(command);
    await answered(open.id);
    const order = edge.entries('CommandSucceeded').map((entry) => entry.payload.commandId);
    expect(order).toEqual([settle.id, close.id, open.id]);
    expect(terminal.signedOn).toBe(true);
  });

  it('to close keeps the terminal closed until the day is over, although the store is open', async () => {
    const close = make('closeTerminal');
    send(close);
    await answered(close.id);
    edge.scheduler.start();
    const then = store.clock.now();
    await store.clock.until(() => store.clock.now() > then + 5_000);
    expect(terminal.alive).toBe(false);
    store.clock.jump(20 * 3_600_000);
    await store.clock.until(() => terminal.signedOn);
  });
});

describe('a command interrupted by a crash at any commit', () => {
  it.each(
    (['settleTerminal', 'closeTerminal'] as const).flatMap((action) =>
      [1, 2, 3, 4, 5, 8, 12, 15].map((failAt) => [action, failAt] as const),
    ),
  )('%s, commit %i: is answered once and done once', async (action, failAt) => {
    edge.crash();
    let commits = failAt;
    edge = store.start(() => {
      if (commits > 0 && --commits === 0) throw new Error('crash');
    });
    const command = make(action);
    try {
      send(command);
    } catch (error) {
      if (!(error instanceof Error && error.message === 'crash')) throw error;
    }
    await store.clock.until(() => edge.dead || answers(command.id).length === 3);
    if (edge.dead) {
      edge.crash();
      edge = store.start();
      edge.recover();
      send(command);
      await answered(command.id);
    }
    expect(answers(command.id)).toEqual(['CommandReceived', 'CommandStarted', 'CommandSucceeded']);
    expect(terminal.settlements).toEqual([{ amountMinor: 1_250, count: 1 }]);
    expect(terminal.alive).toBe(action === 'settleTerminal');
  });
});

describe('while the time is not core’s', () => {
  /** An inbox whose machine may be an hour behind; core's time comes when the test says so. */
  const inbox = () => {
    const listeners: (() => void)[] = [];
    const time = { isCores: false, onCore: (listener: () => void) => void listeners.push(listener) };
    const { journal, policy, terminals, settlement, payments, closing, opening } = edge;
    const commands = new CommandService(
      { clock: store.clock, log: silentLog, signal: new AbortController().signal },
      { journal, policy, terminals, settlement, payments, closing, opening, actions: {} as never },
      { store: STORE, gateway: GATEWAY, coreKey: store.core.coreKey, time },
    );
    return { commands, hear: () => listeners.forEach((listener) => void listener()) };
  };

  it('a command waits for it, and one that core’s time shows to be too late expires without effect', async () => {
    const { commands, hear } = inbox();
    const command = make('settleTerminal');
    commands.receive(store.core.event(EVENT_TYPE.command, command));
    expect(answers(command.id)).toEqual([]);
    // The machine was an hour behind.
    store.clock.step(3_600_000);
    hear();
    expect(answers(command.id)).toEqual(['CommandReceived', 'CommandExpired']);
    expect(terminal.settlements).toEqual([]);
  });

  it('a command written down before a restart waits as well', async () => {
    const later = make('settleTerminal', {
      notBefore: new Date(store.clock.now() + 60_000).toISOString(),
      expiresAt: new Date(store.clock.now() + 120_000).toISOString(),
    });
    send(later);
    edge.crash();
    edge = store.start();
    const { commands, hear } = inbox();
    commands.resume();
    store.clock.step(3_600_000);
    hear();
    await store.clock.until(() => answers(later.id).at(-1) === 'CommandExpired');
    expect(terminal.settlements).toEqual([]);
  });

  it('no command waits for ever: a core that does not tell the time is believed after ten seconds', async () => {
    const { commands } = inbox();
    const command = make('settleTerminal');
    commands.receive(store.core.event(EVENT_TYPE.command, command));
    await store.clock.until(() => answers(command.id).at(-1) === 'CommandSucceeded', 20_000);
    expect(terminal.settlements).toHaveLength(1);
  });
});

describe('a command of an earlier run that had not begun', () => {
  /** An inbox as the agent's, in a run that core has not agreed with yet. */
  const resumed = () => {
    const listeners: (() => void)[] = [];
    const { journal, policy, terminals, settlement, payments, closing, opening } = edge;
    const commands = new CommandService(
      { clock: store.clock, log: silentLog, signal: new AbortController().signal },
      { journal, policy, terminals, settlement, payments, closing, opening, actions: {} as never },
      {
        store: STORE,
        gateway: GATEWAY,
        coreKey: store.core.coreKey,
        agreement: { onCoreHeard: (listener) => void listeners.push(listener) },
      },
    );
    commands.resume();
    return () => listeners.forEach((listener) => void listener());
  };
  const interrupted = (): CommandBody => {
    const command = make('settleTerminal', {
      notBefore: new Date(store.clock.now() + 1_000).toISOString(),
      expiresAt: new Date(store.clock.now() + 120_000).toISOString(),
    });
    send(command);
    edge.crash();
    edge = store.start();
    return command;
  };

  it('begins when core has agreed with the journal, and not before', async () => {
    const command = interrupted();
    const coreHeard = resumed();
    store.clock.jump(60_000);
    await store.clock.until(() => true);
    expect(answers(command.id)).toEqual(['CommandReceived']);
    coreHeard();
    await answered(command.id);
    coreHeard();
    expect(answers(command.id)).toEqual(['CommandReceived', 'CommandStarted', 'CommandSucceeded']);
    expect(terminal.settlements).toHaveLength(1);
  });

  it('is not begun again when core shows that the journal is an older copy', async () => {
    const command = interrupted();
    const coreHeard = resumed();
    edge.journal.startNewEpoch('restoredCopy', edge.journal.headSeq);
    coreHeard();
    expect(answers(command.id)).toEqual(['CommandRejected']);
    await expect(answered(command.id)).rejects.toThrow('never held');
    expect(terminal.settlements).toEqual([]);
  });

  it('expires without effect when core stays away', async () => {
    const command = interrupted();
    resumed();
    await answered(command.id);
    expect(answers(command.id)).toEqual(['CommandReceived', 'CommandExpired']);
    expect(terminal.settlements).toEqual([]);
  });
});

describe('a full disk', () => {
  it('refuses a command before it is received, and takes it when it comes again', async () => {
    store.freeBytes = 0;
    edge.crash();
    edge = store.start();
    const command = make('settleTerminal');
    send(command);
    expect(answers(command.id)).toEqual([]);
    store.freeBytes = 1_000_000_000;
    edge.journal.keepUp();
    send(command);
    await answered(command.id);
    expect(answers(command.id).at(-1)).toBe('CommandSucceeded');
  });
});
