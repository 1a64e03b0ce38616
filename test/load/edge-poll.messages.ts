/** Environment of the two helper programs of the edge-poll benchmark: how many terminals, or where they are. */
export interface TerminalsReady {
  readonly ports: readonly number[];
}

/** What the bare client tells when asked. */
export interface BareReport {
  readonly polls: number;
  readonly answered: number;
}
