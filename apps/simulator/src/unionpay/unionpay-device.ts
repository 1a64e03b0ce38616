import { z } from 'zod';
import type { DeviceContext, DeviceKind, SimulatedDevice } from '../device.js';
import type { LedgerLine } from '../ledger/index.js';
import { SeededRandom } from '../seeded-random.js';
import { AcquirerServer } from './acquirer-server.js';
import { type TerminalOperation, type UnionpayFault, unionpayFault } from './faults.js';
import { TerminalDay } from './terminal-day.js';
import { UnionpayTerminal } from './unionpay-terminal.js';

const options = z.strictObject({
  role: z.enum(['host', 'terminal', 'both']).default('both').describe('which end of the line it plays'),
  upstreamHost: z.string().min(1).default('127.0.0.1').describe('where the terminal connects: a relay, or a host'),
  upstreamPort: z.int().min(0).max(65_535).default(0).describe('0: the simulated host itself, which needs role both'),
  terminalId: z
    .string()
    .regex(/^[0-9A-Za-z]{8}$/)
    .default('TW000001')
    .describe('field 41'),
  merchantId: z
    .string()
    .regex(/^[0-9A-Za-z]{15}$/)
    .default('TILLWARD0000001')
    .describe('field 42'),
  tpduBytes: z.int().min(0).max(16).default(5).describe('bytes of the TPDU'),
  headBytes: z.int().min(0).max(64).default(6).describe('bytes of the message head'),
  connection: z.enum(['perMessage', 'kept']).default('perMessage').describe('how the terminal holds its line'),
  saleEveryS: z.number().min(0).max(86_400).default(15).describe('mean time between sales; 0: only what it is told to do'),
  salesPerBatch: z.int().min(1).max(500).default(20).describe('settles after so many'),
  declineRate: z.number().min(0).max(1).default(0.03).describe('part of the sales the host declines'),
  requireSignOn: z.boolean().default(true).describe('whether the host refuses a terminal that is not signed on'),
  answerTimeoutS: z.number().positive().max(600).default(60).describe('how long the terminal waits'),
});
/** A simulated UnionPay line's settings. */
export type UnionpayDeviceOptions = z.infer<typeof options>;

/** The acquirer's host, a terminal, or both. */
class UnionpayDevice implements SimulatedDevice {
  private readonly acquirer: AcquirerServer | null;
  private terminal: UnionpayTerminal | null = null;
  private day: TerminalDay | null = null;
  private readonly random: SeededRandom;
  /** What the terminal was told to do, one after the other: a void needs the sale before it. */
  private told: Promise<void> = Promise.resolve();
  readonly endpoints: Record<string, string> = {};

  constructor(
    private readonly context: DeviceContext,
    private readonly settings: UnionpayDeviceOptions,
  ) {
    this.random = new SeededRandom(context.seed);
    const { declineRate, requireSignOn, tpduBytes, headBytes, role } = settings;
    const { host, port, dataDir, failed } = context;
    const common = { tpduBytes, headBytes, declineRate, requireSignOn, host, port, dataDir, failed, now: Date.now };
    this.acquirer = role === 'terminal' ? null : new AcquirerServer({ ...common, random: this.random.fork('host') });
  }

  async start(): Promise<void> {
    await this.acquirer?.start();
    if (this.acquirer) this.endpoints['iso8583'] = `tcp://${this.context.host}:${this.acquirer.port}`;
    if (this.settings.role === 'host') return;
    const upstream = this.upstream();
    this.endpoints['terminal'] = `connects to tcp://${upstream.host}:${upstream.port}`;
    this.terminal = this.makeTerminal(upstream);
    const { saleEveryS, salesPerBatch } = this.settings;
    if (saleEveryS === 0) return;
    this.day = new TerminalDay(
      this.terminal,
      this.random.fork('day'),
      { saleEveryMs: saleEveryS * 1_000, salesPerBatch },
      this.context.failed,
    );
    this.day.start();
  }

  async stop(): Promise<void> {
    this.terminal?.hangUp();
    await this.day?.stop();
    await this.told;
    await this.terminal?.stop();
    await this.acquirer?.stop();
    this.terminal = null;
  }

  view(): Readonly<Record<string, unknown>> {
    return { role: this.settings.role, host: this.acquirer?.view() ?? null, terminal: this.terminal?.view() ?? null };
  }

  inject(fault: unknown): void {
    const checked = unionpayFault.parse(fault);
    if (checked.fault === 'operate') return this.operate(checked);
    this.acquirer?.inject(checked);
  }

  ledger(): readonly LedgerLine[] {
    return this.acquirer?.lines() ?? this.terminal?.lines ?? [];
  }

  private operate({ operation, amountMinor }: Extract<UnionpayFault, { fault: 'operate' }>): void {
    const { terminal } = this;
    if (terminal === null) return;
    const amount = amountMinor ?? this.random.integer(100, 50_000);
    this.told = this.told.then(() => doNow(terminal, operation, amount)).catch(this.context.failed);
  }

  private upstream(): { host: string; port: number } {
    const { upstreamHost, upstreamPort } = this.settings;
    if (upstreamPort > 0) return { host: upstreamHost, port: upstreamPort };
    if (this.acquirer === null) throw new RangeError('a terminal without a host of its own needs upstreamPort');
    return { host: this.context.host, port: this.acquirer.port };
  }

  private makeTerminal(upstream: { host: string; port: number }): UnionpayTerminal {
    const { terminalId, merchantId, tpduBytes, headBytes, connection, answerTimeoutS } = this.settings;
    const names = { terminalId, merchantId, tpduBytes, headBytes, connection, upstream };
    return new UnionpayTerminal({
      ...names,
      answerTimeoutMs: answerTimeoutS * 1_000,
      segments: (frame) => [frame],
      cardFields: false,
      dataDir: this.context.dataDir,
      random: this.random.fork('terminal'),
      now: Date.now,
    });
  }
}

async function doNow(terminal: UnionpayTerminal, operation: TerminalOperation, amountMinor: number): Promise<void> {
  switch (operation) {
    case 'void': {
      const last = terminal.lines.findLast((line) => line.kind === 'sale');
      await terminal.void(last?.traceNo ?? 1);
      return;
    }
    case 'sale':
    case 'refund':
      await terminal[operation](amountMinor);
      return;
    default:
      await terminal[operation]();
  }
}

/** `tillward sim unionpay`. */
export const unionpayKind: DeviceKind = {
  kind: 'unionpay',
  summary: 'A UnionPay terminal and its acquirer’s host (ISO 8583 over TCP)',
  help: `
It speaks ISO 8583:1987 as UnionPay terminals do: two bytes of length, TPDU, message head, packed decimal. The terminal signs on (0800), sells (0200), voids,
refunds (0220), takes back what was never answered (0400), settles (0500), uploads its batch when the totals differ (0320) and signs off (0820). No message
holds card data: those fields are left out.

To see the observer at work, put a relay between the two ends:
  tillward sim unionpay --port 8583 --set role=host
  (a relay from 127.0.0.1:8584 to 127.0.0.1:8583)
  tillward sim unionpay --set role=terminal --set upstreamPort=8584

Worth trying: noAnswer on a sale (the terminal reverses it before the next one), unbalanced (the terminal uploads its batch), operate signOff and then operate
sale (a sale without sign-on), garbage, drop after booking.`,
  defaultPort: 8_583,
  options,
  faults: unionpayFault,
  create: (context, chosen) => new UnionpayDevice(context, options.parse(chosen)),
};
