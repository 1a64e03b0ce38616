/** What a benchmark prints (PERFORMANCE.md, Benchmarks). Further keys are allowed and explained in docs/benchmarks.md. */
export interface BenchmarkResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The physical limit or ideal measured in the same run. */
  readonly limit?: { readonly name: string; readonly value: number };
  /** A comparable product or bare library measured in the same run. */
  readonly peer?: { readonly name: string; readonly value: number };
  /** value ÷ limit (or ÷ peer). */
  readonly ratio?: number;
  /** Processor seconds the product spent on a million of what is counted. */
  readonly cpuSPerMillion?: number;
  readonly [key: string]: unknown;
}

/** One benchmark. `say` takes progress lines; they go to stderr. */
export interface Benchmark {
  readonly name: string;
  readonly measures: string;
  readonly against: string;
  run(say: (line: string) => void): Promise<BenchmarkResult>;
}

/** The middle of an odd number of values, the lower middle of an even one. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new RangeError('no median of nothing');
  return middle;
}

/** The value below which `part` (0 to 1) of the values lie (nearest rank). */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(part * sorted.length) - 1))] ?? Number.NaN;
}

/** Rounds to three significant digits, so that nobody reads precision into noise. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
