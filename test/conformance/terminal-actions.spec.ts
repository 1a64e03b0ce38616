import { COMMAND_ACTIONS, type CommandAction } from '@tillward/contracts';
import { unsupported } from '@tillward/core';
import type { DriverOperation } from '@tillward/driver';
import { NEXO_CAPABILITIES } from '@tillward/driver-nexo';
import { ZVT_CAPABILITIES } from '@tillward/driver-zvt';
import { describe, expect, it } from 'vitest';

/** What an action asks of the driver; the gateway's own routines and captured dialogues ask nothing that not every driver has. */
const NEEDS: Partial<Record<CommandAction, DriverOperation>> = {
  settleTerminal: 'settle',
  signOnTerminal: 'signOn',
  signOffTerminal: 'signOff',
  sendStored: 'sendStored',
  diagnoseTerminal: 'diagnose',
  restartTerminal: 'restart',
  setTerminalTime: 'setTime',
  displayMessage: 'display',
  reprintReceipt: 'reprint',
  abortTerminal: 'abort',
};

/** What nobody orders for a terminal: two people ask for it about a batch (settlement requests), or core knows it by itself. */
const NEVER_ORDERED: readonly CommandAction[] = ['acceptUnbalanced', 'adoptOutcome'];

// Core may not import a driver, so it has a table of its own of what each can be asked for: this holds the two together.
describe.each([
  ['zvt', ZVT_CAPABILITIES],
  ['nexo', NEXO_CAPABILITIES],
] as const)('what core offers for a terminal that speaks %s', (driver, { operations }) => {
  it('is what its driver declares', () => {
    const offered = COMMAND_ACTIONS.filter(
      (action) => unsupported(action, { driver, powerKind: 'shelly', gatewayOnline: true }) === undefined,
    );
    const declared = COMMAND_ACTIONS.filter((action) => {
      const needed = NEEDS[action];
      return !NEVER_ORDERED.includes(action) && (needed === undefined || operations.has(needed));
    });
    expect(offered).toEqual(declared);
  });
});
