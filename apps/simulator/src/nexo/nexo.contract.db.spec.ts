import { describeTerminalDriver, type RigFault, type RigOptions, type TerminalRig } from '@tillward/driver/contract';
import { NEXO_CAPABILITIES } from '@tillward/driver-nexo';
import { expect } from 'vitest';
import { NEXO_STEPS, type NexoFault, type NexoStep } from './faults.js';
import { nexoWithDriver, SHORT_TIMES } from './nexo.fixtures.js';

/** Longer than any time limit of the driver. */
const TOO_LONG_MS = SHORT_TIMES.paymentMs + 300;
const REBOOT_S = 0.3;

function faultsOf(fault: RigFault): NexoFault {
  switch (fault.fault) {
    case 'dropAt':
      return { fault: 'dropAtStep', step: fault.step as NexoStep, command: fault.command };
    case 'delayPast':
      return { fault: 'delayAtStep', step: fault.timer === 'the card' ? 'afterAccept' : 'beforeBooking', command: 'sale', ms: TOO_LONG_MS };
    case 'duplicate':
      return { fault: 'duplicateAnswer', command: 'sale' };
    case 'truncate':
      return { fault: 'dropAtStep', step: 'inAnswer', command: 'sale' };
    case 'garbage':
      return { fault: 'garbageAnswer', command: 'sale' };
    case 'dieAfterBooking':
      return { fault: 'dieAtStep', step: 'afterBooking', command: fault.command };
    case 'decline':
      return { fault: 'declineNext', condition: 'Refusal' };
    case 'busy':
      return { fault: 'busy', seconds: 600 };
    case 'locked':
    case 'hostDown':
      return { fault: fault.fault };
    case 'reboot':
      return { fault: 'reboot', seconds: REBOOT_S };
    case 'storeOffline':
      throw new Error('a nexo terminal is not told to store');
  }
}

async function nexoRig({ customerMs }: RigOptions = {}): Promise<TerminalRig> {
  const rig = await nexoWithDriver(customerMs === undefined ? {} : { cardMs: [customerMs, customerMs] });
  const { terminal, driver } = rig;
  const running = () => terminal.view().running;
  return {
    driver,
    currency: rig.options.currency,
    inject: (fault) => terminal.inject(faultsOf(fault)),
    heal: () => terminal.inject({ fault: 'clear' }),
    ledger: () => terminal.ledger,
    running,
    quiet: () => expect.poll(running, { timeout: 8_000, interval: 10 }).toBe(false),
    powerOff: () => terminal.powerOff(),
    powerOn: () => terminal.powerOn(),
    close: async () => {
      await rig.close();
      expect(rig.failures).toEqual([]);
    },
  };
}

describeTerminalDriver(
  'nexo',
  {
    capabilities: NEXO_CAPABILITIES,
    steps: NEXO_STEPS.map((name) => ({ name, booked: name !== 'beforeRead' })),
    timers: [
      { name: 'the card', booked: true },
      { name: 'the host', booked: true },
    ],
  },
  nexoRig,
);
