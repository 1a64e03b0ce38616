import type { Duplex } from 'node:stream';
import type pg from 'pg';

/** A value a statement takes: text, number, truth, null, or an array of these. */
export type Parameter = string | number | boolean | null | readonly (string | number | boolean | null)[];

/** What a {@link Conversation} answers. `rows` are those of its last statement when it was asked with {@link Conversation.ask}. */
interface Answer {
  resolve(rows: Record<string, unknown>[]): void;
  reject(error: Error): void;
}

/** The part of pg's connection that a query of one's own writes with (pg's Submittable, as pg-cursor and pg-copy-streams use it). */
interface Wire {
  readonly stream: Duplex;
  parse(message: { name: string; text: string }): void;
  bind(message: { statement: string; values: (string | null)[] }): void;
  describe(message: { type: 'P' }): void;
  execute(message: object): void;
  sync(): void;
}

interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

/** Reads a column's text by its type. */
type TypeReader = (oid: number) => (text: string) => unknown;

const COPY_DATA = 0x64;
const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4]);
const LENGTH_BYTES = 4;

/** Statements a connection has prepared, by text. `unsure` after an error, when nobody knows which of them were. */
interface Prepared {
  readonly names: Map<string, string>;
  unsure: boolean;
}

const preparedOf = new WeakMap<pg.ClientBase, Prepared>();

/**
 * Statements and COPYs that are sent together and answered together: one round trip, one Sync (PostgreSQL manual, "Extended Query", "Pipelining"). A round trip for each
 * costs core a turn of its event loop and PostgreSQL a change of process, which is most of what a small statement costs.
 *
 * Statements run in their order. The first error ends the conversation: PostgreSQL skips what follows, {@link send} rejects, and the caller ends the transaction. Texts are
 * prepared under a name once a connection: they must be constants.
 */
export class Conversation {
  #steps: Step[] = [];

  constructor(
    private readonly client: pg.ClientBase,
    private readonly types: { getTypeParser(oid: number, format?: 'text'): (text: string) => unknown },
  ) {}

  /** Adds a statement whose rows nobody needs. */
  say(text: string, values: readonly Parameter[] = []): void {
    this.#steps.push({ text, values: values.map(parameterText) });
  }

  /** Adds a COPY … FROM STDIN with its whole input. */
  copy(text: string, input: readonly Buffer[]): void {
    this.#steps.push({ text, values: [], input });
  }

  /** Sends everything added so far and waits for it. Resolves at once when there is nothing. */
  async send(): Promise<void> {
    if (this.#steps.length > 0) await this.#exchange(false);
  }

  /** Adds a statement, sends everything and resolves with the statement's rows. */
  ask<R extends object>(text: string, values: readonly Parameter[] = []): Promise<R[]> {
    this.say(text, values);
    return this.#exchange(true) as Promise<R[]>;
  }

  #exchange(wantsRows: boolean): Promise<Record<string, unknown>[]> {
    const steps = this.#steps;
    this.#steps = [];
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(this.client, steps, wantsRows, (oid) => this.types.getTypeParser(oid, 'text'), { resolve, reject });
      this.client.query(exchange as unknown as pg.Submittable);
    });
  }
}

interface Step {
  readonly text: string;
  readonly values: readonly (string | null)[];
  readonly input?: readonly Buffer[];
}

/** One Sync's worth of messages; pg calls its handlers in the order of PostgreSQL's answers. */
class Exchange {
  readonly #prepared: Prepared;
  readonly #parsed: [text: string, name: string][] = [];
  #fields: readonly Field[] = [];
  #readers: ((text: string) => unknown)[] = [];
  readonly #rows: Record<string, unknown>[] = [];
  #failed = false;
  #unreadable: Error | undefined;

