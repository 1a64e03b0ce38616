import { DataSource } from 'typeorm';
import { AuditLog } from '../audit/index.js';
import { appDataSource, systemActor, UnitOfWork } from '../database/index.js';
import type { Log } from '../logging.js';
import { systemClock } from '../platform.js';
import { BatchLifeService } from '../settlement/index.js';
import { Differences } from './differences.service.js';
import { Matching, type MatchingOutcome } from './matching.service.js';
import type { MatchingScope } from './matching.sql.js';
import { requestRun } from './reconciliation.store.js';

/** One matching over a database of core, in one transaction, as a core's runner makes it: for measuring and for repair without a core. `seconds` includes the commit. */
export async function matchOnce(
  databaseUrl: string,
  log: Log,
  scope: MatchingScope,
): Promise<MatchingOutcome & { readonly seconds: number }> {
  const source = await new DataSource(appDataSource(databaseUrl, log)).initialize();
  try {
    const work = new UnitOfWork(source, systemClock);
    const matching = new Matching(new Differences(new AuditLog()), new BatchLifeService());
    const started = performance.now();
    const outcome = await work.run(systemActor('reconciliation'), async (ctx) =>
      matching.run(ctx, await requestRun(ctx, scope.acquirerId, scope.fromDay, scope.toDay, 'standalone'), scope),
    );
    return { ...outcome, seconds: (performance.now() - started) / 1000 };
  } finally {
    await source.destroy();
  }
}
