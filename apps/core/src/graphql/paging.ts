import type { Type } from '@nestjs/common';
import { Field, Int, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { isStorableText } from '../http/index.js';
import { InvalidArgument } from './graphql.errors.js';

/** Most rows one page may have. */
export const MAX_PAGE = 200;
/** Rows of a page when the request doesn't say. */
export const DEFAULT_PAGE = 50;

/** Relay's PageInfo (GraphQL Cursor Connections Specification, section 5). */
@ObjectType('PageInfo')
export class PageInfoType {
  @Field(() => Boolean) hasNextPage!: boolean;
  @Field(() => Boolean) hasPreviousPage!: boolean;
  @Field(() => String, { nullable: true }) startCursor!: string | null;
  @Field(() => String, { nullable: true }) endCursor!: string | null;
}

/** One node of a page with the cursor that continues after it. */
export interface Edge<T> {
  cursor: string;
  node: T;
}

/** One page. `count` is asked only when the request selects `totalCount`. */
export interface Connection<T> {
  edges: Edge<T>[];
  pageInfo: PageInfoType;
  count: () => Promise<number>;
}

/** Declares `<name>Edge` and `<name>Connection` of a node type, and the resolver that counts only when asked. */
export function connectionOf<T>(node: Type<T>, name: string) {
  @ObjectType(`${name}Edge`)
  class EdgeType {
    @Field(() => String) cursor!: string;
    @Field(() => node) node!: T;
  }

  @ObjectType(`${name}Connection`)
  class ConnectionType {
    @Field(() => [EdgeType]) edges!: EdgeType[];
    @Field(() => PageInfoType) pageInfo!: PageInfoType;
    @Field(() => Int) totalCount?: number;
  }

  @Resolver(() => ConnectionType)
  class CountResolver {
    /** Rows in all pages together. */
    @ResolveField(() => Int, { name: 'totalCount' })
    totalCount(@Parent() page: Connection<T>): Promise<number> {
      return page.count();
    }
  }
  return { type: ConnectionType as Type<unknown>, resolver: CountResolver as Type<unknown> };
}

/** Declares `<name>Edge` and `<name>Connection` of a node type whose rows are not counted. */
export function uncountedConnectionOf<T>(node: Type<T>, name: string): Type<unknown> {
  @ObjectType(`${name}Edge`)
  class EdgeType {
    @Field(() => String) cursor!: string;
    @Field(() => node) node!: T;
  }

  @ObjectType(`${name}Connection`)
  class ConnectionType {
    @Field(() => [EdgeType]) edges!: EdgeType[];
    @Field(() => PageInfoType) pageInfo!: PageInfoType;
  }
  return ConnectionType as Type<unknown>;
}

/** A key of a row in its list's order: what a cursor holds. */
export type CursorKey = readonly (string | number)[];

/** What a part of a cursor's key must look like. */
export type CursorPart = 'string' | 'number' | 'instant' | 'uuid';

/** The opaque cursor of a key. Its form is nobody's business outside this file. */
export function encodeCursor(key: CursorKey): string {
  return Buffer.from(JSON.stringify(key), 'utf8').toString('base64url');
}

/** Reads a cursor made for a list whose key has these parts. Throws {@link InvalidArgument} for anything else. */
export function decodeCursor(cursor: string, parts: readonly CursorPart[]): CursorKey {
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (error) {
    throw cursorRefused(error);
  }
  if (!Array.isArray(key) || key.length !== parts.length || !key.every((part, i) => isPart(part, parts[i]!))) throw cursorRefused();
  return key as CursorKey;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function isPart(part: unknown, kind: CursorPart): boolean {
  if (kind === 'number') return Number.isSafeInteger(part);
  if (typeof part !== 'string' || !isStorableText(part)) return false;
  if (kind === 'uuid') return UUID.test(part);
  return kind === 'string' || isMoment(part);
}

// There is no year 0, and the database knows none.
const MOMENT = /^(?!0000)\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}\.\d{3}Z)?$/;

/** A date of the calendar or an instant as this file's cursors say them. `Date.parse` alone takes the 30th of February, and words behind a date. */
function isMoment(text: string): boolean {
  const atMs = MOMENT.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(text);
}

function cursorRefused(cause?: unknown): InvalidArgument {
  const error = new InvalidArgument('after', 'after: this is no cursor of this list');
  if (cause !== undefined) error.cause = cause;
  return error;
}

/** What a page request asks for, checked. `limit` is one more than the page, to see whether there is a next one. */
export interface PageRequest {
  first: number;
  limit: number;
  after: CursorKey | undefined;
}

/** Checks `first` (1 to 200) and `after`. Throws {@link InvalidArgument}. */
export function pageRequest(first: number | null | undefined, after: string | null | undefined, parts: readonly CursorPart[]): PageRequest {
  const size = first ?? DEFAULT_PAGE;
  if (!Number.isInteger(size) || size < 1 || size > MAX_PAGE) {
    throw new InvalidArgument('first', `first: expected 1 to ${MAX_PAGE}`);
  }
  const key = after === null || after === undefined ? undefined : decodeCursor(after, parts);
  return { first: size, limit: size + 1, after: key };
}

/** Builds the page out of at most `request.limit` rows in order. */
export function pageOf<R, T>(
  request: PageRequest,
  rows: readonly R[],
  key: (row: R) => CursorKey,
  node: (row: R) => T,
  count: () => Promise<number>,
): Connection<T> {
  const edges = rows.slice(0, request.first).map((row) => ({ cursor: encodeCursor(key(row)), node: node(row) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > request.first,
      hasPreviousPage: request.after !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    count,
  };
}
