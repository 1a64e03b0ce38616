import { BlockList, createServer, isIPv6, type Server, type Socket } from 'node:net';
import { ListenerQueue } from './listener-queue.js';
import type { Direction } from './message-kind.rules.js';
import { type KnownTerminal, Observer, type ObserverCounts, type UnreadableCode } from './observer.js';
import type { ObserverEvent } from './observer-event.js';
import { DEFAULT_FRAMING, DEFAULT_LIMITS, type ObserverSettings, type RelayLimits } from './relay-options.js';
import { type CutCode, RelayedConnection } from './relayed-connection.js';
import type { TerminalSession } from './session.rules.js';

/** Why a connection was not taken. */
export type RefusalCode = 'addressNotAllowed' | 'tooManyConnections' | 'tooManyFromAddress';

/**
 * Something went wrong on a connection; `connection` is its number since the relay started. Never holds bytes of the traffic.
 * `unreadable`: what passed was not understood. It passed all the same.
 * `refused`: the terminal's connection was not taken. `cut`: it was ended by the relay, or reset by one end.
 */
export type RelayBreak = { readonly connection: number; readonly remoteAddress: string; readonly at: number } & (
  | { readonly kind: 'unreadable'; readonly code: UnreadableCode; readonly direction: Direction; readonly offset: number }
  | { readonly kind: 'refused'; readonly code: RefusalCode }
  | { readonly kind: 'cut'; readonly code: CutCode }
);

/** A relay's settings, and who is told what it sees. */
export interface RelayOptions extends ObserverSettings {
  /** What an earlier run knew, so that a terminal which signed off before a restart is still signed off after it. */
  readonly known?: readonly KnownTerminal[];
  /** Told of each event soon after the message has passed, in order. It may throw: traffic goes on. */
  readonly onEvent: (event: ObserverEvent) => void;
  readonly onBreak: (found: RelayBreak) => void;
  /** Told what `onEvent` or `onBreak` threw, and of a fault in reading. Each is also counted. */
  readonly failed?: (error: unknown) => void;
  /** Epoch milliseconds; the system's clock when absent. */
  readonly now?: () => number;
}

/** What a relay has done since it started. */
export interface RelayStats extends Readonly<ObserverCounts> {
  readonly open: number;
  readonly accepted: number;
  readonly refused: number;
  readonly bytesToHost: number;
  readonly bytesToTerminal: number;
  /** Failures of the listeners and of the reading. */
  readonly failures: number;
  /** Events and breaks that were lost because the listeners were too slow. */
  readonly lost: number;
}

/** A running relay. */
export interface Relay {
  readonly host: string;
  readonly port: number;
  /** What it has done so far. */
  stats(): RelayStats;
  /** What is known of each terminal. */
  terminals(): readonly TerminalSession[];
  /** Stops listening, resets every connection and tells what is still to be told. */
  close(): Promise<void>;
}

const SWEEP_MS = 250;
/** Of one connection; what is unreadable after that is counted and not told. */
const MAX_UNREADABLE_TOLD = 16;

/**
 * Stands between terminals and the acquirer's host and passes every byte on unchanged and in order, before anything looks at it. What can be read of it goes
 * to `onEvent`. Reading can't hold traffic up or stop it: it comes after the bytes were handed to the other socket, keeps nothing, and gives up on what it
 * does not understand. An end, a reset, a refusal and a full buffer at one end are passed on to the other. Rejects when the address can't be listened on.
 */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const relay = new RunningRelay(options);
  await relay.listen();
  return relay;
}

class RunningRelay implements Relay {
  private readonly server: Server;
  private readonly limits: RelayLimits;
  private readonly queue: ListenerQueue;
  private readonly observer: Observer;
  private readonly allowed: BlockList | null;
  private readonly connections = new Map<number, RelayedConnection>();
  private readonly ofAddress = new Map<string, number>();
  private readonly closedBytes = { toHost: 0, toTerminal: 0 };
  private readonly now: () => number;
  private sweeper: NodeJS.Timeout | undefined;
  private whenEmpty: () => void = () => undefined;
  private sockets = 0;
  private accepted = 0;
  private readingFailures = 0;

