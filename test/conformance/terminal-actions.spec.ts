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

/** What is never ordered for a terminal by itself: two people ask for it about a batch (settlement requests). */
const ASKED_ABOUT_BATCHES: readonly CommandAction[] = ['acceptUnbalanced'];

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
      return !ASKED_ABOUT_BATCHES.includes(action) && (needed === undefined || operations.has(needed));
    });
    expect(offered).toEqual(declared);
  });
});
