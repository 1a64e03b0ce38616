import { type FaultKind, lasting } from './fault.js';

const NOT_THERE = 'gateways have no certificates of their own in this version';

function certificate(kind: string): FaultKind {
  return {
    kind,
    victim: 'gateway',
    durationMs: lasting(5_000, 10_000),
    missing: () => NOT_THERE,
    strike: async () => {
      throw new Error(NOT_THERE);
    },
  };
}

/** A gateway's certificate ends in the middle of an upload, by its date or by headquarters' word. */
export const CERTIFICATE_FAULTS: readonly FaultKind[] = [certificate('certificateExpiry'), certificate('certificateRevocation')];
