import { randomInt } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { Worker } from 'node:worker_threads';
import {
  type ComparedColumns,
  type CsvHeader,
  CsvRefusal,
  type CsvRefusalCode,
  comparedColumns,
  comparedNumbers,
  dayOfKey,
  type JoinedBatches,
  joinBatches,
  type MatchedColumns,
  noResults,
  type ReconciliationSettings,
  type ResultType,
  type RowColumns,
  RowMatcher,
  readCsvHeader,
  type Side,
  SLICES,
  TooManyDifferencesError,
} from '@tillward/reconciliation';
import { FILE_PROBLEMS } from './file-problems.js';
import { ReconcileSide, type SideReading, type SideScan } from './reconcile-side.js';
import type { SideAnswer, SideRequest } from './reconcile-worker.js';

/** A file that can't be compared, with the place: `FILE:LINE: reason`. */
export class FileRefused extends Error {
  override name = 'FileRefused';
  constructor(
    readonly file: string,
    readonly side: Side,
    readonly code: CsvRefusalCode,
    readonly line: number,
    readonly reason: string,
  ) {
    super(line > 0 ? `${file}:${line}: ${reason}` : `${file}: ${reason}`);
  }
}

/** What is compared, and how. */
export interface ReconcileFilesOptions {
  readonly terminal: string;
  readonly acquirer: string;
  readonly settings: ReconciliationSettings;
  /** One thread for each file; without it one file is read after the other. Absent: threads from 8 MiB on. */
  readonly threads?: boolean;
  /** Rows of a file whose places are remembered; default 8 million. */
  readonly indexedRows?: number;
  /** Rows of unequal batches matched at once; default 400,000. */
  readonly rowsAtOnce?: number;
  /** Rows of a side that may differ before the comparison is given up; default 2 million. */
  readonly maxRows?: number;
}

/** What was found. */
export interface ReconciledFiles {
  readonly scans: Readonly<Record<Side, SideScan>>;
  readonly batches: JoinedBatches;
  /** The differences; matched rows are only counted. */
  readonly matched: MatchedColumns;
  /** Results by type, of all rows compared. */
  readonly counts: Readonly<Record<ResultType, number>>;
  /** Both files have the same bytes: true to the letter, but hardly an acquirer's statement. */
  readonly identical: boolean;
}

interface SideReader {
  scan(): Promise<SideScan>;
  drill(wanted: Uint16Array): Promise<RowColumns>;
  close(): Promise<void>;
}

const THREADS_FROM_BYTES = 8_388_608;
const INDEXED_ROWS = 8_000_000;
const ROWS_AT_ONCE = 400_000;
const MAX_ROWS = 2_000_000;
const HEADER_BYTES = 65_536;

/**
 * Compares two CSV files (docs/guide/reconciliation.md): reads both once for their batches' totals, then only the rows of unequal batches. Memory grows with batches and differences, not with rows
 * beyond `indexedRows`. Throws FileRefused, and what the operating system says of a file that can't be read as FileRefused with the code `path`.
 */
