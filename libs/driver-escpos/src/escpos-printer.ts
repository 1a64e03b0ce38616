import { connect, type Socket } from 'node:net';
import {
  answerAmong,
  type PrinterStatus,
  printerStatus,
  STATUS_QUESTIONS,
  type StatusAnswers,
  type StatusQuestion,
  unreachablePrinter,
} from './printer-status.rules.js';

/** Where a printer answers. */
export interface EscPosPrinterOptions {
  readonly host: string;
  /** Normally 9100. */
  readonly port: number;
  /** Limit on connecting and on each answer, default 1,500 ms: a printer answers DLE EOT at once, even offline or out of paper. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 1_500;
const DLE = 0x10;
const EOT = 0x04;
/** How long a printer may take to hang up. */
const HANG_UP_MS = 250;
/** An answer is one byte and an automatic status four; more than this is not a printer. */
const MAX_ANSWER_BYTES = 256;

/**
 * The state of an ESC/POS printer over TCP. It asks four questions on one short connection and closes it: many printers serve one client at a time, and
 * a till that can't print because somebody looks at the paper would be worse than not looking. It prints nothing.
 */
export class EscPosPrinter {
  private running: Promise<PrinterStatus> | null = null;

  constructor(private readonly options: EscPosPrinterOptions) {}

  /** Asks the printer. A second call meanwhile gets the same answer. Never rejects: a fault of printer or network is `unreachable`. */
  status(): Promise<PrinterStatus> {
    this.running ??= this.ask().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async ask(): Promise<PrinterStatus> {
    const { host, port, timeoutMs = DEFAULT_TIMEOUT_MS } = this.options;
    const link = new PrinterLink(connect({ host, port, noDelay: true }), timeoutMs);
    try {
      const refused = await link.connected();
      if (refused !== null) return unreachablePrinter(refused);
      const answers: { [Question in StatusQuestion]?: number } = {};
      for (const question of STATUS_QUESTIONS) {
        const answer = await link.answer(question);
        // After a silence a late answer could be taken for that to the next question, so that nothing more is asked.
        if (answer === null) return incomplete(answers, link);
        answers[question] = answer;
      }
      return printerStatus(answers);
    } finally {
      await link.close();
    }
  }
}

function incomplete(answers: StatusAnswers, link: PrinterLink): PrinterStatus {
  const status = printerStatus(answers);
  return status.state === 'unreachable' ? { ...status, detail: `${status.detail}: ${link.reason}` } : status;
}

/** One connection. Bytes that came before a question was asked are not its answer. */
class PrinterLink {
  private received = Buffer.alloc(0);
  private broken: string | null = null;
  private changed: () => void = () => {};

  constructor(
    private readonly socket: Socket,
    private readonly timeoutMs: number,
  ) {
    socket.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
      if (this.received.length > MAX_ANSWER_BYTES) this.broken = 'it sends too much';
      this.changed();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => this.breakDown(error.code ?? 'the connection failed'));
    socket.on('close', () => this.breakDown('it closed the connection'));
  }

  /** Why the last question has no answer. */
  get reason(): string {
    if (this.broken !== null) return this.broken;
    return this.received.length > 0 ? 'what it sends is no status' : 'no answer in time';
  }

  /** Null when the printer accepted the connection, else why not. */
  async connected(): Promise<string | null> {
    this.socket.once('connect', () => this.changed());
    await this.until(() => !this.socket.connecting);
    if (this.broken !== null) return this.broken;
    return this.socket.connecting ? 'no connection in time' : null;
  }

  /** The status byte a question is answered with; null when none came in time. */
  async answer(question: StatusQuestion): Promise<number | null> {
    this.received = Buffer.alloc(0);
    if (this.broken !== null) return null;
    this.socket.write(Buffer.from([DLE, EOT, question]));
    await this.until(() => answerAmong(this.received) !== null);
    return answerAmong(this.received);
  }

  /** Hangs up in order, so that the printer knows at once that it is free; a printer that doesn't hang up too is left after a moment. */
  async close(): Promise<void> {
    if (!this.socket.connecting && !this.socket.destroyed) {
      const closed = new Promise<void>((resolve) => void this.socket.once('close', () => resolve()));
      this.socket.end();
      const limit = setTimeout(() => this.socket.destroy(), HANG_UP_MS);
      await closed;
      clearTimeout(limit);
    }
    this.socket.destroy();
  }

  private breakDown(reason: string): void {
    this.broken ??= reason;
    this.changed();
  }

  private until(reached: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(limit);
        this.changed = () => {};
        resolve();
      };
      const limit = setTimeout(end, this.timeoutMs);
      this.changed = () => {
        if (this.broken !== null || reached()) end();
      };
      this.changed();
    });
  }
}
