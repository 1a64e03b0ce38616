import { Inject, Injectable } from '@nestjs/common';
import { noResults, RESULT_TYPES, type ResultType } from '@tillward/reconciliation';
import type { WorkContext } from '../database/index.js';
import { BatchLifeService } from '../settlement/index.js';
import { confirmMatched, unconfirmDisagreeing } from './confirmation.store.js';
import { Differences } from './differences.service.js';
import {
  accountsSql,
  type Compared,
  comparedSql,
  currenciesSql,
  drillSql,
  elsewhereSql,
  type MatchingScope,
  namedSql,
  pairSql,
  totalsSql,
} from './matching.sql.js';
import { clearDerivedSql, differencesSql, persistSql } from './outcome.sql.js';
import { lockPairs } from './reconciliation.store.js';

/** What a run found. */
export interface MatchingOutcome {
  /** Results by type: `matched` includes all rows of equal batches. */
  readonly counts: Readonly<Record<ResultType, number>>;
  readonly batches: number;
  readonly equalBatches: number;
  /** Batches this run confirmed. */
  readonly confirmed: number;
  /** Transactions no file can name yet, because their batch was settled after the last one came or isn't settled: no difference so far. */
  readonly awaited: number;
  /** Where its time went, in milliseconds. */
  readonly stepMs: Readonly<Record<string, number>>;
}

/** Memory a sort or hash of a run may take before it goes to disk; a run is alone in its core. */
const RUN_WORK_MEM = '192MB';

/**
 * Matches journal and statements in PostgreSQL: set-based, by the rules of libs/reconciliation (R1 to R7), which a test holds against this. Everything is written in the caller's
 * transaction: what a run derives for its days replaces what an earlier one did.
 */
@Injectable()
export class Matching {
  constructor(
    @Inject(Differences) private readonly differences: Differences,
    @Inject(BatchLifeService) private readonly batches: BatchLifeService,
  ) {}

  /** `cause` is why the run is made: what it resolves says so. */
  async run(ctx: WorkContext, runId: string, scope: MatchingScope, cause = ''): Promise<MatchingOutcome> {
    // Of joins over several columns the planner expects a row or two, and would then look a hundred thousand up one by one.
    await ctx.tx.query(
      `SET LOCAL work_mem = '${RUN_WORK_MEM}'; SET LOCAL jit = off; SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off;
       SET LOCAL max_parallel_workers_per_gather = 2`,
    );
    // Two runs of an acquirer would write the same rows.
    await lockPairs(ctx, scope.acquirerId);
    const stepMs: Record<string, number> = {};
    const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
      const started = performance.now();
      const result = await work();
      stepMs[name] = Math.round(performance.now() - started);
      return result;
    };
    await step('clear', () => ctx.tx.query(clearDerivedSql(scope)));
    const compared = await step('compared', () => comparedNow(ctx, scope));
    await step('totals', () => ctx.tx.query(totalsSql(scope, compared)));
    await step('currencies', () => currenciesApart(ctx, scope));
    await step('drill', () => ctx.tx.query(drillSql(scope, compared)));
    await step('pairs', () => ctx.tx.query(pairSql(scope, compared)));
    await step('elsewhere', () => ctx.tx.query(elsewhereSql(scope, compared)));
    await step('persist', () => ctx.tx.query(`${persistSql(scope, runId)};${differencesSql(scope)}`));
    const counts = await countsOf(ctx);
    await step('differences', () => this.differences.keep(ctx, runId, scope, cause));
    await step('unconfirm', () => unconfirmDisagreeing(ctx, this.batches, scope));
    const confirmed = await step('confirm', () => confirmMatched(ctx, this.batches, runId, scope));
    const [batches] = (await ctx.tx.query(
      'SELECT count(*) AS n, count(*) FILTER (WHERE equal) AS equal, (SELECT count(*) FROM rc_left WHERE NOT due) AS awaited FROM rc_batch',
    )) as [{ n: number; equal: number; awaited: number }];
    return { counts, batches: batches.n, equalBatches: batches.equal, confirmed, awaited: batches.awaited, stepMs };
  }
}

/** What is compared in this run; finds the terminals it is about, and what their orders are called at the acquirer. */
async function comparedNow(ctx: WorkContext, scope: MatchingScope): Promise<Compared> {
  await ctx.tx.query(accountsSql(scope));
  const [compared] = (await ctx.tx.query(comparedSql(scope))) as [Compared];
  if (!compared.orders) return compared;
  await ctx.tx.query(namedSql(scope));
  const [named] = (await ctx.tx.query('SELECT EXISTS (SELECT 1 FROM rc_named) AS found')) as [{ found: boolean }];
  return { ...compared, orders: named.found, reference: compared.reference || named.found };
}

/** Reads the rows of batches in several currencies once more; there are hardly ever any. */
async function currenciesApart(ctx: WorkContext, scope: MatchingScope): Promise<void> {
  const [found] = (await ctx.tx.query('SELECT EXISTS (SELECT 1 FROM rc_batch WHERE mixed) AS mixed')) as [{ mixed: boolean }];
  if (found.mixed) await ctx.tx.query(currenciesSql(scope));
}

async function countsOf(ctx: WorkContext): Promise<Record<ResultType, number>> {
  const rows: { type: ResultType; n: number }[] = await ctx.tx.query(
    `SELECT type, sum(n)::bigint AS n FROM (
       SELECT 'matched' AS type, sum(t_count) AS n FROM rc_batch WHERE equal HAVING count(*) > 0
       UNION ALL SELECT 'matched', (SELECT count(*) FROM rc_trow) - (SELECT count(*) FROM rc_t)
       UNION ALL SELECT type, count(*) FROM rc_pair WHERE type = 'matched' GROUP BY type
       UNION ALL SELECT type, count(*) FROM rc_difference GROUP BY type) c GROUP BY type`,
  );
  const counts = noResults();
  for (const { type, n } of rows) if (RESULT_TYPES.includes(type)) counts[type] = n;
  return counts;
}