export async function reconcileFiles(options: ReconcileFilesOptions): Promise<ReconciledFiles> {
  const terminal = peek(options.terminal, 'terminal');
  const acquirer = peek(options.acquirer, 'acquirer');
  const refuse = (side: Side, error: unknown) => asFileRefused(options[side], side, error);
  if (terminal.stats.dev === acquirer.stats.dev && terminal.stats.ino === acquirer.stats.ino) {
    throw new FileRefused(
      options.acquirer,
      'acquirer',
      'sameFile',
      0,
      'this is the same file twice: nothing can be learnt from comparing it with itself',
    );
  }
  const columns = await attempt(
    async () => comparedColumns(terminal.header, acquirer.header),
    (error) => refuse('acquirer', error),
  );
  const threads = options.threads ?? terminal.stats.size + acquirer.stats.size >= THREADS_FROM_BYTES;
  const seed = { first: randomInt(2 ** 32), second: randomInt(2 ** 32) };
  const open = (compared: ComparedColumns): Record<Side, SideReader> => {
    const shared = { compared, identity: options.settings.identity, seed, indexedRows: options.indexedRows ?? INDEXED_ROWS };
    const side = (file: string, header: CsvHeader): SideReader => {
      const reading: SideReading = { file, header, ...shared };
      return threads ? threadSide(reading) : localSide(reading);
    };
    return { terminal: side(options.terminal, terminal.header), acquirer: side(options.acquirer, acquirer.header) };
  };
  const { compared, readers, scans } = await scanned(columns, open, refuse);
  try {
    const batches = joinBatches(scans.terminal.totals, scans.acquirer.totals, compared.fees, dayOfKey);
    const matcher = new RowMatcher(batches, {
      settings: options.settings,
      compared,
      keepMatched: false,
      maxRows: options.maxRows ?? MAX_ROWS,
    });
    let drilled = 0;
    for (const wanted of passes(batches, scans, options.rowsAtOnce ?? ROWS_AT_ONCE)) {
      const rows = await both(async (side) =>
        attempt(
          () => readers[side].drill(wanted[side]),
          (error) => refuse(side, error),
        ),
      );
      drilled += rows.terminal.count;
      matcher.matchBatches(renumbered(rows.terminal, batches.fromTerminal), renumbered(rows.acquirer, batches.fromAcquirer));
    }
    const matched = matcher.finish();
    const counts = { ...noResults(), ...matched.counts };
    // Whatever wasn't looked at row by row has the same totals on both sides.
    counts.matched += scans.terminal.rows - drilled;
    return { scans, batches, matched, counts, identical: sameBytes(options, terminal.stats, acquirer.stats) };
  } catch (error) {
    if (error instanceof TooManyDifferencesError)
      throw new FileRefused(options.acquirer, 'acquirer', 'tooManyDifferences', 0, error.message);
    throw error;
  } finally {
    await both((side) => readers[side].close());
  }
}

interface Scanned {
  readonly compared: ComparedColumns;
  readonly readers: Record<Side, SideReader>;
  readonly scans: Record<Side, SideScan>;
}

/** Both files read for their totals. A column that is there and empty on one side identifies nothing (R11): that only shows when all was read, and then all is read once more without it. */
async function scanned(
  columns: ComparedColumns,
  open: (compared: ComparedColumns) => Record<Side, SideReader>,
  refuse: (side: Side, error: unknown) => unknown,
): Promise<Scanned> {
  const readers = open(columns);
  let kept = false;
  try {
    const scans = await both(async (side) =>
      attempt(
        () => readers[side].scan(),
        (error) => refuse(side, error),
      ),
    );
    const compared = comparedNumbers(columns, scans.terminal.numbered, scans.acquirer.numbered);
    kept = compared === columns;
    if (kept) return { compared, readers, scans };
    if (!compared.trace && !compared.reference)
      throw refuse(
        'acquirer',
        new CsvRefusal('columnMissing', 1, 'no trace or reference is filled in both files: nothing says which rows belong together'),
      );
    return await scanned(compared, open, refuse);
  } finally {
    if (!kept) await both((side) => readers[side].close());
  }
}

async function both<T>(of: (side: Side) => Promise<T>): Promise<Record<Side, T>> {
  // Both end before either's failure is told: a thread that still reads must not outlive the comparison.
  const [terminal, acquirer] = await Promise.allSettled([of('terminal'), of('acquirer')]);
  if (terminal.status === 'rejected') throw terminal.reason;
  if (acquirer.status === 'rejected') throw acquirer.reason;
  return { terminal: terminal.value, acquirer: acquirer.value };
}

async function attempt<T>(work: () => Promise<T>, refusal: (error: unknown) => unknown): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw refusal(error);
  }
}

function asFileRefused(file: string, side: Side, error: unknown): unknown {
  if (error instanceof CsvRefusal) return new FileRefused(file, side, error.code, error.line, error.message);
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) return error;
  return new FileRefused(file, side, 'path', 0, FILE_PROBLEMS[code] ?? `it can't be read: ${code}`);
}

