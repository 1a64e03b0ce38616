/** What a power switch says of its outlet. `unknown`: it did not answer, or not understandably; never taken for off. */
export type OutletState = 'on' | 'off' | 'unknown';

/**
 * How switching ended. `done` is said only after the switch was read back in the wanted state. `stillOn` and `stillOff`: it answered, but the
 * outlet did not follow. `powerSwitchUnreachable`: nobody knows what happened; read `state` later. The codes are those of a routine's step.
 */
export type SwitchOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly code: 'powerSwitchUnreachable' | 'stillOn' | 'stillOff'; readonly detail: string };

/** One switched outlet feeding one terminal. Switching twice is the same as once. A fault of network or device is an outcome, never an exception. */
export interface PowerSwitch {
  /** Gives power and verifies it. */
  on(): Promise<SwitchOutcome>;
  /** Takes power away and verifies it. Whether the terminal may lose power is the caller's to have proven. */
  off(): Promise<SwitchOutcome>;
  /** Reads the outlet. */
  state(): Promise<OutletState>;
}
