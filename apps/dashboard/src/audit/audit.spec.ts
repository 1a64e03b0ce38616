import { describe, expect, it } from 'vitest';
import { auditFilterOf, linked } from './audit-queries.js';

describe('the log', () => {
  it('asks for whole UTC days, the last one included', () => {
    expect(auditFilterOf({ from: '2026-11-20', to: '2026-11-21', store: 'berlin', text: 'policy', entry: 3 })).toEqual({
      from: '2026-11-20T00:00:00.000Z',
      to: '2026-11-21T23:59:59.999Z',
      storeId: 'berlin',
      text: 'policy',
    });
  });

  it('says only what it can see of the chain', () => {
    expect(linked({ hash: 'a' }, { prevHash: 'a' })).toBe(true);
    expect(linked({ hash: 'a' }, { prevHash: 'b' })).toBe(false);
    expect(linked(undefined, { prevHash: 'b' })).toBeNull();
  });
});
