import { describe, expect, it } from 'vitest';
import { exportPath } from './export.rules.js';

describe('an export', () => {
  it('is narrowed as the list is', () => {
    expect(
      exportPath('differences', { storeId: 'berlin', state: ['open', 'assigned'], fromDay: '2026-11-01', ownerId: null }, 'xlsx'),
    ).toBe('/api/exports/differences?format=xlsx&storeId=berlin&state=open,assigned&fromDay=2026-11-01');
    expect(exportPath('fee-checks', {}, 'csv')).toBe('/api/exports/fee-checks?format=csv');
  });
});
