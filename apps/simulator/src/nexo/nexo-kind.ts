import { NEXO_CURRENCIES, NEXO_PORT, passphraseProblem } from '@tillward/driver-nexo';
import { z } from 'zod';
import type { DeviceContext, DeviceKind, SimulatedDevice } from '../device.js';
import type { LedgerLine } from '../ledger/index.js';
import { SeededRandom } from '../seeded-random.js';
import { authorityFile } from './certificate.js';
import { type NexoFault, nexoFault } from './faults.js';
import { NexoTerminal, type NexoTerminalOptions } from './nexo-terminal.js';

const range = z
  .tuple([z.int().nonnegative(), z.int().nonnegative()])
  .refine(([from, to]) => from <= to, 'the range goes from less to more');

/** Settings of a simulated nexo terminal, with defaults; also those of one in a scenario. */
export const nexoOptions = z.strictObject({
  poiId: z
    .string()
    .regex(/^[A-Za-z0-9]{1,16}-[A-Za-z0-9]{1,24}$/)
    .default('V400m-000000001')
    .describe('POIID: model and serial number; its certificate is in this name'),
  keyIdentifier: z.string().min(1).max(64).default('tillward-sim').describe('identifier of the shared key'),
  keyVersion: z.int().nonnegative().default(1).describe('version of the shared key'),
  passphrase: z
    .string()
    .max(128)
    .refine((text) => passphraseProblem(text) === null, 'printable ASCII, not empty')
    .default('simulated-passphrase')
    .describe('passphrase of the shared key'),
  environment: z.enum(['live', 'test']).default('test').describe('which world its certificate claims to be of'),
  currency: z
    .string()
    .refine((code) => NEXO_CURRENCIES.has(code), 'an ISO 4217 code in circulation')
    .default('EUR'),
  storeName: z.string().max(40).default('Simulated store').describe('head of its receipts'),
  merchantId: z.string().max(32).default('SimulatedMerchant'),
  cardMs: range.default([800, 3_000]).describe('how long a customer takes, in ms'),
  hostMs: range.default([100, 600]).describe('how long the host takes, in ms'),
  bootMs: z.int().nonnegative().default(5_000).describe('how long it takes to boot after it got power'),
  declineRate: z.number().min(0).max(1).default(0.02).describe('share of sales the host declines'),
});
export type NexoOptions = z.infer<typeof nexoOptions>;

const HELP = `A card terminal that speaks nexo Sale-to-POI 3.0 as Adyen's local Terminal API: HTTPS POST to /nexo/, JSON encrypted with NexoCrypto.

First steps
  1. Trust its root: the file is told at the start (nexo-authority/root.pem in the data folder). Its certificate is in the name
     <POIID>.test.terminal.adyen.com; the vendor's client libraries check exactly that.
  2. Give your client the shared key: identifier tillward-sim, version 1, passphrase simulated-passphrase (options change them).
  3. Login, then Payment. Every message needs a ServiceID of 1 to 10 letters and digits that it has not seen in 48 hours.
  Several terminals on one machine: give each its own loopback address (--host 127.0.0.2 …), since clients expect port 8443.

It answers Login, Logout, Diagnosis, Payment (also of type Refund), Reversal (whole and in part), Reconciliation, GetTotals,
TransactionStatus, Print, Display, and Abort (with an empty body, and only while the card is awaited).

Faults worth trying
  {"fault": "dropAtStep", "step": "afterBooking"}   the money moved and you never hear of it: ask with TransactionStatus
  {"fault": "dropAtStep", "step": "beforeRead"}     it never came: TransactionStatus says NotFound
  {"fault": "delayAtStep", "step": "beforeBooking", "ms": 200000}   longer than any client waits: InProgress, then the answer
  {"fault": "dieAtStep", "step": "afterBooking"}    booked, then no power
  {"fault": "badHmacAnswer"}                        somebody in the middle changed the answer: don't believe it
  {"fault": "locked"}  {"fault": "hostDown"}  {"fault": "busy", "seconds": 60}  {"fault": "printer", "state": "NoPaper"}`;

/** A simulated nexo terminal under the `sim` command and its control API. */
export class NexoDevice implements SimulatedDevice {
  readonly terminal: NexoTerminal;
  private address: Readonly<Record<string, string>> = {};

  constructor(
    private readonly context: DeviceContext,
    options: NexoOptions,
  ) {
    const { keyIdentifier, keyVersion, passphrase, ...rest } = options;
    this.terminal = new NexoTerminal({
      ...rest,
      store: 'sim',
      terminal: 'nexo',
      host: context.host,
      port: context.port,
      dataDir: context.dataDir,
      random: new SeededRandom(context.seed),
      key: { identifier: keyIdentifier, version: keyVersion, passphrase },
      observer: { failed: context.failed },
    } satisfies NexoTerminalOptions);
  }

  /** Complete once `start` is done; `ca` is the file to trust. */
  get endpoints(): Readonly<Record<string, string>> {
    return this.address;
  }

  /** Listens at once: before the simulation begins it has had power for long. */
  async start(): Promise<void> {
    await this.terminal.powerOn(0);
    const { host, dataDir } = this.context;
    this.address = { nexo: `https://${host.includes(':') ? `[${host}]` : host}:${this.terminal.port}/nexo/`, ca: authorityFile(dataDir) };
  }

  stop(): Promise<void> {
    return this.terminal.close();
  }

  view(): Readonly<Record<string, unknown>> {
    return { ...this.terminal.view() };
  }

  inject(fault: unknown): void {
    this.terminal.inject(fault as NexoFault);
  }

  ledger(): readonly LedgerLine[] {
    return this.terminal.ledger;
  }

  powerOff(): Promise<void> {
    return this.terminal.powerOff();
  }

  powerOn(): Promise<void> {
    return this.terminal.powerOn();
  }
}

/** `nexo`, as the simulator's list of kinds knows it. */
export const nexoKind: DeviceKind = {
  kind: 'nexo',
  summary: "a card terminal that speaks nexo (Adyen's local Terminal API)",
  help: HELP,
  defaultPort: NEXO_PORT,
  options: nexoOptions,
  faults: nexoFault,
  create: (context, options) => new NexoDevice(context, nexoOptions.parse(options)),
};
