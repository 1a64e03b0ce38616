import { readFileSync } from 'node:fs';
import { type ChainFile, chainFile } from '@tillward/contracts';
import { ConfigError } from '../config.js';
import type { WorkContext } from '../database/index.js';
import { reasonOf } from '../logging.js';

/** Nest token of the chain file's content (`ChainFile`), undefined when CHAIN_FILE is not set. */
export const CHAIN = Symbol('ChainFile');

/** Reads and checks CHAIN_FILE. Throws {@link ConfigError} naming what is wrong. */
export function readChainFile(path: string | undefined): ChainFile | undefined {
  if (path === undefined) return undefined;
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(`CHAIN_FILE: expected a readable JSON file: ${reasonOf(error)}`);
  }
  const parsed = chainFile.safeParse(content);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.slice(0, 10).map((issue) => `CHAIN_FILE: ${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(lines.join('\n'));
}

/**
 * Writes chain, stores, gateways and terminals as the file says: creates what is missing, updates what changed, removes nothing (history refers to it).
 * Applying the same file again changes nothing. Returns whether anything changed.
 */
export async function provisionFleet(ctx: WorkContext, file: ChainFile): Promise<boolean> {
  let changed = 0;
  const upsert = async (sql: string, values: unknown[]) => {
    const [rows] = (await ctx.tx.query(`WITH done AS (${sql} RETURNING 1) SELECT count(*) AS n FROM done`, values)) as { n: number }[];
    changed += rows?.n ?? 0;
  };
  await upsert(
    `INSERT INTO chain AS t (chain_id, name) VALUES ($1, $2) ON CONFLICT (chain_id) DO UPDATE SET name = excluded.name
      WHERE t.name IS DISTINCT FROM excluded.name`,
    [file.chain.id, file.chain.name],
  );
  for (const [position, store] of file.stores.entries()) {
    await upsert(
      `INSERT INTO store AS t (store_id, chain_id, position, name, city, time_zone, currency, region) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (store_id) DO UPDATE SET chain_id = excluded.chain_id, position = excluded.position, name = excluded.name, city = excluded.city,
         time_zone = excluded.time_zone, currency = excluded.currency, region = excluded.region
       WHERE (t.chain_id, t.position, t.name, t.city, t.time_zone, t.currency, t.region)
         IS DISTINCT FROM (excluded.chain_id, excluded.position, excluded.name, excluded.city, excluded.time_zone, excluded.currency, excluded.region)`,
      [store.id, file.chain.id, position, store.name, store.city, store.timeZone, store.currency, store.region ?? null],
    );
    await upsert(
      `INSERT INTO gateway AS t (store_id, gateway_id, public_key) VALUES ($1, $2, $3) ON CONFLICT (store_id, gateway_id) DO UPDATE
         SET public_key = excluded.public_key WHERE excluded.public_key IS NOT NULL AND t.public_key IS DISTINCT FROM excluded.public_key`,
      [store.id, store.gateway.id, store.gateway.publicKey ?? null],
    );
    for (const [place, { brand, model, ...connection }] of store.terminals.entries()) {
      await upsert(
        `INSERT INTO terminal AS t (store_id, terminal_id, gateway_id, position, name, brand, model, driver, currency, connection)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb)
         ON CONFLICT (store_id, terminal_id) DO UPDATE SET gateway_id = excluded.gateway_id, position = excluded.position, name = excluded.name,
           brand = excluded.brand, model = excluded.model, driver = excluded.driver, currency = excluded.currency, connection = excluded.connection
         WHERE (t.gateway_id, t.position, t.name, t.brand, t.model, t.driver, t.currency, t.connection)
           IS DISTINCT FROM (excluded.gateway_id, excluded.position, excluded.name, excluded.brand, excluded.model, excluded.driver, excluded.currency,
                             excluded.connection)`,
        [
          store.id,
          connection.id,
          store.gateway.id,
          place,
          connection.name,
          brand,
          model,
          connection.driver,
          connection.currency,
          JSON.stringify(connection),
        ],
      );
    }
  }
  if (changed > 0) ctx.changed({ stores: file.stores.map((store) => store.id) });
  return changed > 0;
}
