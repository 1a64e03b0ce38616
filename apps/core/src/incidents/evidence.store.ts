import type { WorkContext } from '../database/index.js';
import type { IncidentRow } from './incidents.store.js';
import type { StepCheckKind } from './playbook.rules.js';

/** Result of an automatic check: what the journal's projections show right now. */
export interface Evidence {
  passed: boolean;
  /** A short English line for the step's check. */
  detail: string;
}

/** N3: whether telemetry shows what a step is for. Reads only what ingest projected from the journal. */
export async function readEvidence(ctx: WorkContext, incident: IncidentRow, check: StepCheckKind): Promise<Evidence> {
  return check === 'batchSettled' ? await batchSettled(ctx, incident) : await closeProven(ctx, incident);
}

/** Every batch of the terminal up to the incident's business day that holds payments is settled. */
async function batchSettled(ctx: WorkContext, incident: IncidentRow): Promise<Evidence> {
  const unsettled: { batchNo: number; state: string; count: number }[] = await ctx.tx.query(
    `SELECT batch_no AS "batchNo", state, journal_count AS count FROM batch
      WHERE store_id = $1 AND terminal_id = $2 AND business_day <= $3 AND journal_count > 0 AND state NOT IN ('settled', 'recovered') AND accepted_at IS NULL ORDER BY batch_no`,
    [incident.storeId, incident.terminalId, incident.businessDay],
  );
  if (unsettled.length > 0) {
    return {
      passed: false,
      detail: unsettled.map((batch) => `batch ${batch.batchNo} is ${batch.state}, ${batch.count} payments`).join('; '),
    };
  }
  const newest: { batchNo: number }[] = await ctx.tx.query(
    `SELECT batch_no AS "batchNo" FROM batch WHERE store_id = $1 AND terminal_id = $2 AND settled_at IS NOT NULL ORDER BY batch_no DESC LIMIT 1`,
    [incident.storeId, incident.terminalId],
  );
  return { passed: true, detail: newest[0] === undefined ? 'no unsettled payments' : `batch ${newest[0].batchNo} is settled` };
}

/** The gateway proved a close of the terminal for the incident's business day or a later one, after what the incident was opened for. */
async function closeProven(ctx: WorkContext, incident: IncidentRow): Promise<Evidence> {
  const proofs: { businessDay: string; seq: number }[] = await ctx.tx.query(
    `SELECT business_day AS "businessDay", seq FROM close_proof
      WHERE store_id = $1 AND terminal_id = $2 AND business_day >= $3
        AND ($4::bigint IS NULL OR (epoch, seq) > ($5::integer, $4)) ORDER BY epoch DESC, seq DESC LIMIT 1`,
    [incident.storeId, incident.terminalId, incident.businessDay, incident.sourceSeq, incident.sourceEpoch],
  );
  const proof = proofs[0];
  if (proof === undefined) return { passed: false, detail: 'no close proof yet' };
  return { passed: true, detail: `close of ${proof.businessDay} proven by journal entry ${proof.seq}` };
}
