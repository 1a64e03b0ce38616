import { GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { ImpossibleValue, MalformedRequest } from './graphql.errors.js';

const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;
// There is no year 0, and the database knows none.
const ISO_DATE = /^(?!0000)\d{4}-\d{2}-\d{2}$/;

function readInstant(value: unknown): Date {
  if (typeof value === 'string' && ISO_INSTANT.test(value)) {
    const at = new Date(value);
    if (!Number.isNaN(at.getTime())) return at;
  }
  throw new ImpossibleValue('a DateTime is an RFC 3339 instant such as 2026-11-21T20:00:00.000Z');
}

function readDate(value: unknown): string {
  if (typeof value === 'string' && ISO_DATE.test(value)) {
    const at = new Date(`${value}T00:00:00Z`);
    if (!Number.isNaN(at.getTime()) && at.toISOString().startsWith(value)) return value;
  }
  throw new ImpossibleValue('a Date is a date of the calendar written YYYY-MM-DD');
}

function readMinorUnits(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new MalformedRequest('MinorUnits is an integer of at most 53 bits');
}

/** What a resolver gave is never the caller's mistake. */
function ofOurs<T>(read: (value: unknown) => T, value: unknown): T {
  try {
    return read(value);
  } catch (error) {
    throw new TypeError('a field resolved to something its scalar can’t write', { cause: error });
  }
}

function stringLiteral(node: ValueNode): unknown {
  return node.kind === Kind.STRING ? node.value : undefined;
}

/** RFC 3339 instant. Reads a string into a Date; writes a Date, epoch milliseconds or an instant as UTC with milliseconds. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'RFC 3339 instant in UTC with milliseconds.',
  parseValue: readInstant,
  parseLiteral: (node) => readInstant(stringLiteral(node)),
  serialize(value) {
    if (value instanceof Date) return value.toISOString();
    if (typeof value === 'number' || typeof value === 'string') return new Date(value).toISOString();
    throw new TypeError('a DateTime field resolved to something that is no instant');
  },
});

/** A store's accounting date `YYYY-MM-DD`; no time zone, no time of day. */
export const CalendarDate = new GraphQLScalarType<string, string>({
  name: 'Date',
  description: 'Calendar date, YYYY-MM-DD: a business day of a store.',
  parseValue: readDate,
  parseLiteral: (node) => readDate(stringLiteral(node)),
  serialize: (value) => ofOurs(readDate, value),
});

/** Integer minor units. Throws, both ways, for anything that is not an integer of at most 53 bits. */
export const MinorUnits = new GraphQLScalarType<number, number>({
  name: 'MinorUnits',
  description: 'Integer minor units of the accompanying currency. Fits in 53 bits.',
  parseValue: readMinorUnits,
  parseLiteral: (node) => readMinorUnits(node.kind === Kind.INT ? Number(node.value) : undefined),
  serialize: (value) => ofOurs(readMinorUnits, value),
});

function readLiteral(node: ValueNode, variables: Record<string, unknown> | null | undefined): unknown {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return node.values.map((item) => readLiteral(item, variables));
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map((field) => [field.name.value, readLiteral(field.value, variables)]));
    case Kind.VARIABLE:
      return variables?.[node.name.value];
  }
}

/** Any JSON value; what it may be is said, and checked, where it is used. */
export const Json = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'A JSON value; its shape is said by the field that uses it.',
  parseValue: (value) => value,
  parseLiteral: (node, variables) => readLiteral(node, variables),
  serialize: (value) => value,
});
