import { createServer, type Server, type Socket } from 'node:net';
import {
  COMMAND,
  CONFIG,
  type Command,
  decodeCommand,
  encodeAbort,
  encodeRefusal,
  type Frame,
  NOT_SUPPORTED,
  RESULT,
} from '@tillward/driver-zvt';
import { AcquirerHost } from './acquirer-host.js';
import { admissionOf } from './admission.rules.js';
import { CommandRun, PowerLost } from './command-run.js';
import type { StepFault, TerminalFault } from './faults.js';
import type { LedgerLine } from './ledger.js';
import { type Fragmentation, LinkGone, TerminalLink } from './terminal-link.js';
import { type OperationOptions, TerminalOperations } from './terminal-operations.js';
import { TerminalStore } from './terminal-store.js';

/** A simulated terminal: who it is, and how long things take at it. All times in milliseconds, ranges inclusive. */
export interface ZvtTerminalOptions extends Omit<OperationOptions, 'booked'> {
  readonly store: string;
  readonly terminal: string;
  readonly password: string;
  readonly host: string;
  /** 0 takes a free port; `port` then tells which. It stays the same over power cycles. */
  readonly port: number;
  readonly dataDir: string;
  readonly bootMs: number;
  readonly ackTimeoutMs: number;
  readonly declineRate: number;
  readonly fragmentation: Fragmentation;
  readonly observer?: TerminalObserver;
}

const STREAM_BREAK_EVERY_MS = 60_000;

/** What happens at a terminal, for triggers and statistics. Must not throw. */
export interface TerminalObserver {
  /** A sale command was taken; `number` counts them from 1 since the simulator started. Faults put in now strike this very sale. */
  saleStarted?(number: number): void;
  /** An end-of-day command was taken. */
  closingStarted?(): void;
  booked?(line: LedgerLine): void;
  /** A till's bytes made no sense at this offset of its connection. Told at most once a minute. */
  streamBroken?(code: string, offset: number): void;
  /** A command ended in a way nobody foresaw: a bug of the simulator. */
  failed?(error: unknown): void;
}

/** What the control API shows of a terminal. */
export interface TerminalView {
  readonly store: string;
  readonly terminal: string;
  readonly port: number;
  readonly power: 'on' | 'booting' | 'off';
  readonly registered: boolean;
  readonly signedOn: boolean;
  /** Whether a command is being carried out, with or without a till listening. */
  readonly running: boolean;
  readonly hostUp: boolean;
  readonly batch: { readonly no: number; readonly count: number; readonly amountMinor: number };
  readonly currency: string;
  readonly lastTraceNo: number | null;
  readonly pendingFaults: number;
}

/**
 * A ZVT terminal on TCP that behaves like a real one (PROTOCOLS.md "A faithful simulator", as far as the subset goes). Without power its
 * port is closed and what it had not stored is gone; after booting it knows no till and must be signed on.
 */
export class ZvtTerminal {
  readonly host: AcquirerHost;
  private readonly store: TerminalStore;
  private readonly operations: TerminalOperations;
  private server: Server | null = null;
  private link: TerminalLink | null = null;
  private power: AbortController | null = null;
  private booting: NodeJS.Timeout | null = null;
  private listeningPort: number;
  private running = false;
  private busyUntilMs = 0;
  private streamBreakToldAt = 0;
  private faults: StepFault[] = [];
  private sales = 0;

  constructor(private readonly options: ZvtTerminalOptions) {
    this.listeningPort = options.port;
    this.host = new AcquirerHost(options.random.fork('host'), options.declineRate);
    this.store = new TerminalStore(options);
    const booked = (line: LedgerLine) => options.observer?.booked?.(line);
    this.operations = new TerminalOperations({ ...options, booked }, this.store, this.host);
  }

  /** The TCP port it listens on when it has power. */
  get port(): number {
    return this.listeningPort;
  }

  /** Its ledger: every sale and settlement it ever booked. */
  get ledger(): readonly LedgerLine[] {
    return this.store.lines;
  }

  /** How it stands. */
  view(): TerminalView {
    const { amountMinor, count } = this.store.totals();
    const { registered, signedOn } = this.operations.condition();
    return {
      store: this.options.store,
      terminal: this.options.terminal,
      port: this.port,
      power: this.server ? 'on' : this.booting ? 'booting' : 'off',
      registered,
      signedOn,
      running: this.running,
      hostUp: this.host.up,
      batch: { no: this.store.batch.no, count, amountMinor },
      currency: this.options.currency,
      lastTraceNo: this.store.last?.traceNo ?? null,
      pendingFaults: this.faults.length,
    };
  }

