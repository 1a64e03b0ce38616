import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { MqttPacketSplitter, PUBLISH } from './mqtt-packets.js';

/** Which way bytes travel: `up` from whoever connected to whoever listens. */
export type Direction = 'up' | 'down';

/**
 * What a link does. `open` lets everything through; `hold` is a line that is dead: nothing arrives, nobody is told, and what was on its way arrives when it is
 * open again; `cut` refuses: connections are reset and new ones too.
 */
export type LinkMode = 'open' | 'hold' | 'cut';

/** Where the proxy listens and leads, and what it understands. */
export interface FaultProxyOptions {
  port: number;
  target: { host: string; port: number };
  /** `mqtt`: messages can be lost and doubled one by one. */
  protocol: 'bytes' | 'mqtt';
  /** Chance of the dice in [0, 1). */
  random: () => number;
  /** TLS ends here and begins anew, so that what passes can be understood: the proxy has the listener's key, and whatever key the one who connects has at that moment. */
  tls?: {
    readonly serverKey: string;
    readonly serverCertificate: string;
    readonly client: () => Promise<{ readonly key: string; readonly certificate: string; readonly brokerAuthority: string }>;
  };
  /** Everything that passes is appended here, up to `captureBytes`. */
  captureFile?: string;
  captureBytes?: number;
}

const CAPTURE_BYTES = 32 * 1024 * 1024;

/** A TCP proxy on loopback that stands for the network between two parts. One for each pair of parts. */
export class FaultProxy {
  readonly #options: FaultProxyOptions;
  readonly #server: Server;
  readonly #lines = new Set<Line>();
  readonly #capture: Capture | undefined;
  #mode: LinkMode = 'open';
  #delayMs = 0;
  #lossRate = 0;
  #duplicateRate = 0;

  constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.#server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => this.#accept(socket));
    this.#capture = options.captureFile === undefined ? undefined : new Capture(options.captureFile, options.captureBytes ?? CAPTURE_BYTES);
  }

  /** Starts listening; rejects when the port is taken. */
  async listen(): Promise<void> {
    this.#server.listen({ host: '127.0.0.1', port: this.#options.port });
    await once(this.#server, 'listening');
  }

  /** Every byte arrives this much later. */
  setDelay(ms: number): void {
    this.#delayMs = ms;
  }

  /** Chances that a PUBLISH is lost, or arrives twice. */
  setMessageFaults(rates: { loss?: number; duplicate?: number }): void {
    this.#lossRate = rates.loss ?? 0;
    this.#duplicateRate = rates.duplicate ?? 0;
  }

  setMode(mode: LinkMode): void {
    this.#mode = mode;
    for (const line of this.#lines) {
      if (mode === 'cut') line.reset();
      else if (mode === 'open') line.resume();
      else line.hold();
    }
  }

  /** From now on the connections there are lead nowhere, and neither side is told: what a gateway leaves behind that lost its power or its address. */
  forgetConnections(): void {
    for (const line of this.#lines) line.abandon();
  }

  /** Everything as it should be. Connections that were forgotten stay so. */
  heal(): void {
    this.#delayMs = 0;
    this.setMessageFaults({});
    this.setMode('open');
  }

  /** Ends connections that were forgotten: the machine at the other end has rebooted and says so. */
  resetForgotten(): void {
    for (const line of this.#lines) if (line.isAbandoned) line.reset();
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const line of this.#lines) line.reset();
    await this.#capture?.close();
  }

  #accept(socket: Socket): void {
    if (this.#mode === 'cut') {
      socket.resetAndDestroy();
      return;
    }
    const line: Line = new Line(socket, this.#options, {
      delayMs: () => this.#delayMs,
      isLost: () => this.#lossRate > 0 && this.#options.random() < this.#lossRate,
      isDoubled: () => this.#duplicateRate > 0 && this.#options.random() < this.#duplicateRate,
      passed: (direction, bytes) => this.#capture?.write(direction, bytes),
      ended: () => this.#lines.delete(line),
    });
    this.#lines.add(line);
    if (this.#mode === 'hold') line.hold();
    else line.resume();
  }
}

interface LineRules {
  delayMs(): number;
  isLost(): boolean;
  isDoubled(): boolean;
  passed(direction: Direction, bytes: Buffer): void;
  ended(): void;
}

/** One connection and its continuation to the target. */
class Line {
  readonly #near: Socket;
  readonly #options: FaultProxyOptions;
  readonly #rules: LineRules;
  /** Where bytes are read and written: the sockets themselves, or TLS on them. Undefined until the line is open for the first time. */
  #ends: { readonly near: Socket; readonly far: Socket } | undefined;
  #connecting = false;
  #held = true;
  #abandoned = false;
  /** Ends that were noticed while the line was held: told when it is open again. */
  #endedWhileHeld = false;

  constructor(near: Socket, options: FaultProxyOptions, rules: LineRules) {
    this.#near = near;
    this.#options = options;
    this.#rules = rules;
    near.pause();
    this.#watch(near);
  }

  get isAbandoned(): boolean {
    return this.#abandoned;
  }

  hold(): void {
    this.#held = true;
    this.#ends?.near.pause();
    this.#ends?.far.pause();
  }

  resume(): void {
    if (this.#abandoned) return;
    this.#held = false;
    if (this.#endedWhileHeld) {
      this.reset();
      return;
    }
    if (this.#ends === undefined) {
      if (!this.#connecting) void this.#connect();
      return;
    }
    this.#ends.near.resume();
    this.#ends.far.resume();
  }

  abandon(): void {
    this.#abandoned = true;
    this.hold();
  }

  reset(): void {
    for (const socket of [this.#near, this.#ends?.near, this.#ends?.far]) {
      if (socket === undefined || socket.destroyed) continue;
      // Only a TCP socket can be reset; TLS on one is ended with it.
      if (socket instanceof TLSSocket) socket.destroy();
      else socket.resetAndDestroy();
    }
    this.#rules.ended();
  }

  #watch(socket: Socket): void {
    socket.on('error', () => this.#gone());
    socket.on('close', () => this.#gone());
  }

  async #connect(): Promise<void> {
    this.#connecting = true;
    const { tls, target } = this.#options;
    try {
      const identity = await tls?.client();
      if (this.#near.destroyed) return;
      const near =
        tls === undefined
          ? this.#near
          : new TLSSocket(this.#near, {
              isServer: true,
              key: tls.serverKey,
              cert: tls.serverCertificate,
              requestCert: true,
              rejectUnauthorized: false,
            });
      const far =
        identity === undefined
          ? createConnection({ ...target, noDelay: true })
          : connectTls({
              ...target,
              key: identity.key,
              cert: identity.certificate,
              ca: identity.brokerAuthority,
              checkServerIdentity: () => undefined,
            });
      if (near !== this.#near) this.#watch(near);
      this.#watch(far);
      this.#ends = { near, far };
      this.#carry(near, far, 'up');
      this.#carry(far, near, 'down');
      if (this.#held) this.hold();
      else this.resume();
    } catch {
      // The gateway's identity could not be read: its disk is away at this moment, and so will the gateway be.
      this.reset();
    }
  }

  #gone(): void {
    if (this.#held) this.#endedWhileHeld = true;
    else if (!this.#abandoned) this.reset();
  }

  #carry(from: Socket, to: Socket, direction: Direction): void {
    const splitter = this.#options.protocol === 'mqtt' ? new MqttPacketSplitter() : undefined;
    const queue = new DelayQueue((bytes) => this.#deliver(from, to, bytes), this.#rules.delayMs);
    const pass = (bytes: Buffer) => {
      this.#rules.passed(direction, bytes);
      queue.push(bytes);
    };
    from.on('data', (chunk: Buffer) => {
      if (splitter === undefined) return pass(chunk);
      for (const packet of splitter.push(chunk)) {
        if (packet.type === PUBLISH && this.#rules.isLost()) continue;
        pass(packet.bytes);
        if (packet.type === PUBLISH && this.#rules.isDoubled()) pass(packet.bytes);
      }
    });
    from.on('end', () => queue.push(undefined));
  }

  /** Hands bytes on; undefined is the end of the stream. */
  #deliver(from: Socket, to: Socket, bytes: Buffer | undefined): void {
    if (to.destroyed || this.#abandoned) return;
    if (bytes === undefined) {
      to.end();
      return;
    }
    if (to.write(bytes)) return;
    from.pause();
    to.once('drain', () => this.#held || from.resume());
  }
}

/** Bytes on their way, in their order: later ones never overtake, also when the delay has just become shorter. */
class DelayQueue {
  readonly #waiting: { due: number; bytes: Buffer | undefined }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly deliver: (bytes: Buffer | undefined) => void,
    private readonly delayMs: () => number,
  ) {}

  push(bytes: Buffer | undefined): void {
    const delayMs = this.delayMs();
    if (delayMs === 0 && this.#waiting.length === 0) {
      this.deliver(bytes);
      return;
    }
    this.#waiting.push({ due: performance.now() + delayMs, bytes });
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#drain(), delayMs);
  }

  #drain(): void {
    this.#timer = undefined;
    const now = performance.now();
    while (this.#waiting.length > 0 && this.#waiting[0]!.due <= now) this.deliver(this.#waiting.shift()!.bytes);
    const next = this.#waiting[0];
    if (next !== undefined) this.#timer = setTimeout(() => this.#drain(), Math.max(1, next.due - now));
  }
}

/** Appends what passes to a file, each piece behind a line that says which way it went. */
class Capture {
  readonly #file: WriteStream;
  #room: number;

  constructor(path: string, bytes: number) {
    this.#file = createWriteStream(path, { mode: 0o600 });
    this.#room = bytes;
  }

  write(direction: Direction, bytes: Buffer): void {
    if (this.#room < bytes.length) return;
    this.#room -= bytes.length;
    this.#file.write(`\n${direction} ${bytes.length}\n`);
    this.#file.write(bytes);
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#file.end(resolve));
  }
}
