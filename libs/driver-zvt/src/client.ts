import { Socket } from 'node:net';
import type { StreamBreak } from '@tillward/driver';
import { DEFAULT_MAX_DATA_BYTES, FrameParser } from './frame.js';
import type { ExchangeResult } from './outcome.rules.js';
import { type Exchange, type ExchangeEnd, IDLE, type SessionEvent, type SessionState, step, type Timer } from './session.rules.js';

/** Time limits in milliseconds. T3 and T4 default to the spec's 5 s and 180 s; tests shorten them. */
export interface ClientTimes {
  readonly connectMs: number;
  readonly t3Ms: number;
  readonly t4Ms: number;
}

/** The spec's time limits, and 3 s to connect on a store LAN. */
export const SPEC_TIMES: ClientTimes = { connectMs: 3_000, t3Ms: 5_000, t4Ms: 180_000 };

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

/** A link that is up: everything that dies with one TCP connection. */
interface Link {
  readonly socket: Socket;
  readonly parser: FrameParser;
  state: SessionState;
  timer: NodeJS.Timeout | null;
  running: { readonly settle: (end: ExchangeEnd) => void; readonly watch: ExchangeWatch } | null;
}

/**
 * Carries the pure session over TCP: bytes in, timers, bytes out. Opens a link only when told to, and never sends a command twice.
 * A second exchange while one runs answers `busy` and sends nothing.
 */
export class ZvtClient {
  private link: Link | null = null;
  private opening: Promise<string | null> | null = null;
  private abandon: ((reason: string) => void) | null = null;
  /** Counts the links opened so far: a registration is worth something only on the link it was made on. */
  linkNo = 0;
  /** Told of every link given up because its bytes made no sense. */
  streamBroken: (broken: StreamBreak) => void = () => {};

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
    const link: Link = { socket, parser, state: IDLE, timer: null, running: null };
    this.link = link;
    this.linkNo += 1;
    socket.on('data', (bytes) => this.received(link, bytes));
    socket.on('error', (error: NodeJS.ErrnoException) => this.lose(link, `connection failed: ${error.code ?? error.message}`));
    socket.on('close', () => this.lose(link, 'connection closed by the terminal'));
    socket.on('end', () => this.lose(link, 'connection closed by the terminal'));
  }

  private received(link: Link, bytes: Uint8Array): void {
    const { frames, error } = link.parser.push(bytes);
    for (const frame of frames) this.feed(link, { type: 'frame', frame });
    if (error && this.link === link) this.streamBroken({ code: error.code, offset: error.offset });
    if (error) this.feed(link, { type: 'streamBroken', code: error.code, offset: error.offset });
  }

  private lose(link: Link, detail: string): void {
    this.drop(link);
    this.feed(link, { type: 'linkLost', detail });
  }

  private drop(link: Link): void {
    if (this.link === link) this.link = null;
    link.socket.destroy();
  }

  private feed(link: Link, event: SessionEvent): void {
    const { state, actions } = step(link.state, event);
    link.state = state;
    for (const action of actions) {
      switch (action.type) {
        case 'send':
          link.socket.write(action.bytes);
          break;
        case 'startTimer':
          this.startTimer(link, action.timer);
          break;
        case 'stopTimers':
          if (link.timer) clearTimeout(link.timer);
          link.timer = null;
          break;
        case 'progress':
          link.running?.watch.progress?.(action.code);
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
  }

  /** One timer runs at a time: starting T4 ends T3. */
  private startTimer(link: Link, timer: Timer): void {
    if (link.timer) clearTimeout(link.timer);
    const ms = timer === 'T3' ? this.options.times.t3Ms : this.options.times.t4Ms;
    link.timer = setTimeout(() => this.feed(link, { type: 'expired', timer }), ms);
  }
}
