import { currencyCode } from '@tillward/contracts';
import { z } from 'zod';
import type { DeviceContext, DeviceKind, SimulatedDevice } from '../device.js';
import { SeededRandom } from '../seeded-random.js';
import { type TerminalFault, terminalFault } from './faults.js';
import { FRAGMENTATIONS } from './terminal-link.js';
import { ZvtTerminal } from './zvt-terminal.js';

const rangeMs = z
  .tuple([z.int().nonnegative(), z.int().nonnegative()])
  .refine(([min, max]) => min <= max, 'the first of a range must not be above the second');
const name = z.string().regex(/^[a-z0-9-]{1,40}$/, 'lower-case letters, digits and hyphens');

const zvtOptions = z.strictObject({
  store: name.default('store').describe('store in the ledger'),
  terminal: name.default('t1').describe('terminal in the ledger'),
  storeName: z.string().min(1).max(24).default('Simulated Store').describe('first line of a receipt'),
  terminalId: z
    .string()
    .regex(/^[0-9]{8}$/, 'eight digits')
    .default('60000001')
    .describe('TID, eight digits'),
  currency: currencyCode.default('EUR').describe('the only currency it takes'),
  password: z
    .string()
    .regex(/^[0-9]{6}$/, 'six digits')
    .default('000000')
    .describe('six digits'),
  timeZone: z.string().min(1).max(64).default('Europe/Berlin').describe('zone of its clock'),
  cardMs: rangeMs.default([600, 1_800]).describe('how long a customer takes with the card'),
  hostMs: rangeMs.default([150, 500]).describe('how long the acquirer takes'),
  bootMs: z.int().nonnegative().max(600_000).default(3_000).describe('how long it takes to come up'),
  ackTimeoutMs: z.int().positive().max(60_000).default(5_000).describe('how long it waits for 80 00 00'),
  declineRate: z.number().min(0).max(1).default(0).describe('share of cards that the acquirer declines'),
  fragmentation: z.enum(FRAGMENTATIONS).default('random').describe('how it cuts what it says into TCP segments'),
  characterSet: z.enum(['cp437', 'zvt7', 'latin1', 'utf8']).default('cp437').describe('of its texts, when the till asks for none'),
  offlineLimitMinor: z.int().nonnegative().default(0).describe('sales up to this are authorised without a host that is down, for 06 51'),
  batchLimit: z.int().positive().max(100_000).default(5_000).describe('after so many transactions it wants an end of day (F0)'),
  dailyRebootAt: z
    .string()
    .regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'HH:MM')
    .nullable()
    .default(null)
    .describe('local time of its daily reboot'),
  completesRestart: z.boolean().default(false).describe('whether 06 18 is completed before the connection drops'),
});

const HELP = `A card terminal that speaks ZVT (specification 13.08) over TCP, as the tills of Germany, Austria and Switzerland know it.

First words (hex; every frame the terminal sends needs your 80 00 00):
  05 01 00                                    how are you?  80 00 00, then 06 0F with a status byte: 51, it needs a sign-on
  06 00 06 00 00 00 8E 09 78                  registration: password 000000, we print as text and want 04 FF, in euro
  06 93 03 00 00 00                           sign-on (initialisation); cures 51
  06 01 0A 04 00 00 00 00 12 50 49 09 78      a sale of 12.50: 04 FF insert card, 04 0F with result 00, 06 D1 lines, 06 0F
  06 20 05 00 00 00 03 03                     how did the last transaction end?
  06 30 06 00 00 00 87 00 01                  takes the sale with receipt 1 back; again: 06 1E B4
  06 50 03 00 00 00                           end of day: totals by card type (BMP 60), and the batch is empty

What it does that bites:
  It sends its next frame only after your 80 00 00, in pieces or joined, longer ones with a three-byte length (FF low high).
  It takes one command at a time (84 9C), none without registration (06 1E 6B), none it doesn't know (84 83).
  Locked, it takes only what cures it: 06 93 for 51, 06 70 for C2, 06 91 for 62, 06 50 for F0.
  After a power cut or a reboot it knows no till and needs a sign-on; booked transactions are still there.

Faults worth a try:
  {"fault":"cutAfterBooking"}                 money moved and you don't know it: never send 06 01 again, ask with 06 20
  {"fault":"delayAtStep","step":"beforeBooking","ms":200000}   longer than T4: your time limit expires, the sale is booked
  {"fault":"loseStatus"}                      06 0F without the 04 0F that says how it ended
  {"fault":"duplicateAtStep"}                 everything comes twice
  {"fault":"hostDown"}                        06 50 ends with 06 1E A3, and the batch is still open
  {"fault":"settlementNeeded"}                no sale before an end of day
  {"fault":"reboot","seconds":30}             the nightly restart

Ledger: one JSON line for every sale, reversal, refund and settlement, on the disk before the terminal says a word of it.`;

/** A {@link ZvtTerminal} as the `sim` command handles it. */
export class SimulatedZvt implements SimulatedDevice {
  private readonly terminal: ZvtTerminal;

  constructor(
    private readonly context: DeviceContext,
    options: z.output<typeof zvtOptions>,
  ) {
    const { host, port, dataDir, seed, failed } = context;
    this.terminal = new ZvtTerminal({ ...options, host, port, dataDir, random: new SeededRandom(seed), observer: { failed } });
  }

  get endpoints(): Readonly<Record<string, string>> {
    return { zvt: `tcp://${this.context.host}:${this.terminal.port}` };
  }

  /** The simulation begins with a terminal that has had power for long. */
  start(): Promise<void> {
    return this.terminal.powerOn(0);
  }

  stop(): Promise<void> {
    return this.terminal.close();
  }

  view(): Readonly<Record<string, unknown>> {
    return { ...this.terminal.view() };
  }

  inject(fault: unknown): void {
    this.terminal.inject(fault as TerminalFault);
  }

  ledger(): readonly unknown[] {
    return this.terminal.ledger;
  }

  powerOff(): Promise<void> {
    return this.terminal.powerOff();
  }

  powerOn(): Promise<void> {
    return this.terminal.powerOn();
  }
}

/** `zvt`: a terminal on TCP. */
export const zvtKind: DeviceKind = {
  kind: 'zvt',
  summary: 'a card terminal that speaks ZVT over TCP',
  help: HELP,
  defaultPort: 20_007,
  options: zvtOptions,
  faults: terminalFault,
  create: (context, options) => new SimulatedZvt(context, zvtOptions.parse(options)),
};
