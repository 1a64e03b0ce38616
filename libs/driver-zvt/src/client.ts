import { Socket } from 'node:net';
import type { StreamBreak } from '@tillward/driver';
import { DEFAULT_MAX_DATA_BYTES, type Frame, FrameParser } from './frame.js';
import type { ExchangeResult } from './service-outcome.rules.js';
import {
  type AbortAnswer,
  type Exchange,
  type ExchangeEnd,
  IDLE,
  type SessionAction,
  type SessionEvent,
  type SessionState,
  step,
  type Timer,
} from './session.rules.js';

/** Time limits in milliseconds. T3 and T4 default to the spec's 5 s and 180 s; `commandMs` bounds one command however often T4 starts again. */
export interface ClientTimes {
  readonly connectMs: number;
  readonly t3Ms: number;
  readonly t4Ms: number;
  readonly commandMs: number;
}

/** The spec's time limits, 3 s to connect on a store LAN, and half an hour for a command: software updates take that long. */
export const SPEC_TIMES: ClientTimes = { connectMs: 3_000, t3Ms: 5_000, t4Ms: 180_000, commandMs: 1_800_000 };

/** Where the terminal listens and what limits apply. */
export interface ClientOptions {
  readonly host: string;
  readonly port: number;
  readonly times: ClientTimes;
  readonly maxDataBytes?: number;
}

/** What a caller may watch while its exchange runs. */
export interface ExchangeWatch {
  sent?(): void;
  progress?(code: number): void;
}

/** Told of everything on a link, for records of the dialogue. Must not throw. */
export interface LinkWatch {
  sent(bytes: Uint8Array): void;
  received(frame: Frame): void;
}

/** A link that is up: everything that dies with one TCP connection. */
interface Link {
  readonly socket: Socket;
  readonly parser: FrameParser;
  state: SessionState;
  readonly timers: Map<Timer, NodeJS.Timeout>;
  /** Runs while half a frame is held, which begins `at` this byte of the stream. */
  unfinished: { readonly timer: NodeJS.Timeout; readonly at: number } | null;
  running: { readonly settle: (end: ExchangeEnd) => void; readonly watch: ExchangeWatch } | null;
  aborting: ((answer: AbortAnswer) => void) | null;
}

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

/**
 * Carries the pure session over TCP: bytes in, timers, bytes out. Opens a link only when told to, and never sends a command twice.
 * A second exchange while one runs answers `busy` and sends nothing; only `abort` may come in between.
 */
export class ZvtClient {
  private link: Link | null = null;
  private opening: Promise<string | null> | null = null;
  private abandon: ((reason: string) => void) | null = null;
  /** Counts the links opened so far: a registration is worth something only on the link it was made on. */
  linkNo = 0;
  /** Told of every link given up for what the terminal sent. */
  streamBroken: (broken: StreamBreak) => void = () => {};
  /** Told of every frame either way. */
  watch: LinkWatch | null = null;

  constructor(private readonly options: ClientOptions) {}

  /** Whether a link is up, as far as the operating system has noticed. */
  get connected(): boolean {
    return this.link !== null;
  }

  /** Whether an exchange is running. */
  get busy(): boolean {
    return this.link?.running != null;
  }

  /** Opens the link. Null when it is up, else why not. */
  async connect(): Promise<string | null> {
    if (this.link) return null;
    this.opening ??= this.open().finally(() => {
      this.opening = null;
    });
    return this.opening;
  }

  /** Sends one command on the open link and carries it to its end. `notSent` when there is no link. */
  execute(exchange: Exchange, watch: ExchangeWatch = {}): Promise<ExchangeResult> {
    const { link } = this;
    if (!link) return Promise.resolve({ kind: 'notSent', detail: 'no connection to the terminal' });
    if (link.running) return Promise.resolve({ kind: 'busy' });
    return new Promise<ExchangeEnd>((settle) => {
      link.running = { settle, watch };
      this.feed(link, { type: 'start', exchange });
      watch.sent?.();
    });
  }

  /** Asks the terminal to give up the running command (06 B0). Null when none is running, or when that was asked already. */
  abort(): Promise<AbortAnswer> | null {
    const { link } = this;
    if (!link?.running || link.aborting) return null;
    return new Promise((resolve) => {
      link.aborting = resolve;
      this.feed(link, { type: 'abort' });
    });
  }

  /** Drops the link at once, also one that is being opened; a running exchange ends as lost. */
  close(): void {
    this.abandon?.('closed by us');
    if (this.link) this.lose(this.link, 'closed by us');
  }

