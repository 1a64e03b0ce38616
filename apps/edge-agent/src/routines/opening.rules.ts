import type { ServiceState } from '@tillward/contracts';
import type { Batch } from '../batches/index.js';

/** Whether an open batch must be settled before the first sale of `businessDay`. */
export function catchUpNeeded(
  batch: Pick<Batch, 'businessDay' | 'state'> | undefined,
  businessDay: string,
  service: ServiceState,
): boolean {
  if (service === 'settlementNeeded') return true;
  if (!batch) return false;
  return batch.state !== 'open' || batch.businessDay < businessDay;
}

/** Whether a terminal in this state may sell. A printer out of paper is somebody's job, not a reason to keep a till closed. */
export function readyToSell(service: ServiceState): boolean {
  switch (service) {
    case 'ready':
    case 'cardInserted':
    case 'printerNotReady':
    case 'busy':
      return true;
    case 'signOnNeeded':
    case 'settlementNeeded':
    case 'diagnosisNeeded':
    case 'clockWrong':
    case 'outOfOrder':
    case 'activationNeeded':
    case 'unknown':
      return false;
  }
}
