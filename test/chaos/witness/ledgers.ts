import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Booking } from './movements.rules.js';

interface LedgerLine {
  readonly store: string;
  readonly terminal: string;
  readonly kind: Booking['kind'] | 'settlement';
  readonly traceNo: number;
  readonly amountMinor: number;
  readonly currency: string;
  /** Only in protocols that let the caller name a transaction. */
  readonly reference?: string;
}

/**
 * Everything the simulated terminals booked, from their own ledgers (`<store>.<terminal>.ndjson`): money taken, taken back and given back. A last line that was
 * cut off by a kill was never answered for and doesn't count; a broken line before it throws.
 */
export async function readLedgers(folder: string): Promise<Booking[]> {
  const bookings: Booking[] = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.ndjson')).sort()) {
    const complete = (await readFile(join(folder, file), 'utf8')).split('\n').slice(0, -1);
    for (const text of complete) {
      const line = JSON.parse(text) as LedgerLine;
      if (line.kind === 'settlement') continue;
      const { store, terminal, kind, traceNo, amountMinor, currency, reference } = line;
      bookings.push({ store, terminal, kind, name: reference ?? `trace ${traceNo}`, amountMinor, currency });
    }
  }
  return bookings;
}
