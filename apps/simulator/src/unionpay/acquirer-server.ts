import { createServer, type Server, type Socket } from 'node:net';
import type { LedgerLine } from '../ledger/index.js';
import type { SeededRandom } from '../seeded-random.js';
import type { AnswerFault, RequestKind, UnionpayFault } from './faults.js';
import { CODE, HostBooks, type HostDecision } from './host-books.js';
import { FrameSplitter, type IsoMessage, MalformedMessage, type MessageHead, packFrame, unpackFrame } from './iso-message.js';

/** How the host behaves when nothing is wrong. */
export interface AcquirerOptions extends MessageHead {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly dataDir: string;
  readonly random: SeededRandom;
  /** Part of the sales that it declines for reasons of its own. */
  readonly declineRate: number;
  readonly requireSignOn: boolean;
  readonly now: () => number;
  readonly failed: (error: unknown) => void;
}

const TERMINAL_ID = /^[0-9A-Za-z]{8}$/;

/** The acquirer's host: takes terminals' connections, keeps its books, answers, and misbehaves when told to. */
export class AcquirerServer {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly books = new Map<string, HostBooks>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private waiting: AnswerFault[] = [];
  private disagree = false;
  private split = false;
  private down = false;
  private listeningPort: number;

  constructor(private readonly options: AcquirerOptions) {
    this.listeningPort = options.port;
    this.server = createServer({ noDelay: true }, (socket) => this.accept(socket));
  }

  get port(): number {
    return this.listeningPort;
  }

