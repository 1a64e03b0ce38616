import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RigCommand, RigFault, RigOptions, TerminalRig } from '@tillward/driver/contract';
import {
  ACKNOWLEDGEMENT,
  type ClientTimes,
  CONFIG,
  type Command,
  encodeCommand,
  type Frame,
  FrameParser,
  ZvtDriver,
  type ZvtDriverOptions,
} from '@tillward/driver-zvt';
import { expect } from 'vitest';
import { SeededRandom } from '../seeded-random.js';
import type { TerminalFault, TerminalStep } from './faults.js';
import { ZvtTerminal, type ZvtTerminalOptions } from './zvt-terminal.js';

/** Time limits for tests: long enough for a machine under load, short enough to see every limit strike. */
export const SHORT_TIMES: ClientTimes = { connectMs: 2_000, t3Ms: 600, t4Ms: 1_200, commandMs: 10_000 };
export const PASSWORD = '123456';
/** ISO 4217 number of the euro. */
export const EUR = 978;

/** A terminal in Berlin that does everything at once. `close` ends it and removes its files. */
export async function newTerminal(options: Partial<ZvtTerminalOptions> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'tillward-terminal-'));
  const failures: unknown[] = [];
  const complete: ZvtTerminalOptions = {
    store: 'berlin-mitte',
    terminal: 't1',
    storeName: 'Berlin Mitte',
    terminalId: '60000101',
    currency: 'EUR',
    password: PASSWORD,
    timeZone: 'Europe/Berlin',
    host: '127.0.0.1',
    port: 0,
    dataDir,
    random: new SeededRandom('terminal-tests'),
    cardMs: [0, 1],
    hostMs: [0, 1],
    bootMs: 1,
    ackTimeoutMs: 2_000,
    declineRate: 0,
    fragmentation: 'random',
    observer: { failed: (error) => failures.push(error) },
    ...options,
  };
  const terminal = new ZvtTerminal(complete);
  await terminal.powerOn();
  return {
    terminal,
    failures,
    options: complete,
    /** Resolves when the terminal has finished what it was doing. */
    quiet: () => expect.poll(() => terminal.view().running, { timeout: 5_000, interval: 5 }).toBe(false),
    async close() {
      await terminal.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A terminal and a driver for it. */
export async function terminalWithDriver(
  options: Partial<ZvtTerminalOptions> = {},
  times: Partial<ClientTimes> = SHORT_TIMES,
  driverOptions: Partial<ZvtDriverOptions> = {},
) {
  const made = await newTerminal(options);
  const { currency } = made.options;
  const port = made.terminal.port;
  const driver = new ZvtDriver({ host: '127.0.0.1', port, password: PASSWORD, currency, times, ...driverOptions });
  let orderNo = 0;
  return {
    ...made,
    driver,
    /** A sale of 12.50, with a reference of its own each time. */
    get sale() {
      orderNo += 1;
      return { amountMinor: 1_250, currency, reference: `${String(orderNo).padStart(6, '0')}TEST` };
    },
    async close() {
      await driver.close();
      await made.close();
    },
  };
}

const ZVT_COMMAND = { sale: 'authorisation', reversal: 'reversal', refund: 'refund', settlement: 'endOfDay' } as const satisfies Record<
  RigCommand,
  Command['kind']
>;

/** How long the terminal is silent to overrun a limit of {@link SHORT_TIMES}, and where. */
const OVERRUNS: Readonly<Record<string, { readonly step: TerminalStep; readonly ms: number }>> = {
  T3: { step: 'beforeAck', ms: SHORT_TIMES.t3Ms + 300 },
  T4: { step: 'beforeBooking', ms: SHORT_TIMES.t4Ms + 400 },
};

/** The neutral faults of the contract in the words of this terminal. */
function terminalFaultOf(fault: RigFault): TerminalFault {
  const command = 'authorisation';
  switch (fault.fault) {
    case 'dropAt':
      return { fault: 'dropAtStep', step: fault.step as TerminalStep, command: ZVT_COMMAND[fault.command] };
    case 'delayPast':
      return { fault: 'delayAtStep', command, ...OVERRUNS[fault.timer]! };
    case 'dieAfterBooking':
      return { fault: 'powerOffAtStep', step: 'afterBooking', command: ZVT_COMMAND[fault.command] };
    case 'duplicate':
      return { fault: 'duplicateAtStep', step: 'beforeAck', command };
    case 'truncate':
      return { fault: 'truncateAtStep', step: 'afterBooking', command };
    case 'garbage':
      return { fault: 'garbageAtStep', step: 'afterBooking', command };
    case 'decline':
      return { fault: 'declineNext', resultCode: 0x05 };
    case 'storeOffline':
      return { fault: 'storeOffline', count: 1 };
    case 'busy':
      return { fault: 'busy', seconds: 60 };
    case 'locked':
      return { fault: 'signOnNeeded', active: true };
    case 'hostDown':
      return { fault: 'hostDown' };
    case 'reboot':
      return { fault: 'reboot', seconds: 0.3 };
  }
}

/** What the contract of drivers needs. */
export async function zvtRig({ customerMs = 1 }: RigOptions = {}): Promise<TerminalRig> {
  const { terminal, driver, failures, quiet, close } = await terminalWithDriver({ cardMs: [customerMs, customerMs] });
  return {
    driver,
    currency: 'EUR',
    inject: (fault) => terminal.inject(terminalFaultOf(fault)),
    heal: () => terminal.inject({ fault: 'clear' }),
    ledger: () => terminal.ledger,
    running: () => terminal.view().running,
    quiet,
    powerOff: () => terminal.powerOff(),
    powerOn: () => terminal.powerOn(),
    async close() {
      await close();
      expect(failures).toEqual([]);
    },
  };
}

/** A till that acknowledges only when told to, and sees every segment and every frame as it came. */
export class BareTill {
  readonly segments: Buffer[] = [];
  readonly frames: Frame[] = [];
  closed = false;
  private readonly parser = new FrameParser();

  private constructor(readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (bytes) => {
      this.segments.push(bytes);
      this.frames.push(...this.parser.push(bytes).frames);
    });
    // A terminal that drops the connection hard is what many tests are about; `closed` tells of it.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.closed = true;
    });
  }

  static async connect(port: number): Promise<BareTill> {
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new BareTill(socket);
  }

  /** Sends bytes, or hexadecimal digits. */
  send(bytes: Uint8Array | string): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes.replaceAll(' ', ''), 'hex') : bytes);
  }

  /** The next frame that wasn't taken yet. Fails after two seconds without one. */
  async next(): Promise<Frame> {
    await expect.poll(() => this.frames.length, { timeout: 2_000, interval: 2 }).toBeGreaterThan(0);
    return this.frames.shift()!;
  }

  /** Sends a command and plays it to its end, acknowledging everything. Returns the control fields that came and the last frame. */
  async play(command: Command | string): Promise<{ controls: string[]; frames: Frame[]; last: Frame }> {
    this.send(typeof command === 'string' ? command : encodeCommand(command));
    const frames: Frame[] = [];
    for (;;) {
      const frame = await this.next();
      frames.push(frame);
      const withoutEnd = typeof command !== 'string' && ['logOff', 'displayText', 'abort'].includes(command.kind);
      if (frame.control >> 8 === 0x84 || (frame.control === 0x8000 && withoutEnd)) break;
      if (frame.control === 0x8000) continue;
      this.send(ACKNOWLEDGEMENT);
      if (frame.control === 0x060f || frame.control === 0x061e) break;
    }
    return { controls: frames.map(({ control }) => control.toString(16).padStart(4, '0')), frames, last: frames.at(-1)! };
  }

  /** Resolves when the terminal has closed the connection. */
  gone(): Promise<void> {
    return expect.poll(() => this.closed, { timeout: 3_000, interval: 5 }).toBe(true);
  }

  close(): void {
    this.socket.destroy();
  }
}

/** Everything a till can want in 06 00: it prints, as blocks, and follows along. */
export const FULL_CONFIG = CONFIG.tillPrintsPayments | CONFIG.tillPrintsAdministration | CONFIG.intermediateStatus | CONFIG.receiptsAsText;

/** 06 00 with a configuration byte. */
export function registration(config = FULL_CONFIG, more: Partial<Extract<Command, { kind: 'registration' }>> = {}): Command {
  return {
    kind: 'registration',
    password: PASSWORD,
    config,
    currency: EUR,
    serviceByte: null,
    tlv: true,
    printBlocks: true,
    characterSet: null,
    ...more,
  };
}

/** 06 01. */
export function authorisation(amountMinor = 1_250, transactionIdentifier: number | null = null): Command {
  return { kind: 'authorisation', amountMinor, currency: EUR, transactionIdentifier };
}

/** 06 30. */
export function reversal(receiptNo: number, amountMinor: number | null = null): Command {
  return { kind: 'reversal', password: PASSWORD, receiptNo, amountMinor, currency: null, transactionIdentifier: null };
}
