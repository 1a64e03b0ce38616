import { describe, expect, it } from 'vitest';
import { isBroken, onlyProblem, type Peripheral, problemsOf } from './peripheral.rules.js';

const at = (...states: [Peripheral['kind'], Peripheral['state']][]) => ({
  peripherals: states.map(([kind, state]): Peripheral => ({ kind, state, since: null })),
});

describe('problemsOf', () => {
  it('names what is broken before what soon will be, and nothing that is ready or unknown', () => {
    const terminal = at(['printer', 'paperLow'], ['keypad', 'unknown'], ['scanner', 'offline']);
    expect(problemsOf(terminal).map(({ kind }) => kind)).toEqual(['scanner', 'printer']);
    expect(problemsOf(at(['printer', 'ready'], ['keypad', 'unknown']))).toEqual([]);
  });

  it('low paper keeps nobody from working', () => {
    expect([isBroken(at(['printer', 'paperLow'])), isBroken(at(['printer', 'coverOpen']))]).toEqual([false, true]);
  });
});

describe('onlyProblem', () => {
  it('is named when it is the same everywhere', () => {
    expect(onlyProblem([at(['printer', 'paperOut']), at(['printer', 'ready']), at(['printer', 'paperOut'])])?.state).toBe('paperOut');
  });

  it('has no name when there are several, or none', () => {
    expect(onlyProblem([at(['printer', 'paperOut']), at(['printer', 'coverOpen'])])).toBeUndefined();
    expect(onlyProblem([at(['printer', 'ready'])])).toBeUndefined();
  });
});
