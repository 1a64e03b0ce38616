import { MessageError } from './message-error.js';

type Json = Readonly<Record<string, unknown>>;

/** Longest text taken over from a message; real ones have a tenth of it. */
const MAX_TEXT = 4_096;
/** Most entries of a list taken over; the longest real list is a receipt's lines. */
const MAX_ENTRIES = 400;

/**
 * Reads the fields of one JSON object, strictly where it matters and deaf to what it doesn't know: unknown fields are left alone, a field that
 * is there must be of its type. Every error is a {@link MessageError} with the field's path.
 */
export class Reader {
  private constructor(
    private readonly fields: Json,
    readonly path: string,
  ) {}

  /** Reads JSON text. The top must be an object. */
  static parse(text: string): Reader {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw cause instanceof SyntaxError ? new MessageError('notJson', '') : cause;
    }
    return Reader.of(value, '');
  }

  /** Reads a value that must be an object. */
  static of(value: unknown, path: string): Reader {
    if (!isObject(value)) throw new MessageError(path === '' ? 'notJson' : 'wrongType', path);
    return new Reader(value, path);
  }

  /** Whether the field is there; null counts as absent. */
  has(key: string): boolean {
    return this.raw(key) !== undefined;
  }

  /** A field's value as it came; undefined when absent. */
  raw(key: string): unknown {
    const value = Object.hasOwn(this.fields, key) ? this.fields[key] : undefined;
    return value === null ? undefined : value;
  }

  /** The whole object as it came, unknown fields included. */
  all(): Json {
    return this.fields;
  }

  object(key: string): Reader {
    return this.maybeObject(key) ?? this.missing(key);
  }

  maybeObject(key: string): Reader | undefined {
    const value = this.raw(key);
    return value === undefined ? undefined : Reader.of(value, this.at(key));
  }

  text(key: string): string {
    return this.maybeText(key) ?? this.missing(key);
  }

  maybeText(key: string): string | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw new MessageError('wrongType', this.at(key));
    if (value.length > MAX_TEXT) throw new MessageError('badValue', this.at(key));
    return value;
  }

  /** A finite number. */
  maybeNumber(key: string): number | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (typeof value !== 'number') throw new MessageError('wrongType', this.at(key));
    if (!Number.isFinite(value)) throw new MessageError('badValue', this.at(key));
    return value;
  }

  number(key: string): number {
    return this.maybeNumber(key) ?? this.missing(key);
  }

  maybeFlag(key: string): boolean | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (typeof value !== 'boolean') throw new MessageError('wrongType', this.at(key));
    return value;
  }

  /** A list of objects; empty when absent. */
  objects(key: string): Reader[] {
    return this.list(key).map((entry, index) => Reader.of(entry, `${this.at(key)}[${index}]`));
  }

  /** A list of texts; undefined when absent. */
  maybeTexts(key: string): string[] | undefined {
    if (!this.has(key)) return undefined;
    return this.list(key).map((entry, index) => {
      if (typeof entry !== 'string') throw new MessageError('wrongType', `${this.at(key)}[${index}]`);
      return entry;
    });
  }

  /** The path of a field of this object. */
  at(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }

  private list(key: string): readonly unknown[] {
    const value = this.raw(key);
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw new MessageError('wrongType', this.at(key));
    if (value.length > MAX_ENTRIES) throw new MessageError('tooMany', this.at(key));
    return value;
  }

  private missing(key: string): never {
    throw new MessageError('missing', this.at(key));
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