  /** Starts answering. */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.options.port, this.options.host, resolve);
    });
    const address = this.server.address();
    if (address && typeof address === 'object') this.listeningPort = address.port;
  }

  /** Cuts every connection, stops answering and closes its ledgers. */
  async stop(): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer);
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const books of this.books.values()) books.closeFile();
    this.books.clear();
  }

  /** Every line it has booked, terminal by terminal. */
  lines(): LedgerLine[] {
    return [...this.books.values()].flatMap((books) => [...books.lines]);
  }

  /** What it is doing, for people. */
  view(): Readonly<Record<string, unknown>> {
    const terminals = Object.fromEntries([...this.books].map(([id, books]) => [id, books.view()]));
    return { down: this.down, connections: this.sockets.size, waitingFaults: this.waiting, terminals };
  }

  /** Takes a fault of the host. */
  inject(fault: Exclude<UnionpayFault, { fault: 'operate' }>): void {
    switch (fault.fault) {
      case 'unbalanced':
        this.disagree = true;
        return;
      case 'split':
        this.split = fault.active;
        return;
      case 'hostDown':
        this.down = true;
        for (const socket of this.sockets) socket.resetAndDestroy();
        return;
      case 'hostUp':
        this.down = false;
        return;
      case 'clear':
        this.waiting = [];
        this.disagree = this.split = this.down = false;
        return;
      default:
        this.waiting.push(fault);
    }
  }

  private accept(socket: Socket): void {
    // The terminal hung up hard; 'close' follows and is all there is to know.
    socket.on('error', () => this.sockets.delete(socket));
    if (this.down) {
      socket.resetAndDestroy();
      return;
    }
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    const splitter = new FrameSplitter((body) => this.received(socket, body));
    socket.on('data', (chunk) => splitter.push(chunk));
  }

  private received(socket: Socket, body: Buffer): void {
    if (body.length === 0) return;
    try {
      this.handle(socket, unpackFrame(body, this.options));
    } catch (error) {
      if (!(error instanceof MalformedMessage)) this.options.failed(error);
      socket.destroy();
    }
  }

  private handle(socket: Socket, request: IsoMessage): void {
    const kind = kindOf(request);
    const fault = this.takeFault(kind);
    if (fault?.fault === 'decline') return this.answer(socket, request, { responseCode: fault.responseCode });
    const books = booksNeeded(fault) ? this.booksOf(request) : null;
    const decision = books === null ? { responseCode: CODE.invalidMerchant } : this.decide(books, kind, request);
    switch (fault?.fault) {
      case 'noAnswer':
        return;
      case 'drop':
        socket.resetAndDestroy();
        return;
      case 'garbage':
        socket.write(this.garbage());
        return;
      case 'late':
        this.later(fault.ms, () => this.answer(socket, request, decision, books));
        return;
      default:
        return this.answer(socket, request, decision, books);
    }
  }

  private decide(books: HostBooks, kind: RequestKind, { fields }: IsoMessage): HostDecision {
    const traceNo = Number(fields[11] ?? 0);
    const amountMinor = Number(fields[4] ?? 0);
    switch (kind) {
      case 'signOn':
        return books.signOn();
      case 'management':
        return fields[60]?.slice(8, 11) === '002' ? books.signOff() : { responseCode: CODE.approved };
      case 'sale':
        if (this.options.random.chance(this.options.declineRate)) return { responseCode: '51' };
        return books.sale(traceNo, amountMinor);
      case 'void':
        return books.void(traceNo, Number(fields[61]?.slice(6, 12)), amountMinor);
      case 'refund':
        return books.refund(traceNo, amountMinor);
      case 'reversal':
        return books.reverse(traceNo);
      case 'settlement': {
        const disagree = this.disagree;
        this.disagree = false;
        return books.settle(traceNo, fields[48] ?? '', disagree);
      }
      case 'upload':
        return isUploadEnd(fields) ? books.uploadEnd(traceNo, fields[48] ?? '') : books.upload(fields[48] ?? '');
    }
  }

  private answer(socket: Socket, request: IsoMessage, decision: HostDecision, books: HostBooks | null = null): void {
    const { fields } = request;
    const [date, time] = hostClock(this.options.now());
    const kept = [3, 4, 11, 25, 41, 42, 49, 60].flatMap((field) => (fields[field] === undefined ? [] : [[field, fields[field]]]));
    const answer: Record<number, string> = { ...Object.fromEntries(kept), 12: time, 13: date, 39: decision.responseCode };
    answer[37] = String(this.options.random.integer(0, 999_999_999_999)).padStart(12, '0');
    if (decision.field48 !== undefined) answer[48] = decision.field48;
    if (books !== null && request.type === '0800')
      answer[60] = `00${String(books.batchNo).padStart(6, '0')}${fields[60]?.slice(8) ?? '003'}`;
    const frame = packFrame({ type: `${request.type.slice(0, 2)}${Number(request.type[2]) + 1}0`, fields: answer }, this.options);
    if (!this.split) socket.write(frame);
    else for (const byte of frame) this.later(0, () => socket.write(Buffer.of(byte)));
  }

  private takeFault(kind: RequestKind): AnswerFault | undefined {
    const index = this.waiting.findIndex((fault) => fault.on === kind);
    return index < 0 ? undefined : this.waiting.splice(index, 1)[0];
  }

  private booksOf({ fields }: IsoMessage): HostBooks | null {
    const id = fields[41] ?? '';
    if (!TERMINAL_ID.test(id)) return null;
    const known = this.books.get(id);
    if (known !== undefined) return known;
    const { dataDir, now, requireSignOn } = this.options;
    const books = new HostBooks({ dataDir, terminalId: id, now, requireSignOn });
    this.books.set(id, books);
    return books;
  }

  private garbage(): Buffer {
    const { random } = this.options;
    const bytes = Buffer.from(Array.from({ length: random.integer(8, 200) }, () => random.integer(0, 255)));
    bytes.writeUInt16BE(random.integer(0, 65_535));
    return bytes;
  }

  private later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      work();
    }, ms);
    this.timers.add(timer);
  }
}

function kindOf({ type, fields }: IsoMessage): RequestKind {
  const transaction = fields[60]?.slice(0, 2);
  switch (type) {
    case '0800':
      return 'signOn';
    case '0200':
      return transaction === '23' ? 'void' : 'sale';
    case '0220':
      return 'refund';
    case '0400':
      return 'reversal';
    case '0500':
      return 'settlement';
    case '0320':
      return 'upload';
    case '0820':
      return 'management';
    default:
      throw new MalformedMessage(`type ${type} is not used`);
  }
}

function booksNeeded(fault: AnswerFault | undefined): boolean {
  return fault === undefined || !('booked' in fault) || fault.booked;
}

function isUploadEnd(fields: IsoMessage['fields']): boolean {
  return ['202', '207'].includes(fields[60]?.slice(8, 11) ?? '');
}

/** `MMDD` and `HHMMSS` where the acquirer is: UTC+8. */
function hostClock(now: number): [string, string] {
  const text = new Date(now + 8 * 3_600_000).toISOString();
  return [text.slice(5, 10).replace('-', ''), text.slice(11, 19).replaceAll(':', '')];
}
