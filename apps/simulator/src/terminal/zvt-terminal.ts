import { createServer, type Server, type Socket } from 'node:net';
import {
  ACKNOWLEDGEMENT,
  COMMAND,
  CONFIG,
  type Command,
  decodeCommand,
  encodeRefusal,
  encodeWrongCurrency,
  type Frame,
  NOT_SUPPORTED,
  RESULT,
} from '@tillward/driver-zvt';
import type { LedgerLine } from '../ledger/index.js';
import { AcquirerHost } from './acquirer-host.js';
import { admissionOf } from './admission.rules.js';
import { CommandRun, PowerLost, StoppedByTill } from './command-run.js';
import { FaultBox } from './fault-box.js';
import type { TerminalFault } from './faults.js';
import { type Fragmentation, LinkGone, TerminalLink } from './terminal-link.js';
import { type OperationOptions, TerminalOperations } from './terminal-operations.js';
import { TerminalStore } from './terminal-store.js';

/** Settings with a usual value. */
type Usual = 'offlineLimitMinor' | 'batchLimit' | 'dailyRebootAt' | 'completesRestart' | 'characterSet';

/** A simulated terminal: who it is, and how long things take at it. All times in milliseconds, ranges inclusive. */
export interface ZvtTerminalOptions extends Omit<OperationOptions, 'booked' | Usual>, Partial<Pick<OperationOptions, Usual>> {
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

const USUAL: Pick<OperationOptions, Usual> = {
  offlineLimitMinor: 0,
  batchLimit: 5_000,
  dailyRebootAt: null,
  completesRestart: false,
  characterSet: 'cp437',
};
const STREAM_BREAK_EVERY_MS = 60_000;
/** A daily reboot that meets a running command looks again after this time. */
const REBOOT_RETRY_MS = 1_000;

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
  readonly batch: { readonly no: number; readonly count: number; readonly amountMinor: number; readonly unsent: number };
  readonly currency: string;
  readonly lastTraceNo: number | null;
  /** What its clock shows, local time. */
  readonly clock: string;
  /** What 06 E0 has put on its display. */
  readonly display: readonly string[];
  readonly pendingFaults: number;
}

/**
 * A ZVT terminal on TCP that behaves like a real one (PROTOCOLS.md "A faithful simulator"). Without power its port is closed and what it had
 * not stored is gone; after booting it knows no till and must be signed on.
 */
export class ZvtTerminal {
  readonly host: AcquirerHost;
  private readonly options: ZvtTerminalOptions & Pick<OperationOptions, Usual>;
  private readonly store: TerminalStore;
  private readonly operations: TerminalOperations;
  private readonly faults = new FaultBox();
  private server: Server | null = null;
  private link: TerminalLink | null = null;
  private power: AbortController | null = null;
  private booting: NodeJS.Timeout | null = null;
  private dailyReboot: NodeJS.Timeout | null = null;
  private listeningPort: number;
  private run: CommandRun | null = null;
  private streamBreakToldAt = 0;
  private sales = 0;

  constructor(options: ZvtTerminalOptions) {
    this.options = { ...USUAL, ...options };
    this.listeningPort = options.port;
    this.host = new AcquirerHost(options.random.fork('host'), options.declineRate);
    this.store = new TerminalStore(options);
    const booked = (line: LedgerLine) => options.observer?.booked?.(line);
    this.operations = new TerminalOperations({ ...this.options, booked }, this.store, this.host, this.faults);
  }

  /** The TCP port it listens on when it has power. */
  get port(): number {
    return this.listeningPort;
  }

  /** Its ledger: every transaction and settlement it ever booked. */
  get ledger(): readonly LedgerLine[] {
    return this.store.lines;
  }

  /** How it stands. */
  view(): TerminalView {
    const { amountMinor, count } = this.store.turnover();
    const { registered, signedOn } = this.operations.condition();
    return {
      store: this.options.store,
      terminal: this.options.terminal,
      port: this.port,
      power: this.server ? 'on' : this.booting ? 'booting' : 'off',
      registered,
      signedOn,
      running: this.run !== null,
      hostUp: this.host.up,
      batch: { no: this.store.batch.no, count, amountMinor, unsent: this.store.unsent.length },
      currency: this.options.currency,
      lastTraceNo: this.store.last?.traceNo ?? null,
      clock: this.operations.clock.local(),
      display: this.operations.display,
      pendingFaults: this.faults.pending,
    };
  }

