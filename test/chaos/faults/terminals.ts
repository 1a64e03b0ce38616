import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatorControl } from 'tillward';
import { type FaultKind, lasting } from './fault.js';

type TerminalFaultInput = Parameters<SimulatorControl['inject']>[2];
type Roll = (below: number) => number;
const STEPS = ['beforeAck', 'afterAck', 'beforeBooking', 'afterBooking', 'afterStatus', 'beforeCompletion'] as const;
const COMMANDS = ['authorisation', 'authorisation', 'authorisation', 'endOfDay'] as const;

function atTerminal(kind: string, fault: (roll: Roll) => TerminalFaultInput): FaultKind {
  return {
    kind,
    victim: 'gateway',
    durationMs: lasting(2_000, 6_000),
    strike: async ({ simulator, roll, durationMs }, gateway) => {
      const terminals = gateway.store.terminals.filter(({ driver }) => driver === 'zvt');
      const { id } = terminals[roll(terminals.length)]!;
      await simulator.inject(gateway.store.id, id, fault(roll));
      await sleep(durationMs);
    },
  };
}

/** What happens to a card terminal and its line while it takes money: without it nothing would ever be in doubt for a reason other than a dead agent. */
export const TERMINAL_FAULTS: readonly FaultKind[] = [
  atTerminal('terminalDrop', (roll) => ({
    fault: 'dropAtStep',
    step: STEPS[roll(STEPS.length)]!,
    command: COMMANDS[roll(COMMANDS.length)]!,
  })),
  atTerminal('terminalPowerOff', (roll) => ({
    fault: 'powerOffAtStep',
    step: STEPS[roll(STEPS.length)]!,
    command: COMMANDS[roll(COMMANDS.length)]!,
    seconds: 2 + roll(3),
  })),
  atTerminal('terminalSlow', (roll) => ({
    fault: 'delayAtStep',
    step: STEPS[roll(STEPS.length)]!,
    command: COMMANDS[roll(COMMANDS.length)]!,
    ms: 500 + roll(4_000),
  })),
  atTerminal('terminalStatusLost', () => ({ fault: 'loseStatus' })),
];
