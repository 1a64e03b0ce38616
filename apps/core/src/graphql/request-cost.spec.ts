import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { costOf, MAX_COST } from './request-cost.js';

const cost = (query: string, variables?: Record<string, unknown>) => costOf(parse(query), variables);

describe('costOf', () => {
  it.each([
    ['plain fields', '{ me { id name } }', 3],
    ['a page by its length', '{ incidents(first: 20) { edges { node { id } } } }', 1 + 20 * 3],
    ['a page without length', '{ incidents { edges { node { id } } } }', 1 + 50 * 3],
    ['a list by a guess', '{ store(id: "x") { terminals { id name } } }', 2 + 10 * 2],
    ['stores of a person as a list', '{ me { stores { id } } }', 2 + 10],
    ['fragments where they are used', '{ me { ...p ...p } } fragment p on Person { id name }', 1 + 2 * 2],
    ["an incident's history by a guess", '{ incident(id: "x") { history { at } } }', 2 + 10],
    ["a terminal's history as a search", '{ terminal(id: "x") { history(first: 5) { __typename } } }', 1 + 4_000 + 5],
    ['every operation', 'query a { me { id } } query b { me { id } }', 4],
  ])('counts %s', (_name, query, expected) => {
    expect(cost(query)).toBe(expected);
  });

  it('reads a length from the variables', () => {
    expect(cost('query ($n: Int) { incidents(first: $n) { edges { node { id } } } }', { n: 2 })).toBe(1 + 2 * 3);
  });

  it('finds the same field asked a thousand times', () => {
    const aliases = Array.from({ length: 1_000 }, (_, i) => `a${i}: incidents(first: 200) { edges { node { id } } }`).join(' ');
    expect(cost(`{ ${aliases} }`)).toBeGreaterThan(MAX_COST);
  });

  it('allows no search through the journals of a whole chain', () => {
    expect(cost('{ stores(first: 50) { edges { node { terminals { history(first: 1) { __typename } } } } } }')).toBeGreaterThan(MAX_COST);
  });

  it('is quick with fragments that double each other', () => {
    const chain = Array.from({ length: 40 }, (_, i) => `fragment f${i} on Person { ...f${i + 1} ...f${i + 1} }`).join(' ');
    expect(cost(`{ me { ...f0 } } ${chain} fragment f40 on Person { id }`)).toBeGreaterThan(MAX_COST);
  });
});