  /** Gives it power; resolves when it listens. Has no effect on one that is on. */
  async powerOn(bootMs = this.options.bootMs): Promise<void> {
    if (this.power) return;
    const power = new AbortController();
    this.power = power;
    this.store.reload();
    await new Promise<void>((resolve) => {
      this.booting = setTimeout(resolve, bootMs);
      power.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    if (this.booting) clearTimeout(this.booting);
    this.booting = null;
    if (power.signal.aborted) return;
    await this.listen(power);
    this.planDailyReboot();
  }

  /** Takes its power away: sockets destroyed, port closed, everything not stored gone. Resolves when the port is closed. */
  async powerOff(): Promise<void> {
    if (!this.power) return;
    this.power.abort();
    this.power = null;
    this.operations.losePower();
    this.run = null;
    if (this.dailyReboot) clearTimeout(this.dailyReboot);
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
    if (fault.fault === 'clockWrong') this.operations.clock.drift(fault.active ? fault.offsetSeconds : 0);
    if (this.faults.keep(fault)) return;
    switch (fault.fault) {
      case 'hostDown':
        this.host.up = false;
        break;
      case 'hostUp':
        this.host.up = true;
        break;
      case 'declineNext':
        this.host.declineNext(fault.resultCode);
        break;
      case 'reboot':
        this.restart(fault.seconds);
        break;
      case 'clear':
        this.faults.clear();
        this.operations.clock.drift(0);
        this.host.up = true;
        break;
    }
  }

  private restart(seconds: number): void {
    this.reboot(seconds).catch((error: unknown) => this.options.observer?.failed?.(error));
  }

  private planDailyReboot(): void {
    const { dailyRebootAt, bootMs } = this.options;
    if (dailyRebootAt === null) return;
    const due = () => {
      if (this.run) this.dailyReboot = setTimeout(due, REBOOT_RETRY_MS);
      else this.restart(bootMs / 1_000);
    };
    this.dailyReboot = setTimeout(due, this.operations.clock.next(dailyRebootAt).inMs);
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

  /** A command arrived. While a job of its own keeps the terminal silent, nobody answers it. */
  private take(frame: Frame, link: TerminalLink, power: AbortSignal): void {
    if (this.faults.silent) return;
    if (this.run && frame.control === COMMAND.abort) {
      link.answer(ACKNOWLEDGEMENT);
      this.run.requestStop();
      return;
    }
    if (this.run || (this.faults.busy && frame.control !== COMMAND.statusEnquiry)) {
      link.answer(encodeRefusal(RESULT.busy));
      return;
    }
    const command = decodeCommand(frame, this.operations.till.characterSet);
    if (!command) {
      link.answer(NOT_SUPPORTED);
      return;
    }
    if (command.kind === 'registration' && command.currency !== null && command.currency !== this.operations.currencyNumber) {
      link.answer(encodeWrongCurrency(this.operations.currencyNumber));
      return;
    }
    // What ends with its 80 00 00 can only be refused instead of it.
    const refusal = command.kind === 'displayText' ? admissionOf(this.operations.condition(), command.kind) : null;
    if (refusal !== null) {
      link.answer(encodeRefusal(refusal));
      return;
    }
    const run = this.newRun(command, link, power);
    this.run = run;
    this.carryOut(command, run)
      .catch((error: unknown) => this.failed(error))
      .finally(() => {
        link.doubled = false;
        if (this.run === run) this.run = null;
      });
  }

  private newRun(command: Command, link: TerminalLink, power: AbortSignal): CommandRun {
    const context = {
      link,
      power,
      random: this.options.random,
      intermediateStatus: this.operations.till.configured(CONFIG.intermediateStatus),
      takeFault: this.faults.takeStep.bind(this.faults),
      takeLostStatus: this.faults.takeLostStatus.bind(this.faults),
      cutPower: (seconds: number | undefined) => this.cutPower(seconds),
    };
    return new CommandRun(context, command.kind);
  }

  private cutPower(seconds: number | undefined): void {
    if (seconds !== undefined) this.restart(seconds);
    else this.powerOff().catch((error: unknown) => this.options.observer?.failed?.(error));
  }

  private async carryOut(command: Command, run: CommandRun): Promise<void> {
    if (command.kind === 'authorisation') {
      this.sales += 1;
      this.options.observer?.saleStarted?.(this.sales);
    }
    if (command.kind === 'endOfDay') this.options.observer?.closingStarted?.();
    await run.acknowledge();
    const wrongPassword = 'password' in command && command.password !== null && command.password !== this.options.password;
    const refusal = wrongPassword ? RESULT.protocolError : admissionOf(this.operations.condition(), command.kind);
    if (refusal !== null) return run.abort(refusal);
    try {
      await this.operations.perform(command, run, () => this.restart(this.options.bootMs / 1_000));
    } catch (error) {
      if (!(error instanceof StoppedByTill)) throw error;
      await run.abort(RESULT.aborted);
    }
  }

  /** The till went or the power went: part of the simulated world. Anything else is a bug. */
  private failed(error: unknown): void {
    if (!(error instanceof LinkGone) && !(error instanceof PowerLost)) this.options.observer?.failed?.(error);
  }
}
