import { createServer, type Server, type Socket } from 'node:net';
import { maskCardNumbers } from '@tillward/driver';
import type { SimulatedDevice } from '../device.js';
import { SeededRandom } from '../seeded-random.js';
import { type PrinterCommand, readPrinterStream } from './escpos-stream.rules.js';
import {
  automaticStatus,
  HEALTHY,
  type PrinterCondition,
  type PrinterFault,
  prints,
  sensorByte,
  statusByte,
  withFault,
} from './printer-faults.js';

/** A simulated receipt printer. */
export interface PrinterOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly seed: string;
  /** What it does with a second client: real ones refuse it, or let it wait until the first has gone. */
  readonly secondClient: 'refused' | 'waits';
}

/** What is sent while it can't print waits in this much memory; then it cuts the client off. */
const BUFFER_BYTES = 64 * 1024;
/** Of what it printed, so much is kept to look at. */
const SHOWN_CHARACTERS = 2_000;
const GARBAGE_BYTES = 3;

/** An ESC/POS receipt printer over TCP: answers DLE EOT in every state, prints when it can, serves one client at a time. */
export class SimulatedPrinter implements SimulatedDevice {
  private server: Server | null = null;
  private readonly sockets = new Set<Socket>();
  private readonly waiting: Socket[] = [];
  private current: Socket | null = null;
  private listeningPort: number;
  private condition: PrinterCondition = HEALTHY;
  private readonly random: SeededRandom;
  private buffered: Buffer[] = [];
  private bufferedBytes = 0;
  private printedBytes = 0;
  private printed = '';
  private questions = 0;
  private connections = 0;
  private refused = 0;

  constructor(private readonly options: PrinterOptions) {
    this.listeningPort = options.port;
    this.random = new SeededRandom(`${options.seed}/printer`);
  }

  get endpoints(): Readonly<Record<string, string>> {
    return { escpos: `tcp://${this.options.host}:${this.listeningPort}` };
  }

  get port(): number {
    return this.listeningPort;
  }

  start(): Promise<void> {
    return this.powerOn();
  }

  stop(): Promise<void> {
    return this.powerOff();
  }

  /** Starts answering, with nothing left of what waited. */
  async powerOn(): Promise<void> {
    if (this.server) return;
    const server = createServer((socket) => this.accept(socket));
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.listeningPort, this.options.host, resolve);
    });
    const address = server.address();
    if (address && typeof address === 'object') this.listeningPort = address.port;
  }

  /** Goes dark: what had not been printed is gone. */
  async powerOff(): Promise<void> {
    const server = this.server;
    if (!server) return;
    this.server = null;
    this.buffered = [];
    this.bufferedBytes = 0;
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  view(): Readonly<Record<string, unknown>> {
    return {
      power: this.server ? 'on' : 'off',
      ...this.condition,
      connections: this.connections,
      refused: this.refused,
      questions: this.questions,
      printedBytes: this.printedBytes,
      bufferedBytes: this.bufferedBytes,
      printed: maskCardNumbers(this.printed),
    };
  }

  inject(fault: unknown): void {
    this.condition = withFault(this.condition, fault as PrinterFault);
    if (this.condition.unreachable) for (const socket of this.sockets) socket.destroy();
    this.drain();
  }

  private accept(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.left(socket));
    // A client that resets its connection is the client's affair.
    socket.on('error', () => socket.destroy());
    if (this.condition.unreachable || (this.current && this.options.secondClient === 'refused')) {
      this.refused += 1;
      socket.destroy();
    } else if (this.current) {
      this.waiting.push(socket);
    } else {
      this.serve(socket);
    }
  }

  private left(socket: Socket): void {
    this.sockets.delete(socket);
    const place = this.waiting.indexOf(socket);
    if (place >= 0) this.waiting.splice(place, 1);
    if (this.current !== socket) return;
    this.current = null;
    const next = this.waiting.shift();
    if (next) this.serve(next);
  }

  private serve(socket: Socket): void {
    this.current = socket;
    this.connections += 1;
    let rest: Uint8Array = Buffer.alloc(0);
    let asked = 0;
    socket.on('data', (chunk: Buffer) => {
      const stream = readPrinterStream(Buffer.concat([rest, chunk]));
      rest = stream.rest;
      for (const command of stream.commands) {
        if (command.kind === 'statusAsked') asked += 1;
        this.perform(socket, command, asked);
      }
    });
    // What a client sends last may look like the beginning of a command.
    socket.on('end', () => {
      if (rest.length > 0) this.print(socket, rest);
      socket.end();
    });
  }

  private perform(socket: Socket, command: PrinterCommand, asked: number): void {
    switch (command.kind) {
      case 'statusAsked': {
        this.questions += 1;
        const { answers } = this.condition;
        const byte = statusByte(this.condition, command.question);
        if (byte !== null && (answers === null || asked <= answers)) this.answer(socket, byte);
        return;
      }
      case 'sensorAsked':
        return this.answer(socket, sensorByte(this.condition));
      case 'recover':
        if (this.condition.error === 'recoverable' || this.condition.error === 'autocutter') {
          this.condition = { ...this.condition, error: null };
          this.drain();
        }
        return;
      case 'print':
        return this.print(socket, command.bytes);
    }
  }

  private answer(socket: Socket, byte: number): void {
    const { garbage, automaticStatus: automatic, answerDelayMs } = this.condition;
    // No garbage that looks like a status: bit 1 is set in every one.
    const answer = garbage ? Array.from({ length: GARBAGE_BYTES }, () => this.random.integer(0, 255) & ~0x02) : [byte];
    const bytes = Buffer.concat([automatic ? automaticStatus(this.condition) : Buffer.alloc(0), Buffer.from(answer)]);
    setTimeout(() => {
      if (socket.writable) socket.write(bytes);
    }, answerDelayMs);
  }

  private print(socket: Socket, bytes: Uint8Array): void {
    if (this.bufferedBytes + bytes.length > BUFFER_BYTES) {
      socket.destroy();
      return;
    }
    this.buffered.push(Buffer.from(bytes));
    this.bufferedBytes += bytes.length;
    this.drain();
  }

  private drain(): void {
    if (!prints(this.condition)) return;
    for (const bytes of this.buffered) {
      this.printedBytes += bytes.length;
      this.printed = (this.printed + legible(bytes)).slice(-SHOWN_CHARACTERS);
    }
    this.buffered = [];
    this.bufferedBytes = 0;
  }
}

/** What a person could read of it: layout commands are left out as far as they are no letters. */
function legible(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[^\n\x20-\x7e\xa0-\xff]/g, '');
}
