import { describe, expect, it } from 'vitest';
import { InvalidArgument } from './graphql.errors.js';
import { decodeCursor, encodeCursor, pageOf, pageRequest } from './paging.js';

describe('cursors', () => {
  it('come back as they went out', () => {
    const key = ['2026-11-21T20:00:00.000Z', 'berlin', 7];
    expect(decodeCursor(encodeCursor(key), ['instant', 'string', 'number'])).toEqual(key);
    expect(decodeCursor(encodeCursor(['2028-02-29']), ['instant'])).toEqual(['2028-02-29']);
  });

  it.each([
    ['nothing', ''],
    ['no base64', '%%%'],
    ['no JSON', Buffer.from('{"a"').toString('base64url')],
    ['no array', Buffer.from('{"a":1}').toString('base64url')],
    ['another list', encodeCursor(['berlin'])],
    ['no instant', encodeCursor(['yesterday', 'berlin', 7])],
    ['a day no month has', encodeCursor(['2026-02-30', 'berlin', 7])],
    ['a year 0', encodeCursor(['0000-01-01', 'berlin', 7])],
    ['words behind a day', encodeCursor(['2026-01-01 (x)', 'berlin', 7])],
    ['an hour no day has', encodeCursor(['2026-11-21T24:00:00.000Z', 'berlin', 7])],
    ['half a surrogate pair', encodeCursor(['2026-11-21', 'ber\ud800lin', 7])],
    ['a fraction', encodeCursor(['2026-11-21T20:00:00.000Z', 'berlin', 7.5])],
    ['a zero byte, which PostgreSQL refuses', encodeCursor(['2026-11-21T20:00:00.000Z', 'ber\0lin', 7])],
  ])('refuses %s', (_name, cursor) => {
    expect(() => decodeCursor(cursor, ['instant', 'string', 'number'])).toThrow(InvalidArgument);
  });
});

describe('pageRequest', () => {
  it.each([0, -1, 201, 1.5])('refuses first: %d', (first) => {
    expect(() => pageRequest(first, undefined, ['string'])).toThrow(/first: expected 1 to 200/);
  });

  it('takes 50 when not said and asks for one more', () => {
    expect(pageRequest(null, null, ['string'])).toEqual({ first: 50, limit: 51, after: undefined });
  });
});

describe('pageOf', () => {
  const count = () => Promise.resolve(3);
  const page = (first: number, after: string | undefined, rows: string[]) =>
    pageOf(
      pageRequest(first, after, ['string']),
      rows,
      (row) => [row],
      (row) => row,
      count,
    );

  it('says that there is more and where it continues', () => {
    const { edges, pageInfo } = page(2, undefined, ['a', 'b', 'c']);
    expect(edges.map((edge) => edge.node)).toEqual(['a', 'b']);
    expect(pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: encodeCursor(['a']),
      endCursor: encodeCursor(['b']),
    });
  });

  it('ends on the last page', () => {
    expect(page(2, encodeCursor(['b']), ['c']).pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  });

  it('is empty without cursors', () => {
    expect(page(2, undefined, []).pageInfo).toEqual({ hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null });
  });
});
