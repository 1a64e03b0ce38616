import { connect, type Socket } from 'node:net';
import type { Direction } from './message-kind.rules.js';
import type { LinkObserver } from './observer.js';
import type { Endpoint, RelayLimits } from './relay-options.js';

/** Why the relay ended a connection, or saw it end other than by both ends closing it. */
export type CutCode = 'upstreamUnreachable' | 'connectTimeout' | 'noFirstFrame' | 'idle' | 'reset' | 'relayClosed';

/** What a connection tells its relay. */
export interface ConnectionListener {
  /** Both sockets are closed; `code` is null when both ends closed it in peace. Said once. */
  ended(code: CutCode | null): void;
  /** Reading what passed has failed, which is a bug; the connection goes on unread. */
  readingFailed(error: unknown): void;
}

/** How long, on a clock that only goes forward. */
const milliseconds = (): number => performance.now();

/**
 * One terminal's connection and its twin to the host. Bytes go to the other socket before they are read, and are overwritten once both is done. A half-close
 * is passed on as a half-close, a reset or failure as a reset, and a full buffer stops the other end's reading.
 */
export class RelayedConnection {
  /** Bytes passed on, by direction. */
  readonly bytes = { toHost: 0, toTerminal: 0 };
  private readonly host: Socket;
  private readonly startedAt = milliseconds();
  private lastByteAt = this.startedAt;
  private connected = false;
  private closedSockets = 0;
  private cause: CutCode | null = null;
  private reading: LinkObserver | null;

  /** `terminal` must be paused: it is read once the host has accepted. */
  constructor(
    private readonly terminal: Socket,
    upstream: Endpoint,
    reading: LinkObserver,
    private readonly listener: ConnectionListener,
  ) {
    this.reading = reading;
    this.host = connect({ ...upstream, allowHalfOpen: true, noDelay: true, keepAlive: true });
    this.watch(terminal, () => 'reset');
    this.watch(this.host, () => (this.connected ? 'reset' : 'upstreamUnreachable'));
    this.host.once('connect', () => {
      this.connected = true;
      this.lastByteAt = milliseconds();
      this.pass(terminal, this.host, 'toHost');
      this.pass(this.host, terminal, 'toTerminal');
    });
  }

  /** Which limit it is over, or null. */
  overdue(limits: RelayLimits): CutCode | null {
    const now = milliseconds();
    const over = (since: number, limitMs: number) => limitMs > 0 && now - since > limitMs;
    if (!this.connected) return over(this.startedAt, limits.connectTimeoutMs) ? 'connectTimeout' : null;
    const spoken = this.reading === null || this.reading.hasSpoken('toHost');
    if (!spoken && over(this.startedAt, limits.firstFrameTimeoutMs)) return 'noFirstFrame';
    return over(this.lastByteAt, limits.idleTimeoutMs) ? 'idle' : null;
  }

  /** Resets both ends. */
  cut(code: CutCode): void {
    this.cause ??= code;
    this.terminal.resetAndDestroy();
    // A socket that is still connecting has nobody to reset.
    if (this.connected) this.host.resetAndDestroy();
    else this.host.destroy();
  }

  private watch(socket: Socket, codeOf: () => CutCode): void {
    socket.on('error', () => this.cut(codeOf()));
    socket.on('close', () => {
      this.closedSockets += 1;
      if (this.closedSockets < 2) return;
      this.read((reading) => reading.ended());
      this.listener.ended(this.cause);
    });
  }

  private pass(from: Socket, to: Socket, direction: Direction): void {
    from.on('data', (chunk: Buffer) => {
      this.lastByteAt = milliseconds();
      this.bytes[direction] += chunk.length;
      const room = to.write(chunk, () => chunk.fill(0));
      if (!room) from.pause();
      this.read((reading) => reading.passed(direction, chunk));
    });
    to.on('drain', () => from.resume());
    from.on('end', () => to.end());
    from.resume();
  }

  /** A fault in reading ends the reading, never the connection. */
  private read(work: (reading: LinkObserver) => void): void {
    if (this.reading === null) return;
    try {
      work(this.reading);
    } catch (error) {
      this.reading = null;
      this.listener.readingFailed(error);
    }
  }
}
