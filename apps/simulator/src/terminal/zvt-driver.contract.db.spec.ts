import { describeTerminalDriver } from '@tillward/driver/contract';
import { ZVT_CAPABILITIES } from '@tillward/driver-zvt';
import { TERMINAL_STEPS, type TerminalStep } from './faults.js';
import { zvtRig } from './terminal.fixtures.js';

/** A sale is the till's until the card was read and the host is asked; from then on the terminal finishes it alone. */
const BOOKED: Record<TerminalStep, boolean> = {
  beforeAck: false,
  afterAck: false,
  afterIntermediate: false,
  beforeBooking: true,
  afterBooking: true,
  afterStatus: true,
  beforeCompletion: true,
};

describeTerminalDriver(
  'ZVT',
  {
    capabilities: ZVT_CAPABILITIES,
    steps: TERMINAL_STEPS.map((name) => ({ name, booked: BOOKED[name] })),
    timers: [
      { name: 'T3', booked: false },
      { name: 'T4', booked: true },
    ],
  },
  zvtRig,
);
