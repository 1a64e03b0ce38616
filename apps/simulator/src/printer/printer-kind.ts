import { z } from 'zod';
import type { DeviceKind } from '../device.js';
import { printerFault } from './printer-faults.js';
import { SimulatedPrinter } from './simulated-printer.js';

const printerOptions = z.strictObject({
  secondClient: z.enum(['refused', 'waits']).default('refused').describe('what a second client gets while one is connected'),
});

const HELP = `
Speaks ESC/POS over TCP: answers DLE EOT 1 to 4 (printer, offline cause, error cause, paper) in every state, prints what it gets when it can, and
serves one client at a time, as most receipt printers do.

First steps
  printf '\\x10\\x04\\x04' | nc -w1 HOST PORT | xxd    asks for the paper: 12 enough, 1e nearly used up, 7e none
  printf 'Hello\\n' | nc -w1 HOST PORT                 prints; look at it with  curl CONTROL/v1/state

Faults worth trying: paperLow, paperOut, coverOpen, error, partial (answers only some questions), automaticStatus (other bytes between the answers).
`;

/** The kind `printer` of the `sim` command. */
export const printerKind: DeviceKind = {
  kind: 'printer',
  summary: 'receipt printer over ESC/POS',
  help: HELP,
  defaultPort: 9_100,
  options: printerOptions,
  faults: printerFault,
  create: (context, options) => new SimulatedPrinter({ ...context, ...(options as z.infer<typeof printerOptions>) }),
};
