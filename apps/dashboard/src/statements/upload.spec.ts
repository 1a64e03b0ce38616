import { describe, expect, it } from 'vitest';
import { NotReachable, ServerFault, SessionEnded } from '../graphql/failures.js';
import { outcomeOf, safeName } from './upload.js';

describe('an upload', () => {
  it('is taken only when the server says which file it became', () => {
    expect(outcomeOf(202, '{"fileId":"f1","state":"arrived"}')).toEqual({ taken: true, fileId: 'f1' });
    expect(outcomeOf(202, '{}')).toEqual({ taken: false, code: 'unknown', other: null });
  });

  it('that is refused says why, and what it collides with', () => {
    expect(outcomeOf(409, '{"error":"duplicateFile","other":{"fileId":"f0","name":"a.csv"}}')).toEqual({
      taken: false,
      code: 'duplicateFile',
      other: { fileId: 'f0', name: 'a.csv' },
    });
  });

  it('without a proper answer is a failure, not a refusal', () => {
    expect(() => outcomeOf(401, '')).toThrow(SessionEnded);
    expect(() => outcomeOf(502, '<html>')).toThrow(NotReachable);
    expect(() => outcomeOf(500, '<html>')).toThrow(ServerFault);
  });

  it('carries a name the server takes', () => {
    expect([safeName('a/b\\c.csv'), safeName('x\u0000\n.csv'), safeName('')]).toEqual(['a_b_c.csv', 'x__.csv', 'file']);
    expect(safeName(`${'a'.repeat(300)}.csv`)).toHaveLength(200);
    expect(safeName(`${'a'.repeat(300)}.csv`)).toMatch(/\.csv$/);
  });
});