  constructor(
    client: pg.ClientBase,
    private readonly steps: readonly Step[],
    private readonly wantsRows: boolean,
    private readonly readerOf: TypeReader,
    private readonly answer: Answer,
  ) {
    let prepared = preparedOf.get(client);
    if (prepared === undefined) {
      prepared = { names: new Map(), unsure: false };
      preparedOf.set(client, prepared);
    }
    this.#prepared = prepared;
  }

  /** Called by pg when the connection is free. */
  submit(wire: Wire): void {
    wire.stream.cork();
    try {
      if (this.#prepared.unsure) {
        this.#prepared.names.clear();
        this.#write(wire, { text: 'DEALLOCATE ALL', values: [] }, '');
      }
      const last = this.steps.length - 1;
      for (const [i, step] of this.steps.entries()) this.#write(wire, step, this.#nameOf(step.text), this.wantsRows && i === last);
      wire.sync();
    } finally {
      wire.stream.uncork();
    }
  }

  #nameOf(text: string): string {
    const known = this.#prepared.names.get(text) ?? this.#parsed.find(([parsed]) => parsed === text)?.[1];
    return known ?? `c${this.#prepared.names.size + this.#parsed.length + 1}`;
  }

  #write(wire: Wire, { text, values, input }: Step, name: string, describe = false): void {
    const isKnown = name !== '' && (this.#prepared.names.has(text) || this.#parsed.some(([parsed]) => parsed === text));
    if (!isKnown) {
      wire.parse({ name, text });
      if (name !== '') this.#parsed.push([text, name]);
    }
    wire.bind({ statement: name, values: values as (string | null)[] });
    if (describe) wire.describe({ type: 'P' });
    wire.execute({});
    if (input === undefined) return;
    // Sent without waiting for CopyInResponse: after an error PostgreSQL skips copy data like everything else before the Sync.
    for (const chunk of input) {
      const head = Buffer.allocUnsafe(1 + LENGTH_BYTES);
      head[0] = COPY_DATA;
      head.writeUInt32BE(chunk.length + LENGTH_BYTES, 1);
      wire.stream.write(head);
      wire.stream.write(chunk);
    }
    wire.stream.write(COPY_DONE);
  }

  handleRowDescription({ fields }: { fields: readonly Field[] }): void {
    this.#rows.length = 0;
    this.#fields = fields;
    this.#readers = fields.map((field) => this.readerOf(field.dataTypeID));
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    if (!this.wantsRows) return;
    const row: Record<string, unknown> = {};
    try {
      for (const [i, text] of fields.entries()) row[this.#fields[i]!.name] = text === null ? null : this.#readers[i]!(text);
    } catch (error) {
      // A value that can't be read is told when the conversation is over; thrown here it would end the process.
      this.#unreadable = error as Error;
    }
    this.#rows.push(row);
  }

  handleCommandComplete(): void {
    return;
  }

  handleEmptyQuery(): void {
    return;
  }

  handleCopyInResponse(): void {
    return;
  }

  handleReadyForQuery(): void {
    if (this.#failed) return;
    this.#prepared.unsure = false;
    for (const [text, name] of this.#parsed) this.#prepared.names.set(text, name);
    if (this.#unreadable === undefined) this.answer.resolve(this.#rows);
    else this.answer.reject(this.#unreadable);
  }

  /** The server's error, or the loss of the connection. */
  handleError(error: Error): void {
    this.#failed = true;
    this.#prepared.unsure = true;
    this.answer.reject(error);
  }
}

/** A parameter in PostgreSQL's text format. */
export function parameterText(value: Parameter): string | null {
  if (value === null) return null;
  if (typeof value !== 'object') return String(value);
  let text = '{';
  for (let i = 0; i < value.length; i++) {
    if (i > 0) text += ',';
    const one = value[i]!;
    text += one === null ? 'NULL' : typeof one === 'string' ? quoted(one) : String(one);
  }
  return `${text}}`;
}

const SPECIAL = /["\\]/;

function quoted(text: string): string {
  return SPECIAL.test(text) ? `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : `"${text}"`;
}
