import type { RecordedFrame } from '@tillward/contracts';
import type { WorkContext } from '../database/index.js';
import type { DescribedDevice, JournaledPeripheral } from './device.rules.js';

/** Names a terminal across stores. */
export function terminalKey(storeId: string, terminalId: string): string {
  return `${storeId}/${terminalId}`;
}

interface Place {
  readonly storeId: string;
  readonly terminalId: string;
}

/** The newest captured dialogue of a terminal. */
export interface DialogueView {
  readonly capturedAt: Date;
  readonly cause: string;
  readonly frames: readonly RecordedFrame[];
}

/** What is seen in a watched terminal's traffic. */
export interface TrafficView {
  readonly event: string;
  readonly at: Date;
  readonly signedOn: boolean | null;
  readonly sessionAt: Date | null;
  readonly settlement: string | null;
  readonly settlementAt: Date | null;
  readonly acquirerBatchNo: string | null;
  readonly merchantNumber: string | null;
  readonly saleWithoutSignOnAt: Date | null;
}

/** Reads what the journal tells of terminals as devices, keyed by {@link terminalKey}. All of it is written by the journal's projection. */
export class DevicesService {
  async described(ctx: WorkContext, storeIds: readonly string[]): Promise<Map<string, DescribedDevice>> {
    const rows: (Place & DescribedDevice)[] = await ctx.tx.query(
      `SELECT store_id AS "storeId", terminal_id AS "terminalId", model, software, serial FROM terminal_device WHERE store_id = ANY($1)`,
      [storeIds],
    );
    return new Map(rows.map((row) => [terminalKey(row.storeId, row.terminalId), row]));
  }

  async peripherals(ctx: WorkContext, storeIds: readonly string[]): Promise<Map<string, JournaledPeripheral[]>> {
    const rows: (Place & JournaledPeripheral)[] = await ctx.tx.query(
      `SELECT store_id AS "storeId", terminal_id AS "terminalId", peripheral, state, told_by AS "toldBy", since, epoch, seq
         FROM terminal_peripheral WHERE store_id = ANY($1)`,
      [storeIds],
    );
    return Map.groupBy(rows, (row) => terminalKey(row.storeId, row.terminalId));
  }

  async traffic(ctx: WorkContext, storeIds: readonly string[]): Promise<Map<string, TrafficView>> {
    const rows: (Place & TrafficView)[] = await ctx.tx.query(
      `SELECT store_id AS "storeId", terminal_id AS "terminalId", event, at, signed_on AS "signedOn", session_at AS "sessionAt", settlement,
              settlement_at AS "settlementAt", acquirer_batch_no::text AS "acquirerBatchNo", merchant_number AS "merchantNumber",
              sale_without_sign_on_at AS "saleWithoutSignOnAt"
         FROM terminal_traffic WHERE store_id = ANY($1)`,
      [storeIds],
    );
    return new Map(rows.map((row) => [terminalKey(row.storeId, row.terminalId), row]));
  }

  async dialogues(ctx: WorkContext, storeIds: readonly string[]): Promise<Map<string, DialogueView>> {
    const rows: (Place & { capturedAt: Date; cause: string; frames: string })[] = await ctx.tx.query(
      `SELECT store_id AS "storeId", terminal_id AS "terminalId", captured_at AS "capturedAt", cause, frames
         FROM terminal_dialogue WHERE store_id = ANY($1)`,
      [storeIds],
    );
    return new Map(
      rows.map((row) => [terminalKey(row.storeId, row.terminalId), { ...row, frames: JSON.parse(row.frames) as RecordedFrame[] }]),
    );
  }
}
