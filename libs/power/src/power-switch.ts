/** What a power switch says of its outlet. `unknown`: it did not answer, or not understandably; never taken for off. */
export type OutletState = 'on' | 'off' | 'unknown';

/** What a power switch may be able to do. */
export type PowerOperation = 'on' | 'off' | 'state' | 'cycle';

/** What a switch declares about itself, so that routines decide by data instead of by brand. */
export interface PowerCapabilities {
  /** How it is switched: the `kind` of its configuration. */
  readonly kind: string;
  /** Asking for another one fails with `notSupported` and does nothing. */
  readonly operations: ReadonlySet<PowerOperation>;
  /** The device itself gives the power back: a cycle ends well even when the gateway loses its own power or network meanwhile. */
  readonly cyclesOnDevice: boolean;
}

/**
 * Why switching failed, finer than the code.
 * `noAnswer`: nothing came back in time. `credentialsRefused`: the device does not accept who we say we are; nothing was switched.
 * `refused`: it answered that it will not. `notUnderstood`: what came back was no answer to the question. `notFollowed`: it took the command, and
 * the outlet reads otherwise. `terminalStillThere` and `terminalNotBack`: the outlet reads as wanted, but the terminal does not behave so: another
 * one may hang on it. `notVerified`: sent, and nothing can tell whether it worked. `notSupported`: this kind of switch can't.
 */
export type SwitchFailureReason =
  | 'noAnswer'
  | 'credentialsRefused'
  | 'refused'
  | 'notUnderstood'
  | 'notFollowed'
  | 'terminalStillThere'
  | 'terminalNotBack'
  | 'notVerified'
  | 'notSupported';

/** Switching did not work, or nobody knows. `code` is that of a routine's step; `detail` is for people and holds no password. */
export interface SwitchFailure {
  readonly kind: 'failed';
  readonly code: 'powerSwitchUnreachable' | 'stillOn' | 'stillOff';
  readonly reason: SwitchFailureReason;
  readonly detail: string;
}

/**
 * How switching ended. `done` is said only after the switch was read back in the wanted state and, where a probe was given, the terminal was gone
 * or back. `stillOn` and `stillOff`: power did not follow. `powerSwitchUnreachable`: nobody knows what happened; read `state` later.
 */
export type SwitchOutcome = { readonly kind: 'done' } | SwitchFailure;

/** One switched outlet feeding one terminal. Switching twice is the same as once. A fault of network or device is an outcome, never an exception. */
export interface PowerSwitch {
  readonly capabilities: PowerCapabilities;
  /** Gives power and verifies it. */
  on(): Promise<SwitchOutcome>;
  /** Takes power away and verifies it. Whether the terminal may lose power is the caller's to have proven. */
  off(): Promise<SwitchOutcome>;
  /** Reads the outlet. */
  state(): Promise<OutletState>;
  /**
   * Takes power away for `offSeconds` (1 to 3600) and gives it back, on the device where it can, verifying both. Whatever fails on the way, it
   * ends with an attempt to give power. Throws RangeError for another number of seconds.
   */
  cycle(offSeconds: number): Promise<SwitchOutcome>;
}

/** The proof that no switch can give: whether the terminal itself went or came back. Each waits as long as its maker thinks right. */
export interface TerminalProbe {
  /** True as soon as the terminal no longer answers; false when it still does at the end of the wait. */
  terminalGone(): Promise<boolean>;
  /** True as soon as the terminal answers; false when it does not by the end of the wait. */
  terminalBack(): Promise<boolean>;
}

/** How patient a switch is. Everything in milliseconds. */
export interface SwitchTiming {
  /** Limit on one request, default 2,000: the device is on the store's own network. */
  readonly timeoutMs?: number;
  /** How long an outlet may take to follow a command, default 10,000: relays are staggered, a PoE port negotiates first. */
  readonly settleMs?: number;
  /** Pause between two looks at the outlet, default 250. */
  readonly pollMs?: number;
}
