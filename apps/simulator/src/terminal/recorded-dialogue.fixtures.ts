import { connect, createServer, type Server, type Socket } from 'node:net';

/** One piece of a dialogue as it passed: who sent it, and when, in microseconds since the recording began. */
export interface Piece {
  readonly from: 'till' | 'terminal';
  readonly atMicros: number;
  readonly bytes: Buffer;
}

/** One TCP connection that passed. */
export type Recorded = Piece[];

/** A proxy before a terminal that passes every byte on as it came and keeps what passed. */
export class RecordingProxy {
  readonly connections: Recorded[] = [];
  private readonly begun = process.hrtime.bigint();
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
    private readonly target: () => number,
  ) {
    server.on('connection', (till) => this.relay(till));
  }

  /** Listens on a free port of the loopback; `target` tells the terminal's port when a till connects. */
  static async start(target: () => number): Promise<RecordingProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return new RecordingProxy(server, address.port, target);
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private relay(till: Socket): void {
    const recorded: Recorded = [];
    this.connections.push(recorded);
    const terminal = connect(this.target(), '127.0.0.1');
    const pass = (from: Piece['from'], source: Socket, sink: Socket) => {
      this.sockets.add(source);
      source.setNoDelay(true);
      source.on('data', (bytes) => {
        recorded.push({ from, atMicros: Number((process.hrtime.bigint() - this.begun) / 1_000n), bytes });
        sink.write(bytes);
      });
      source.on('error', () => sink.destroy());
      source.on('close', () => {
        this.sockets.delete(source);
        sink.destroy();
      });
    };
    pass('till', till, terminal);
    pass('terminal', terminal, till);
  }
}

const TILL = { ip: [192, 0, 2, 10], port: 49_152 } as const;
const TERMINAL = { ip: [192, 0, 2, 20], port: 20_007 } as const;
const ETHERTYPE_IPV4 = 0x0800;
const FLAG = { syn: 0x02, pushAck: 0x18, ack: 0x10, synAck: 0x12, finAck: 0x11 } as const;

/**
 * Writes recorded connections as a capture file (pcap 2.4, Ethernet) between 192.0.2.10 and port 20007 of 192.0.2.20: each with a handshake,
 * one packet for every piece, and an end. Checksums are right, so that a dissector need not be told to ignore them.
 */
export function pcapOf(connections: readonly Recorded[]): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(0x40000, 16);
  head.writeUInt32LE(1, 20);
  return Buffer.concat([head, ...connections.flatMap((recorded, index) => packetsOf(recorded, TILL.port + index))]);
}

function packetsOf(recorded: Recorded, tillPort: number): Buffer[] {
  const sequence = { till: 1_000, terminal: 9_000 };
  const packet = (from: Piece['from'], flags: number, bytes: Buffer, atMicros: number) => {
    const other = from === 'till' ? 'terminal' : 'till';
    const made = record(ethernet(from, tillPort, flags, sequence[from], flags === FLAG.syn ? 0 : sequence[other], bytes), atMicros);
    sequence[from] += bytes.length + (flags === FLAG.syn || flags === FLAG.synAck || flags === FLAG.finAck ? 1 : 0);
    return made;
  };
  const first = recorded[0]?.atMicros ?? 0;
  const last = recorded.at(-1)?.atMicros ?? 0;
  const none = Buffer.alloc(0);
  return [
    packet('till', FLAG.syn, none, first),
    packet('terminal', FLAG.synAck, none, first),
    packet('till', FLAG.ack, none, first),
    ...recorded.map(({ from, bytes, atMicros }) => packet(from, FLAG.pushAck, bytes, atMicros)),
    packet('till', FLAG.finAck, none, last),
    packet('terminal', FLAG.finAck, none, last),
    packet('till', FLAG.ack, none, last),
  ];
}

function record(packet: Buffer, atMicros: number): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32LE(Math.floor(atMicros / 1_000_000), 0);
  head.writeUInt32LE(atMicros % 1_000_000, 4);
  head.writeUInt32LE(packet.length, 8);
  head.writeUInt32LE(packet.length, 12);
  return Buffer.concat([head, packet]);
}

function ethernet(from: Piece['from'], tillPort: number, flags: number, sequence: number, acknowledged: number, bytes: Buffer): Buffer {
  const fromTill = from === 'till';
  const [source, target] = fromTill ? [TILL, TERMINAL] : [TERMINAL, TILL];
  const tcp = Buffer.alloc(20);
  tcp.writeUInt16BE(fromTill ? tillPort : TERMINAL.port, 0);
  tcp.writeUInt16BE(fromTill ? TERMINAL.port : tillPort, 2);
  tcp.writeUInt32BE(sequence, 4);
  tcp.writeUInt32BE(acknowledged, 8);
  tcp.writeUInt16BE(0x5000 | flags, 12);
  tcp.writeUInt16BE(0xffff, 14);
  const addresses = Buffer.from([...source.ip, ...target.ip]);
  const segment = Buffer.concat([tcp, bytes]);
  const pseudo = Buffer.concat([addresses, Buffer.from([0, 6, segment.length >> 8, segment.length & 0xff])]);
  segment.writeUInt16BE(checksum(Buffer.concat([pseudo, segment])), 16);
  const ip = Buffer.from([0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0, ...addresses]);
  ip.writeUInt16BE(20 + segment.length, 2);
  ip.writeUInt16BE(checksum(ip), 10);
  const frame = Buffer.from([2, 0, 0, 0, 0, fromTill ? 2 : 1, 2, 0, 0, 0, 0, fromTill ? 1 : 2, ETHERTYPE_IPV4 >> 8, ETHERTYPE_IPV4 & 0xff]);
  return Buffer.concat([frame, ip, segment]);
}

/** Ones' complement sum of RFC 1071. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}
