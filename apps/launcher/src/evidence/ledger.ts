import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { BookedSale } from './differences.rules.js';

const line = z.object({
  store: z.string(),
  terminal: z.string(),
  kind: z.enum(['sale', 'reversal', 'refund', 'settlement']),
  traceNo: z.int(),
  amountMinor: z.int(),
  currency: z.string(),
});

/**
 * Every sale in the simulated terminals' own ledgers (`<store>.<terminal>.ndjson`): the witness that is not the product. A last line that was cut off by
 * a kill was never answered for and doesn't count; a broken line before it throws.
 */
export async function ledgerSales(ledgerDir: string): Promise<BookedSale[]> {
  const sales: BookedSale[] = [];
  for (const file of (await readdir(ledgerDir)).filter((name) => name.endsWith('.ndjson')).sort()) {
    const complete = (await readFile(join(ledgerDir, file), 'utf8')).split('\n').slice(0, -1);
    for (const text of complete) {
      const entry = line.parse(JSON.parse(text));
      if (entry.kind === 'sale') sales.push(entry);
    }
  }
  return sales;
}
