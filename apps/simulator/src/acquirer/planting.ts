import { addBusinessDays } from '@tillward/calendar';
import type { SeededRandom } from '../seeded-random.js';
import { type ClearedRow, type Clearing, feeOf } from './clearing.js';

/** What the acquirer can be made to get wrong, in the words of the result types of libs/reconciliation. */
export const ANOMALIES = [
  'amountOver',
  'amountUnder',
  'missingAtAcquirer',
  'missingAtTerminal',
  'duplicateAtAcquirer',
  'currency',
  'timing',
  'feeWrong',
  'unknownBatch',
] as const;
/** One of {@link ANOMALIES}. A duplicate at the terminal is none of them: only a terminal can book twice (its fault `repeatTraceNo`). */
export type Anomaly = (typeof ANOMALIES)[number];

/** What went wrong with which payment: where it stands at the terminal, or, where the terminal has none, at the acquirer. */
export interface Planted {
  readonly type: Anomaly | 'duplicateAtTerminal';
  readonly store: string;
  readonly terminal: string;
  readonly businessDay: string;
  readonly batch: number;
  readonly trace: number;
  /** What the terminal booked; null: nothing. Of `feeWrong` the agreed fee. */
  readonly terminalMinor: number | null;
  /** What the statement says; null: nothing. Of `feeWrong` the fee it charges. */
  readonly acquirerMinor: number | null;
}

/** Rows as the statement will have them, and all that is wrong with them. */
export interface Planting {
  readonly rows: readonly ClearedRow[];
  readonly planted: readonly Planted[];
}

const MOST_OFF_MINOR = 100;
/** Trace numbers and batches far from those the terminals are at. */
const STRANGE_TRACES = 500_000;
const MOST_TRACES = 999_999;
const STRANGE_BATCHES = 7_000;
const MOST_BATCHES = 9_999;

/**
 * Plants each wanted anomaly once, each in a sale of its own, and leaves one batch untouched where there are several, so that something stays that agrees. Which sales follows from `random`
 * alone. With fewer sales than anomalies the last ones are left out: `planted` tells what is there. Repeated payments of the clearing are listed as duplicates at the terminal.
 */
export function plant(
  { rows, repeated }: Pick<Clearing, 'rows' | 'repeated'>,
  wanted: readonly Anomaly[],
  feePpm: number,
  random: SeededRandom,
): Planting {
  const field = candidates(rows, repeated);
  const traces = new Map<string, Set<number>>();
  for (const row of [...rows, ...repeated]) {
    const of = traces.get(row.terminal) ?? new Set();
    traces.set(row.terminal, of.add(row.trace));
  }
  const planted: Planted[] = repeated.map((row) => note('duplicateAtTerminal', row, row.grossMinor, null));
  const changed = new Map<ClearedRow, readonly ClearedRow[]>();
  for (const type of wanted) {
    if (field.length === 0) break;
    const [row] = field.splice(random.integer(0, field.length - 1), 1) as [ClearedRow];
    const { stated, about } = spoil(type, row, { feePpm, random, traces: traces.get(row.terminal)! });
    changed.set(row, stated);
    planted.push(about);
  }
  return { rows: rows.flatMap((row) => changed.get(row) ?? [row]), planted };
}

/** Sales worth more than a minor unit and known by their number alone, of all batches but the smallest one among those in which nothing is wrong yet. */
function candidates(rows: readonly ClearedRow[], repeated: readonly ClearedRow[]): ClearedRow[] {
  const ambiguous = new Set(repeated.map((row) => `${batchOf(row)}/${row.trace}`));
  const touched = new Set(repeated.map(batchOf));
  const usable = rows.filter((row) => row.type === 'sale' && row.grossMinor > 1 && !ambiguous.has(`${batchOf(row)}/${row.trace}`));
  const batches = [...Map.groupBy(usable, batchOf)].sort(
    ([a, some], [b, others]) => Number(touched.has(b)) - Number(touched.has(a)) || others.length - some.length,
  );
  const sound = batches.at(-1);
  const spared = batches.length > 1 && sound !== undefined && !touched.has(sound[0]) ? sound[0] : undefined;
  return batches.filter(([batch]) => batch !== spared).flatMap(([, sales]) => sales);
}

interface Soil {
  readonly feePpm: number;
  readonly random: SeededRandom;
  /** Trace numbers of the row's terminal. */
  readonly traces: Set<number>;
}

/** What the statement says instead of the row. */
function spoil(type: Anomaly, row: ClearedRow, { feePpm, random, traces }: Soil): { stated: readonly ClearedRow[]; about: Planted } {
  const { grossMinor } = row;
  const withGross = (gross: number): ClearedRow => ({ ...row, grossMinor: gross, feeMinor: feeOf(gross, feePpm) });
  const instead = (stated: ClearedRow) => ({ stated: [stated], about: note(type, row, grossMinor, stated.grossMinor) });
  switch (type) {
    case 'amountOver':
      return instead(withGross(grossMinor + random.integer(1, MOST_OFF_MINOR)));
    case 'amountUnder':
      return instead(withGross(grossMinor - random.integer(1, Math.min(MOST_OFF_MINOR, grossMinor - 1))));
    case 'missingAtAcquirer':
      return { stated: [], about: note(type, row, grossMinor, null) };
    case 'missingAtTerminal': {
      const invented = { ...row, trace: unused(traces, row.trace) };
      return { stated: [row, invented], about: note(type, invented, null, grossMinor) };
    }
    case 'duplicateAtAcquirer':
      return { stated: [row, row], about: note(type, row, null, grossMinor) };
    case 'currency':
      return instead({ ...row, currency: row.currency === 'USD' ? 'EUR' : 'USD' });
    case 'timing':
      return instead({ ...row, businessDay: addBusinessDays(row.businessDay, 1) });
    case 'feeWrong': {
      const feeMinor = row.feeMinor - random.integer(1, MOST_OFF_MINOR);
      return { stated: [{ ...row, feeMinor }], about: note(type, row, row.feeMinor, feeMinor) };
    }
    case 'unknownBatch':
      return instead({ ...row, batch: random.integer(STRANGE_BATCHES, MOST_BATCHES) });
  }
}

function unused(traces: Set<number>, near: number): number {
  let trace = near;
  do trace = ((trace + STRANGE_TRACES) % MOST_TRACES) + 1;
  while (traces.has(trace));
  traces.add(trace);
  return trace;
}

function note(type: Planted['type'], row: ClearedRow, terminalMinor: number | null, acquirerMinor: number | null): Planted {
  const { store, terminal, businessDay, batch, trace } = row;
  return { type, store, terminal, businessDay, batch, trace, terminalMinor, acquirerMinor };
}

function batchOf({ terminal, batch }: ClearedRow): string {
  return `${terminal}/${batch}`;
}
