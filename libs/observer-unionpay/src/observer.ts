import { FrameReader, type FramingBreakCode } from './frame-reader.js';
import { type MessageBreakCode, type ObservedMessage, readMessage } from './message.rules.js';
import { type Direction, isResponseType, travels } from './message-kind.rules.js';
import type { ObserverEvent } from './observer-event.js';
import type { Framing, RelayLimits } from './relay-options.js';
import { newSession, type Observation, observeHangUp, observeRequest, observeResponse, type TerminalSession } from './session.rules.js';

/** Why traffic could not be read. `wrongDirection`: an answer from the terminal, or a request from the host. `noTerminal`: no field 41. */
export type UnreadableCode = FramingBreakCode | MessageBreakCode | 'wrongDirection' | 'noTerminal';

/** Traffic that passed and could not be read; `offset` counts bytes of this direction since the connection began. */
export interface Unreadable {
  readonly code: UnreadableCode;
  readonly direction: Direction;
  readonly offset: number;
}

/** What may be known of a terminal from an earlier run; the rest starts unknown. */
export type KnownTerminal = Pick<TerminalSession, 'terminalId'> & Partial<Pick<TerminalSession, 'signOn' | 'batchNo' | 'settlement'>>;

/** Counts of what passed, for metrics. */
export interface ObserverCounts {
  /** Messages read. */
  messages: number;
  /** Frames and streams that could not be read. */
  unreadable: number;
  /** Answers to nothing that was asked. */
  unpaired: number;
  /** Terminals forgotten because there were too many. */
  forgotten: number;
}

/** Reads both directions of one connection. */
export interface LinkObserver {
  /** Bytes that have passed in a direction. They are not kept. */
  passed(direction: Direction, chunk: Uint8Array): void;
  /** Whether this direction has brought a complete frame, or can't be read at all. */
  hasSpoken(direction: Direction): boolean;
  /** The connection has ended. */
  ended(): void;
}

/** Knows every terminal behind a relay by what it said. It has no socket and holds no frame beyond the call that brought its last byte. */
export class Observer {
  readonly counts: ObserverCounts = { messages: 0, unreadable: 0, unpaired: 0, forgotten: 0 };
  /** Least recently seen first. */
  private readonly sessions = new Map<string, TerminalSession>();
  private links = 0;

  constructor(
    private readonly framing: Framing,
    private readonly limits: Pick<RelayLimits, 'maxFrameBytes' | 'maxTerminals'>,
    private readonly onEvent: (event: ObserverEvent) => void,
    private readonly now: () => number,
  ) {}

  /** Starts with what was known before, of a terminal that was watched earlier. What it had asked then is over. */
  recall(known: KnownTerminal): void {
    this.sessions.set(known.terminalId, { ...newSession(known.terminalId), ...known });
  }

  /** What is known of every terminal. */
  terminals(): TerminalSession[] {
    return [...this.sessions.values()];
  }

  /** Starts reading one more connection; `onUnreadable` is told what could not be read on it. */
  link(onUnreadable: (found: Unreadable) => void): LinkObserver {
    const link = ++this.links;
    const terminals = new Set<string>();
    const unreadable = (found: Unreadable): void => {
      this.counts.unreadable += 1;
      onUnreadable(found);
    };
    const readerOf = (direction: Direction) =>
      new FrameReader(this.limits.maxFrameBytes, (bytes, start, end, offset) => {
        const found = this.frame(bytes, start, end, direction, link, terminals);
        if (found !== null) unreadable({ code: found.code, direction, offset: offset + found.offset - start });
      });
    const readers = { toHost: readerOf('toHost'), toTerminal: readerOf('toTerminal') };
    return {
      passed: (direction, chunk) => {
        const broken = readers[direction].push(chunk);
        if (broken !== null) unreadable({ ...broken, direction });
      },
      hasSpoken: (direction) => readers[direction].frames > 0 || readers[direction].blind,
      ended: () => {
        readers.toHost.forget();
        readers.toTerminal.forget();
        for (const id of terminals) this.apply(id, (session) => observeHangUp(session, link, this.now()));
      },
    };
  }

  private frame(
    bytes: Uint8Array,
    start: number,
    end: number,
    direction: Direction,
    link: number,
    terminals: Set<string>,
  ): { readonly code: UnreadableCode; readonly offset: number } | null {
    const { tpduBytes, headBytes } = this.framing;
    const message = readMessage(bytes, start + LENGTH_BYTES + tpduBytes + headBytes, end);
    if ('code' in message) return message;
    if (!travels(message.messageType, direction)) return { code: 'wrongDirection', offset: start };
    const id = message.terminalId ?? onlyOne(terminals);
    if (id === null) return { code: 'noTerminal', offset: start };
    this.counts.messages += 1;
    this.message(id, message, link, terminals);
    return null;
  }

  private message(id: string, message: ObservedMessage, link: number, terminals: Set<string>): void {
    const at = this.now();
    if (isResponseType(message.messageType)) {
      // A host can't bring a terminal into being: it answers those that asked on this connection.
      const paired = terminals.has(id) && this.apply(id, (session) => observeResponse(session, message, link, at));
      if (!paired) this.counts.unpaired += 1;
      return;
    }
    if (terminals.size < this.limits.maxTerminals) terminals.add(id);
    this.apply(id, (session) => observeRequest(session, message, link, at));
  }

  private apply(id: string, observe: (session: TerminalSession) => Observation): boolean {
    const { session, events, paired } = observe(this.sessions.get(id) ?? newSession(id));
    this.sessions.delete(id);
    this.sessions.set(id, session);
    if (this.sessions.size > this.limits.maxTerminals) {
      const [oldest] = this.sessions.keys();
      this.sessions.delete(oldest!);
      this.counts.forgotten += 1;
    }
    for (const event of events) this.onEvent(event);
    return paired;
  }
}

const LENGTH_BYTES = 2;

/** The terminal of a connection that only one uses: some answers leave field 41 out. */
function onlyOne(terminals: ReadonlySet<string>): string | null {
  if (terminals.size !== 1) return null;
  const [id] = terminals;
  return id ?? null;
}