  private open(): Promise<string | null> {
    const { host, port, times } = this.options;
    return new Promise((resolve) => {
      const socket = new Socket();
      const done = (reason: string | null) => {
        clearTimeout(limit);
        this.abandon = null;
        socket.removeAllListeners();
        if (reason === null) this.adopt(socket);
        else socket.destroy();
        resolve(reason);
      };
      const limit = setTimeout(() => done(`no connection within ${times.connectMs} ms`), times.connectMs);
      this.abandon = done;
      socket.once('error', (error: NodeJS.ErrnoException) => done(`no connection: ${error.code ?? error.message}`));
      socket.once('connect', () => done(null));
      socket.connect(port, host);
    });
  }

  private adopt(socket: Socket): void {
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    const parser = new FrameParser(this.options.maxDataBytes ?? DEFAULT_MAX_DATA_BYTES);
    const link: Link = { socket, parser, state: IDLE, timers: new Map(), unfinished: null, running: null, aborting: null };
    this.link = link;
    this.linkNo += 1;
    socket.on('data', (bytes) => this.received(link, bytes));
    socket.on('error', (error: NodeJS.ErrnoException) => this.lose(link, `connection failed: ${error.code ?? error.message}`));
    socket.on('close', () => this.lose(link, 'connection closed by the terminal'));
    socket.on('end', () => this.lose(link, 'connection closed by the terminal'));
  }

  private received(link: Link, bytes: Uint8Array): void {
    const { frames, error } = link.parser.push(bytes);
    for (const frame of frames) {
      // A link that was cut off has nothing more to say.
      if (link.state.phase === 'closed') return;
      this.watch?.received(frame);
      this.feed(link, { type: 'frame', frame });
    }
    if (error) this.feed(link, { type: 'streamBroken', code: error.code, offset: error.offset });
    this.expectRest(link);
  }

  /** The rest of a frame has to come within T3 of its first part. */
  private expectRest(link: Link): void {
    const { parser, unfinished } = link;
    const waits = parser.pendingBytes > 0 && link.state.phase !== 'closed';
    if (waits && unfinished?.at === parser.consumedBytes) return;
    clearTimeout(unfinished?.timer);
    link.unfinished = waits
      ? { timer: setTimeout(() => this.feed(link, { type: 'frameUnfinished' }), this.options.times.t3Ms), at: parser.consumedBytes }
      : null;
  }

  private lose(link: Link, detail: string): void {
    this.drop(link);
    this.feed(link, { type: 'linkLost', detail });
  }

  private drop(link: Link): void {
    if (this.link === link) this.link = null;
    clearTimeout(link.unfinished?.timer);
    link.unfinished = null;
    link.socket.destroy();
  }

  private feed(link: Link, event: SessionEvent): void {
    const { state, actions } = step(link.state, event);
    link.state = state;
    for (const action of actions) this.act(link, action);
  }

  private act(link: Link, action: SessionAction): void {
    switch (action.type) {
      case 'send':
        link.socket.write(action.bytes);
        this.watch?.sent(action.bytes);
        break;
      case 'startTimer':
        this.startTimer(link, action);
        break;
      case 'stopTimers':
        for (const timer of link.timers.values()) clearTimeout(timer);
        link.timers.clear();
        break;
      case 'progress':
        link.running?.watch.progress?.(action.code);
        break;
      case 'abortAnswered': {
        const { aborting } = link;
        link.aborting = null;
        aborting?.(action.answer);
        break;
      }
      case 'cutOff':
        this.streamBroken({ code: action.code, offset: action.offset ?? link.parser.consumedBytes });
        break;
      case 'closeLink':
        this.drop(link);
        break;
      case 'finish': {
        const { running } = link;
        link.running = null;
        running?.settle(action.end);
        break;
      }
    }
  }

  /** T3 and T4 are one timer, since starting T4 ends T3; the others run beside it. */
  private startTimer(link: Link, { timer, minutes, extraSeconds = 0 }: Extract<SessionAction, { type: 'startTimer' }>): void {
    const slot = timer === 'T3' ? 'T4' : timer;
    clearTimeout(link.timers.get(slot));
    const { t3Ms, t4Ms, commandMs } = this.options.times;
    const ms =
      timer === 'limit'
        ? commandMs
        : timer === 'T4'
          ? minutes === undefined
            ? t4Ms
            : Math.min(minutes * MINUTE_MS, commandMs)
          : t3Ms + extraSeconds * SECOND_MS;
    link.timers.set(
      slot,
      setTimeout(() => {
        link.timers.delete(slot);
        this.feed(link, { type: 'expired', timer });
      }, ms),
    );
  }
}
