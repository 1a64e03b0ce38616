import { appendFileSync, openSync } from 'node:fs';

/** What a till was finally told about one order of money. Written before the till does anything else. */
export interface TillRecord {
  readonly at: number;
  readonly store: string;
  readonly terminal: string;
  /** The idempotency key. */
  readonly key: string;
  readonly kind: 'sale' | 'reversal' | 'refund';
  readonly amountMinor: number;
  readonly currency: string;
  /** `completed`: the gateway has acknowledged that money moved. `unanswered`: the exam ended before it answered. */
  readonly outcome: 'completed' | 'declined' | 'failed' | 'refused' | 'unanswered';
  /** Code of a refusal. */
  readonly code?: string;
  readonly paymentId?: string;
  readonly bookedMinor?: number;
  readonly traceNo?: number;
  readonly receiptNo?: number;
}

/** What headquarters ordered, and what the answer was. */
export interface CommandRecord {
  readonly at: number;
  readonly store: string;
  readonly terminal: string;
  readonly action: string;
  readonly commandId: string;
  /** A text that reaches the terminal with the command, once. */
  readonly marker?: string;
  /** How it was made: by core, or by somebody who may not. A forged or expired one must have no effect. */
  readonly origin: 'core' | 'twice' | 'forged' | 'expired' | 'misdirected';
}

/** An append-only file of JSON lines and the same lines in memory. */
export class Records<T extends object> {
  readonly #fd: number;
  readonly lines: T[] = [];

  constructor(path: string) {
    this.#fd = openSync(path, 'a', 0o600);
  }

  add(line: T): void {
    appendFileSync(this.#fd, `${JSON.stringify(line)}\n`);
    this.lines.push(line);
  }
}
