import { parentPort, workerData } from 'node:worker_threads';
import { CsvRefusal, type CsvRefusalCode, type RowColumns } from '@tillward/reconciliation';
import { ReconcileSide, type SideReading, type SideScan } from './reconcile-side.js';

/** What a worker is asked for: the first reading, or the rows of wanted batches. */
export type SideRequest = { readonly kind: 'scan' } | { readonly kind: 'drill'; readonly wanted: Uint16Array };

/** What a worker answers: the result of the request, or why the file is refused. */
export type SideAnswer =
  | { readonly kind: 'scanned'; readonly scan: SideScan }
  | { readonly kind: 'drilled'; readonly rows: RowColumns }
  | { readonly kind: 'refused'; readonly code: CsvRefusalCode; readonly line: number; readonly reason: string };

// One file of a comparison, read on a thread of its own.
const side = new ReconcileSide(workerData as SideReading);

parentPort?.on('message', (request: SideRequest) => {
  const answer = answerTo(request);
  parentPort?.postMessage(answer, transferable(answer));
});

function answerTo(request: SideRequest): SideAnswer {
  try {
    if (request.kind === 'scan') return { kind: 'scanned', scan: side.scan() };
    return { kind: 'drilled', rows: side.drill(request.wanted) };
  } catch (error) {
    if (error instanceof CsvRefusal) return { kind: 'refused', code: error.code, line: error.line, reason: error.message };
    throw error;
  }
}

/** The arrays of an answer move to the other thread instead of being copied. */
function transferable(answer: SideAnswer): ArrayBuffer[] {
  const arrays =
    answer.kind === 'scanned'
      ? [...Object.values(answer.scan.totals), ...Object.values(answer.scan.totals.keys)]
      : answer.kind === 'drilled'
        ? Object.values(answer.rows).flatMap((column) =>
            typeof column === 'object' && 'ends' in column ? Object.values(column) : [column],
          )
        : [];
  return arrays.flatMap((array) => (ArrayBuffer.isView(array) ? [array.buffer as ArrayBuffer] : []));
}
