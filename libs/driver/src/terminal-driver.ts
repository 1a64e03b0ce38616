import type { EnquiryOutcome, ExchangeOutcome, PaymentOutcome, SettlementOutcome, StatusOutcome, TotalsOutcome } from './outcomes.js';

/** Operations a driver may declare. Asking for one that isn't declared is a bug of the caller. */
export type DriverOperation = 'register' | 'status' | 'signOn' | 'signOff' | 'pay' | 'settle' | 'totals' | 'enquireLostOutcome';

/** What a driver declares about its protocol, so that routines decide by data instead of by brand. */
export interface DriverCapabilities {
  readonly protocol: string;
  readonly operations: ReadonlySet<DriverOperation>;
  /** Currencies it can name to a terminal, ISO 4217 alphabetic. */
  readonly currencies: ReadonlySet<string>;
  /** Counters of totals wrap at this number (ZVT BMP 60: 256); null when they don't. Compare with `totalsAgree`. */
  readonly countModulus: number | null;
  /** Whether an answer to `enquireLostOutcome` carries the amount and trace number that `judgeEnquiry` needs. */
  readonly enquiryNamesTransaction: boolean;
}

/** The part of an AbortSignal a driver looks at. Honoured only before the first byte of a money command: after it, asking to stop can't be believed. */
export interface CancelSignal {
  readonly aborted: boolean;
}

/** What happens while a sale runs, for the till's display and for measurements. Must not throw. */
export interface PaymentObserver {
  /** The command's bytes were handed to the operating system: from now on the outcome can be in doubt. */
  sent?(): void;
  /** An intermediate status of the terminal (ZVT 04 FF code), for instance "insert card". */
  progress?(statusCode: number): void;
}

/** Where a byte stream stopped making sense: why, and how many bytes into the connection. Never what the bytes were. */
export interface StreamBreak {
  readonly code: string;
  readonly offset: number;
}

/** A sale. `amountMinor` > 0 in minor units of `currency`. */
export interface PaymentOrder {
  readonly amountMinor: number;
  readonly currency: string;
  readonly signal?: CancelSignal;
  readonly observer?: PaymentObserver;
}

/**
 * One terminal, spoken to over its protocol. One command runs at a time: a second call meanwhile gets `terminalBusy` (or `busy`) at once
 * and sends nothing. Nothing here retries money commands. Network and terminal faults are outcomes, never exceptions; an exception is a bug.
 */
export interface TerminalDriver {
  readonly capabilities: DriverCapabilities;
  /** Opens the link. Done when it is open already. Every other operation opens it, and registers, by itself when needed. */
  connect(): Promise<ExchangeOutcome>;
  /** Introduces us to the terminal (ZVT 06 00), opening the link first if needed. Moves no money. */
  register(): Promise<ExchangeOutcome>;
  /** Asks what state the terminal is in. */
  status(): Promise<StatusOutcome>;
  /** Opens the terminal's session with the acquirer's host. */
  signOn(): Promise<ExchangeOutcome>;
  /** Ends the session; the link is closed afterwards. */
  signOff(): Promise<ExchangeOutcome>;
  /** Sells. The caller has committed its intent before. */
  pay(order: PaymentOrder): Promise<PaymentOutcome>;
  /** Closes the batch with the host. The caller has committed its intent before. */
  settle(): Promise<SettlementOutcome>;
  /** Reads the open batch's totals. Changes nothing. */
  totals(): Promise<TotalsOutcome>;
  /** Asks for the last transaction after a lost outcome. Changes nothing; judge the answer with `judgeEnquiry`. */
  enquireLostOutcome(): Promise<EnquiryOutcome>;
  /** Tells `listener` of every connection given up because its bytes made no sense. A driver without a byte stream has none to tell of. */
  onStreamBroken?(listener: (broken: StreamBreak) => void): void;
  /** Drops the link at once. A money command that is running ends in doubt. The driver can be used again afterwards. */
  close(): Promise<void>;
}