  /** Gives it power; resolves when it listens. Has no effect on one that is on. */
  async powerOn(bootMs = this.options.bootMs): Promise<void> {
    if (this.power) return;
    const power = new AbortController();
    this.power = power;
    await new Promise<void>((resolve) => {
      this.booting = setTimeout(resolve, bootMs);
      power.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    if (this.booting) clearTimeout(this.booting);
    this.booting = null;
    if (power.signal.aborted) return;
    await this.listen(power);
  }

  /** Takes its power away: sockets destroyed, port closed, everything not stored gone. Resolves when the port is closed. */
  async powerOff(): Promise<void> {
    if (!this.power) return;
    this.power.abort();
    this.power = null;
    this.operations.losePower();
    this.running = false;
    const { server } = this;
    this.server = null;
    const closed = server ? new Promise<void>((resolve) => server.close(() => resolve())) : Promise.resolve();
    this.link?.destroy();
    this.link = null;
    await closed;
  }

  /** Restarts it as its 24-hour reboot does: refuses connections for this long, comes back unregistered. */
  async reboot(seconds: number): Promise<void> {
    await this.powerOff();
    await this.powerOn(seconds * 1000);
  }

  /** Takes its power away and lets go of its files. It can't be used again. */
  async close(): Promise<void> {
    await this.powerOff();
    this.store.close();
  }

  /** Puts a fault in. */
  inject(fault: TerminalFault): void {
    switch (fault.fault) {
      case 'hostDown':
        this.host.up = false;
        break;
      case 'hostUp':
        this.host.up = true;
        break;
      case 'cutAfterBooking':
        this.faults.push({ fault: 'dropAtStep', step: 'afterBooking', command: 'authorisation' });
        break;
      case 'declineNext':
        this.host.declineNext(fault.resultCode);
        break;
      case 'reboot':
        this.reboot(fault.seconds).catch((error: unknown) => this.options.observer?.failed?.(error));
        break;
      case 'busy':
        this.busyUntilMs = Date.now() + fault.seconds * 1000;
        break;
      case 'printerNotReady':
        this.operations.printerNotReady = fault.active;
        break;
      case 'cardInserted':
        this.operations.cardInserted = fault.active;
        break;
      case 'settlementNeeded':
        this.operations.settlementNeeded = fault.active;
        break;
      case 'clear':
        this.clearFaults();
        break;
      default:
        this.faults.push(fault);
    }
  }

  private clearFaults(): void {
    this.faults = [];
    this.host.up = true;
    this.busyUntilMs = 0;
    this.operations.printerNotReady = false;
    this.operations.cardInserted = false;
    this.operations.settlementNeeded = false;
  }

  private async listen(power: AbortController): Promise<void> {
    const server = createServer((socket) => this.accept(socket, power));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.listeningPort, this.options.host, resolve);
    });
    if (power.signal.aborted) {
      server.close();
      return;
    }
    const address = server.address();
    if (address && typeof address === 'object') this.listeningPort = address.port;
    this.server = server;
  }

  /** One till at a time: a new connection replaces the old one, as when a till comes back after a fault. */
  private accept(socket: Socket, power: AbortController): void {
    if (power.signal.aborted) {
      socket.destroy();
      return;
    }
    this.link?.destroy();
    const link: TerminalLink = new TerminalLink(socket, {
      ackTimeoutMs: this.options.ackTimeoutMs,
      fragmentation: this.options.fragmentation,
      random: this.options.random.fork(`link-${socket.remotePort ?? 0}`),
      onCommand: (frame) => this.take(frame, link, power.signal),
      onBroken: (code, offset) => this.streamBroken(code, offset),
      onGone: () => {
        if (this.link === link) this.link = null;
      },
    });
    this.link = link;
  }

  private streamBroken(code: string, offset: number): void {
    const now = Date.now();
    if (now - this.streamBreakToldAt < STREAM_BREAK_EVERY_MS) return;
    this.streamBreakToldAt = now;
    this.options.observer?.streamBroken?.(code, offset);
  }

  private take(frame: Frame, link: TerminalLink, power: AbortSignal): void {
    const busy = this.running || Date.now() < this.busyUntilMs;
    if (busy && !(frame.control === COMMAND.statusEnquiry && !this.running)) {
      link.answer(encodeRefusal(RESULT.busy));
      return;
    }
    const command = decodeCommand(frame);
    if (!command) {
      link.answer(NOT_SUPPORTED);
      return;
    }
    this.running = true;
    this.carryOut(command, link, power)
      .catch((error: unknown) => {
        // The till went or the power went: part of the simulated world. Anything else is a bug.
        if (!(error instanceof LinkGone) && !(error instanceof PowerLost)) this.options.observer?.failed?.(error);
      })
      .finally(() => {
        if (!power.aborted) this.running = false;
      });
  }

  private async carryOut(command: Command, link: TerminalLink, power: AbortSignal): Promise<void> {
    if (command.kind === 'authorisation') {
      this.sales += 1;
      this.options.observer?.saleStarted?.(this.sales);
    }
    if (command.kind === 'endOfDay') this.options.observer?.closingStarted?.();
    const run = new CommandRun(
      {
        link,
        power,
        random: this.options.random,
        intermediateStatus: (this.operations.config & CONFIG.intermediateStatus) !== 0,
        takeFault: (kind, step) => this.takeFault(kind, step),
      },
      command.kind,
    );
    await run.acknowledge();
    const wrongPassword = 'password' in command && command.password !== this.options.password;
    const refusal = wrongPassword ? RESULT.protocolError : admissionOf(this.operations.condition(), command.kind);
    if (refusal !== null) {
      await run.say(encodeAbort(refusal));
      return;
    }
    await this.operations.perform(command, run, Date.now() < this.busyUntilMs);
  }

  private takeFault(command: Command['kind'], step: StepFault['step']): StepFault | undefined {
    const index = this.faults.findIndex((fault) => fault.command === command && fault.step === step);
    return index < 0 ? undefined : this.faults.splice(index, 1)[0];
  }
}
