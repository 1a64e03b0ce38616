import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { ClientCertificate } from './certificate.rules.js';
import { AT_START, advance, firstPacket, type LengthViolation, type PacketPosition } from './packet-length.rules.js';
import { type Allowance, fullAllowance, type Rate, taken } from './rate.rules.js';

/** Limits of one connection. Sizes are remaining lengths of MQTT packets in bytes. */
export interface ConnectionLimits {
  maxConnectBytes: number;
  maxPacketBytes: number;
  /** From the accepted socket to a successful authentication. */
  authenticationTimeoutMs: number;
}

/** What a connection is, besides its bytes. */
export interface ConnectionOrigin {
  /** Of the client, when it came over TLS. */
  readonly certificate?: ClientCertificate | undefined;
  /** How fast it may send, in bytes; every packet costs {@link PACKET_COST_BYTES} on top. Who sends faster is read more slowly. */
  readonly rate?: Rate | undefined;
}

/** The smallest packet has two bytes and makes as much work as a hundred times that. */
export const PACKET_COST_BYTES = 512;

/** Why a connection is closed before or against the broker's wish. */
export type ConnectionViolation = LengthViolation | 'notConnect' | 'authenticationTimeout';

/** Packets up to here are copied together. */
const MAX_COPIED_BYTES = 8 * 1024;

/** Carries the violation's code as its message; never any received bytes. */
export class ConnectionRefused extends Error {
  constructor(readonly violation: ConnectionViolation) {
    super(violation);
    this.name = 'ConnectionRefused';
  }
}

/**
 * Stands between a socket and the broker, which buffers without limit before authentication. Until `authenticated()` is called
 * the broker sees the CONNECT packet and not one byte more; afterwards no packet whose announced length exceeds the limit. What is buffered here stays
 * below one CONNECT and one socket read.
 */
export class GuardedConnection extends Duplex {
  readonly #socket: Socket;
  readonly #limits: ConnectionLimits;
  readonly #deadline: NodeJS.Timeout;
  /** Called once when the broker has accepted the credentials. */
  onAuthenticated: () => void = () => undefined;
  #phase: 'connect' | 'held' | 'open' = 'connect';
  #pending: Buffer = Buffer.alloc(0);
  #isGathering = false;
  #position: PacketPosition = AT_START;
  readonly #rate: Rate | undefined;
  #allowance: Allowance | undefined;
  #pause: NodeJS.Timeout | undefined;
  #isFull = false;
  /** Of the client, when it came over TLS. */
  readonly certificate: ClientCertificate | undefined;

  constructor(socket: Socket, limits: ConnectionLimits, origin: ConnectionOrigin = {}) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.#limits = limits;
    this.#rate = origin.rate;
    this.certificate = origin.certificate;
    this.#deadline = setTimeout(() => this.#refuse('authenticationTimeout'), limits.authenticationTimeoutMs);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  /** Lets the rest of the stream through. */
  authenticated(): void {
    if (this.#phase !== 'held') return;
    clearTimeout(this.#deadline);
    this.#phase = 'open';
    this.onAuthenticated();
    const rest = this.#pending;
    this.#pending = Buffer.alloc(0);
    if (rest.length > 0) this.#pass(rest);
    this.#resume();
  }

  override _read(): void {
    this.#isFull = false;
    this.#resume();
  }

  #resume(): void {
    if (this.#phase !== 'held' && !this.#isFull && this.#pause === undefined) this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#gatherWrites();
    this.#whenTaken(this.#socket.write(chunk), done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#gatherWrites();
    const bytes = chunks.reduce((sum, { chunk }) => sum + chunk.length, 0);
    // A packet comes in half a dozen small pieces: copying them together is cheaper than handing each over, but a large payload goes as it is.
    if (bytes <= MAX_COPIED_BYTES) this.#whenTaken(this.#socket.write(Buffer.concat(chunks.map(({ chunk }) => chunk))), done);
    else this.#whenTaken(chunks.map(({ chunk }) => this.#socket.write(chunk)).at(-1)!, done);
  }

  /** Packets of one turn of the event loop leave in one write to the socket: a write costs more than the small packet it carries. */
  #gatherWrites(): void {
    // Before it is open a connection may be destroyed right behind the answer that says why.
    if (this.#isGathering || this.#phase !== 'open') return;
    this.#isGathering = true;
    this.#socket.cork();
    setImmediate(() => {
      this.#isGathering = false;
      this.#socket.uncork();
    });
  }

  #whenTaken(hasRoom: boolean, done: () => void): void {
    if (hasRoom) done();
    else this.#socket.once('drain', done);
  }

  override _final(done: (error?: Error | null) => void): void {
    // Whoever the broker has finished with may go on sending for ever: what still arrives is dropped with the socket.
    this.#socket.end(() => {
      done();
      this.destroy();
    });
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#deadline);
    clearTimeout(this.#pause);
    this.#pending = Buffer.alloc(0);
    this.#socket.destroy();
    done(error);
  }

  #receive(chunk: Buffer): void {
    if (this.destroyed) return;
    if (this.#phase === 'open') this.#pass(chunk);
    else this.#hold(chunk);
  }

  #hold(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    if (this.#phase === 'held') {
      this.#socket.pause();
      return;
    }
    const first = firstPacket(this.#pending, this.#limits.maxConnectBytes);
    if (first === 'incomplete') return;
    if (typeof first === 'string') {
      this.#refuse(first);
      return;
    }
    this.#phase = 'held';
    this.#socket.pause();
    const connect = this.#pending.subarray(0, first.totalBytes);
    this.#pending = this.#pending.subarray(first.totalBytes);
    this.push(connect);
  }

  #pass(chunk: Buffer): void {
    const next = advance(this.#position, chunk, this.#limits.maxPacketBytes);
    if (typeof next === 'string') {
      this.#refuse(next);
      return;
    }
    this.#position = next.position;
    this.#isFull = !this.push(chunk);
    if (this.#isFull) this.#socket.pause();
    if (this.#rate !== undefined) this.#slowDown(chunk.length + next.begun * PACKET_COST_BYTES, this.#rate);
  }

  /** Stops reading for as long as the sender was too fast; TCP tells it. */
  #slowDown(cost: number, rate: Rate): void {
    const nowMs = performance.now();
    const { allowance, waitMs } = taken(this.#allowance ?? fullAllowance(rate, nowMs), cost, rate, nowMs);
    this.#allowance = allowance;
    if (waitMs === 0 || this.destroyed) return;
    this.#socket.pause();
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#resume();
    }, waitMs);
  }

  #refuse(violation: ConnectionViolation): void {
    this.destroy(new ConnectionRefused(violation));
  }
}
