import { instantInBusinessDay } from '@tillward/calendar';

/** How far down funds at risk are told apart. */
export type FundsLevel = 'terminal' | 'store' | 'region' | 'chain';

/** Unsettled batches of one terminal and business day in one currency; without any (`count` 0) where nothing is unsettled. */
export interface UnsettledRow {
  readonly storeId: string;
  readonly storeName: string;
  readonly region: string;
  readonly timeZone: string;
  readonly terminalId: string;
  readonly terminalName: string;
  readonly currency: string;
  /** Null where nothing is unsettled. */
  readonly businessDay: string | null;
  readonly amountMinor: number;
  readonly count: number;
  readonly batches: number;
}

/** The settings of a store that decide when its batches are late. */
export interface CutOffSettings {
  readonly 'settlement.acquirerCutOff': string;
  readonly 'businessDay.cutOff': string;
}

/** Unsettled funds of one terminal, store, region or the chain, in one currency. */
export interface FundsRow {
  /** `<level>/<place>/<currency>`, stable. */
  readonly id: string;
  readonly level: FundsLevel;
  readonly storeId: string | null;
  readonly terminalId: string | null;
  readonly region: string | null;
  /** What people call the place; empty for the chain. */
  readonly name: string;
  readonly currency: string;
  readonly amountMinor: number;
  readonly count: number;
  readonly batches: number;
  readonly oldestBusinessDay: string | null;
  /** The earliest of the acquirers' cut-offs that are still to come; null when there is none. */
  readonly cutOffAtMs: number | null;
  /** The part whose cut-off has passed: it is paid late whatever is done now. */
  readonly lateMinor: number;
  readonly lateCount: number;
}

type Sum = { -readonly [K in keyof FundsRow]: FundsRow[K] };

/**
 * S13: funds at risk against the acquirers' cut-offs. A batch is late from the cut-off of its own business day on; the clock that runs is that of the newest ones. The largest
 * amount comes first.
 */
export function fundsAtRisk(
  level: FundsLevel,
  rows: readonly UnsettledRow[],
  settingsOf: (storeId: string) => CutOffSettings,
  nowMs: number,
): FundsRow[] {
  const sums = new Map<string, Sum>();
  for (const row of rows) {
    const sum = sumOf(sums, level, row);
    if (row.businessDay === null || row.count === 0) continue;
    const settings = settingsOf(row.storeId);
    const cutOffAtMs = instantInBusinessDay(
      row.businessDay,
      row.timeZone,
      settings['settlement.acquirerCutOff'],
      settings['businessDay.cutOff'],
    );
    sum.amountMinor += row.amountMinor;
    sum.count += row.count;
    sum.batches += row.batches;
    if (sum.oldestBusinessDay === null || row.businessDay < sum.oldestBusinessDay) sum.oldestBusinessDay = row.businessDay;
    if (cutOffAtMs <= nowMs) {
      sum.lateMinor += row.amountMinor;
      sum.lateCount += row.count;
    } else if (sum.cutOffAtMs === null || cutOffAtMs < sum.cutOffAtMs) sum.cutOffAtMs = cutOffAtMs;
  }
  return [...sums.values()].sort((a, b) => b.amountMinor - a.amountMinor || (a.id < b.id ? -1 : 1));
}

/** Whole seconds until the acquirer's cut-off; null when none is to come. */
export function secondsLeft(row: Pick<FundsRow, 'cutOffAtMs'>, nowMs: number): number | null {
  return row.cutOffAtMs === null ? null : Math.max(0, Math.floor((row.cutOffAtMs - nowMs) / 1_000));
}

function sumOf(sums: Map<string, Sum>, level: FundsLevel, row: UnsettledRow): Sum {
  const place = placeOf(level, row);
  const id = [level, ...place.path, row.currency].join('/');
  let sum = sums.get(id);
  if (sum === undefined) {
    sum = {
      id,
      level,
      storeId: place.storeId,
      terminalId: place.terminalId,
      region: place.region,
      name: place.name,
      currency: row.currency,
      amountMinor: 0,
      count: 0,
      batches: 0,
      oldestBusinessDay: null,
      cutOffAtMs: null,
      lateMinor: 0,
      lateCount: 0,
    };
    sums.set(id, sum);
  }
  return sum;
}

function placeOf(level: FundsLevel, row: UnsettledRow) {
  const { storeId, terminalId, region, storeName, terminalName } = row;
  switch (level) {
    case 'terminal':
      return { path: [storeId, terminalId], storeId, terminalId, region, name: terminalName };
    case 'store':
      return { path: [storeId], storeId, terminalId: null, region, name: storeName };
    case 'region':
      return { path: [region], storeId: null, terminalId: null, region, name: region };
    case 'chain':
      return { path: [], storeId: null, terminalId: null, region: null, name: '' };
  }
}
