/** Tables the server writes as files. */
export type ExportedTable = 'differences' | 'payouts' | 'fee-checks';

/** Where the rows of a filter are downloaded as a table. The server narrows by the same names as the list's filter. */
export function exportPath(table: ExportedTable, filter: object, format: 'csv' | 'xlsx'): string {
  const query = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(filter)) {
    if (value === null || value === undefined) continue;
    query.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  return `/api/exports/${table}?${query.toString().replaceAll('%2C', ',')}`;
}
