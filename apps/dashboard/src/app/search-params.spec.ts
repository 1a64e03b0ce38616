import { describe, expect, it } from 'vitest';
import { dayOf, parseSearch, stringifySearch } from './search-params.js';
import {
  auditSearch,
  courseSearch,
  differencesSearch,
  feesSearch,
  fleetSearch,
  fundingSearch,
  incidentsSearch,
  settlementSearch,
  statementsSearch,
  termsSearch,
} from './searches.js';

describe('addresses', () => {
  it('leave out what is not chosen and stay readable', () => {
    expect(stringifySearch({})).toBe('');
    expect(stringifySearch({ q: '', show: undefined })).toBe('');
    expect(stringifySearch({ state: ['open', 'resolved'], store: 'berlin-mitte' })).toBe('?state=open,resolved&store=berlin-mitte');
  });

  it.each([
    [incidentsSearch, { state: ['acknowledged', 'resolved'], kind: 'closeBlocked', store: 'shanghai' }],
    [fleetSearch, { q: '静安 & co', show: 'problems' }],
    [auditSearch, { text: 'policy', from: '2026-11-01', to: '2026-11-21', entry: 0 }],
    [settlementSearch, { tab: 'transactions', day: '2026-11-21', state: 'inDoubt' }],
    [courseSearch, { lesson: 3 }],
    [termsSearch, { version: 2, edit: '1' }],
  ] as const)('survive a round trip', (read, search) => {
    expect(read(parseSearch(stringifySearch(search)))).toEqual(search);
  });

  it('with nonsense open the plain page', () => {
    expect(incidentsSearch({ state: 'gone', kind: 7, store: '   ' })).toEqual({});
    expect(fleetSearch({ show: '<script>' })).toEqual({});
    expect(courseSearch({ lesson: '-1', quiz: 'yes' })).toEqual({});
    expect(auditSearch({ entry: '1e9' })).toEqual({});
  });

  it('keep a day that does not exist, for the page to say so', () => {
    for (const read of [auditSearch, differencesSearch, feesSearch, fundingSearch]) {
      expect(read({ from: '2026-02-30', to: 'soon' })).toEqual({ from: '2026-02-30', to: 'soon' });
    }
    for (const read of [settlementSearch, statementsSearch]) expect(read({ day: '0001-01-01' })).toEqual({ day: '0001-01-01' });
  });

  it('bound the length of free text', () => {
    expect(fleetSearch({ q: 'x'.repeat(5_000) }).q).toHaveLength(200);
  });

  it('know which days exist', () => {
    expect(dayOf('2028-02-29')).toBe('2028-02-29');
    expect(dayOf('2026-02-29')).toBeUndefined();
  });
});