  constructor(private readonly options: RelayOptions) {
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.now = options.now ?? Date.now;
    this.allowed = options.allowFrom === undefined || options.allowFrom.length === 0 ? null : allowList(options.allowFrom);
    this.queue = new ListenerQueue((error) => options.failed?.(error));
    const framing = { ...DEFAULT_FRAMING, ...options.framing };
    this.observer = new Observer(framing, this.limits, (event) => this.queue.push(() => options.onEvent(event)), this.now);
    for (const known of options.known ?? []) this.observer.recall(known);
    this.server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true, keepAlive: true }, (socket) =>
      this.take(socket),
    );
  }

  get host(): string {
    return this.options.listen.host;
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : this.options.listen.port;
  }

  async listen(): Promise<void> {
    const { host, port } = this.options.listen;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ host, port }, () => {
        this.server.off('error', reject);
        // A connection that dies between its arrival and its acceptance; the next one is taken.
        this.server.on('error', (error) => this.options.failed?.(error));
        resolve();
      });
    });
    this.sweeper = setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  stats(): RelayStats {
    const open = [...this.connections.values()];
    const sum = (direction: Direction) => open.reduce((total, { bytes }) => total + bytes[direction], this.closedBytes[direction]);
    return {
      ...this.observer.counts,
      open: open.length,
      accepted: this.accepted,
      refused: this.sockets - this.accepted,
      bytesToHost: sum('toHost'),
      bytesToTerminal: sum('toTerminal'),
      failures: this.queue.failures + this.readingFailures,
      lost: this.queue.lost,
    };
  }

  terminals(): readonly TerminalSession[] {
    return this.observer.terminals();
  }

  async close(): Promise<void> {
    clearInterval(this.sweeper);
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    const emptied = new Promise<void>((resolve) => {
      this.whenEmpty = resolve;
    });
    if (this.connections.size === 0) this.whenEmpty();
    for (const connection of this.connections.values()) connection.cut('relayClosed');
    await Promise.all([closed, emptied]);
    this.queue.flush();
  }

  private take(terminal: Socket): void {
    const connection = ++this.sockets;
    const remoteAddress = plainAddress(terminal.remoteAddress ?? '');
    const refusal = this.refusalOf(remoteAddress);
    if (refusal !== null) {
      // Nobody is there to be told of its failures.
      terminal.on('error', () => undefined);
      terminal.resetAndDestroy();
      this.say({ kind: 'refused', code: refusal, connection, remoteAddress, at: this.now() });
      return;
    }
    this.accepted += 1;
    this.ofAddress.set(remoteAddress, (this.ofAddress.get(remoteAddress) ?? 0) + 1);
    let told = 0;
    const reading = this.observer.link((found) => {
      if (++told <= MAX_UNREADABLE_TOLD) this.say({ kind: 'unreadable', ...found, connection, remoteAddress, at: this.now() });
    });
    const relayed = new RelayedConnection(terminal, this.options.upstream, reading, {
      ended: (code) => this.ended(connection, remoteAddress, code),
      readingFailed: (error) => {
        this.readingFailures += 1;
        this.options.failed?.(error);
      },
    });
    this.connections.set(connection, relayed);
  }

  private ended(connection: number, remoteAddress: string, code: CutCode | null): void {
    const relayed = this.connections.get(connection);
    if (relayed === undefined) return;
    this.connections.delete(connection);
    this.closedBytes.toHost += relayed.bytes.toHost;
    this.closedBytes.toTerminal += relayed.bytes.toTerminal;
    const left = (this.ofAddress.get(remoteAddress) ?? 1) - 1;
    if (left === 0) this.ofAddress.delete(remoteAddress);
    else this.ofAddress.set(remoteAddress, left);
    if (code !== null && code !== 'relayClosed') this.say({ kind: 'cut', code, connection, remoteAddress, at: this.now() });
    if (this.connections.size === 0) this.whenEmpty();
  }

  private refusalOf(address: string): RefusalCode | null {
    if (this.allowed !== null && !this.allowed.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) return 'addressNotAllowed';
    if (this.connections.size >= this.limits.maxConnections) return 'tooManyConnections';
    return (this.ofAddress.get(address) ?? 0) >= this.limits.maxConnectionsPerAddress ? 'tooManyFromAddress' : null;
  }

  private sweep(): void {
    for (const connection of this.connections.values()) {
      const code = connection.overdue(this.limits);
      if (code !== null) connection.cut(code);
    }
  }

  private say(found: RelayBreak): void {
    this.queue.push(() => this.options.onBreak(found));
  }
}

/** An IPv4 address as itself, also when it arrived on a socket for both. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
}

/** Throws a RangeError for text that is no address or subnet. */
function allowList(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    try {
      if (prefix === undefined) list.addAddress(address, family);
      else list.addSubnet(address, Number(prefix), family);
    } catch (error) {
      throw new RangeError(`allowFrom: ${JSON.stringify(entry)} is no address or subnet`, { cause: error });
    }
  }
  return list;
}