/** The header, and what the operating system knows of a file. */
function peek(file: string, side: Side): { header: CsvHeader; stats: Stats } {
  let fd: number | undefined;
  try {
    fd = openSync(file, 'r');
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new CsvRefusal('path', 0, 'this is not a regular file: it has to be read twice');
    const bytes = Buffer.alloc(Math.min(HEADER_BYTES, stats.size));
    const got = readSync(fd, bytes, 0, bytes.length, 0);
    return { header: readCsvHeader(bytes.subarray(0, got)), stats };
  } catch (error) {
    throw asFileRefused(file, side, error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function localSide(reading: SideReading): SideReader {
  const side = new ReconcileSide(reading);
  return { scan: async () => side.scan(), drill: async (wanted) => side.drill(wanted), close: async () => side.close() };
}

function threadSide(reading: SideReading): SideReader {
  const worker = new Worker(new URL('./reconcile-worker.js', import.meta.url), { workerData: reading });
  const ask = (request: SideRequest) =>
    new Promise<SideAnswer>((resolve, reject) => {
      worker.once('message', (answer: SideAnswer) => {
        worker.off('error', reject);
        resolve(answer);
      });
      worker.once('error', reject);
      worker.postMessage(request);
    });
  const answered = (answer: SideAnswer) => {
    if (answer.kind === 'refused') throw new CsvRefusal(answer.code, answer.line, answer.reason);
    return answer;
  };
  return {
    scan: async () => {
      const answer = answered(await ask({ kind: 'scan' }));
      if (answer.kind !== 'scanned') throw new Error(`a scan was answered with ${answer.kind}`);
      return answer.scan;
    },
    drill: async (wanted) => {
      const answer = answered(await ask({ kind: 'drill', wanted }));
      if (answer.kind !== 'drilled') throw new Error(`a drill was answered with ${answer.kind}`);
      return answer.rows;
    },
    close: async () => {
      await worker.terminate();
    },
  };
}

/** Unequal slices in portions of which neither side has about more than `rowsAtOnce` rows, those of one batch at least; for each side under its own numbers. */
function* passes(batches: JoinedBatches, scans: Record<Side, SideScan>, rowsAtOnce: number): Generator<Record<Side, Uint16Array>> {
  const empty = () => ({
    terminal: new Uint16Array(scans.terminal.totals.keys.count),
    acquirer: new Uint16Array(scans.acquirer.totals.keys.count),
  });
  let wanted = empty();
  let rows = { terminal: 0, acquirer: 0 };
  for (let batch = 0; batch < batches.keys.count; batch++) {
    const slices = batches.unequal[batch]!;
    if (slices === 0) continue;
    const at = { terminal: batches.atTerminal[batch]!, acquirer: batches.atAcquirer[batch]! };
    const share = bitsOf(slices) / SLICES;
    const count = {
      terminal: (scans.terminal.totals.count[at.terminal] ?? 0) * share,
      acquirer: (scans.acquirer.totals.count[at.acquirer] ?? 0) * share,
    };
    const before = rows.terminal + rows.acquirer;
    if (before > 0 && (rows.terminal + count.terminal > rowsAtOnce || rows.acquirer + count.acquirer > rowsAtOnce)) {
      yield wanted;
      wanted = empty();
      rows = { terminal: 0, acquirer: 0 };
    }
    for (const side of ['terminal', 'acquirer'] as const) {
      if (at[side] !== -1) wanted[side][at[side]] = slices;
      rows[side] += count[side];
    }
  }
  if (rows.terminal + rows.acquirer > 0) yield wanted;
}

function bitsOf(slices: number): number {
  let bits = 0;
  for (let rest = slices; rest !== 0; rest &= rest - 1) bits += 1;
  return bits;
}

function renumbered(rows: RowColumns, numbers: Int32Array): RowColumns {
  return { ...rows, batch: rows.batch.map((batch) => numbers[batch]!) };
}

function sameBytes(files: Record<Side, string>, left: Stats, right: Stats): boolean {
  if (left.size !== right.size) return false;
  const opened = [openSync(files.terminal, 'r'), openSync(files.acquirer, 'r')] as const;
  try {
    const blocks = [Buffer.alloc(HEADER_BYTES), Buffer.alloc(HEADER_BYTES)] as const;
    for (let at = 0; at < left.size; ) {
      const got = readSync(opened[0], blocks[0], 0, HEADER_BYTES, at);
      if (got === 0 || readSync(opened[1], blocks[1], 0, got, at) !== got) return false;
      if (blocks[0].compare(blocks[1], 0, got, 0, got) !== 0) return false;
      at += got;
    }
    return true;
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}
