import type { DialogueFrame } from './dialogue.js';
import type { LostOutcome } from './enquiry.rules.js';
import type { DisplayOrder, PaymentOrder, RefundOrder, ReprintOrder, ReversalOrder } from './orders.js';
import type {
  DiagnosisOutcome,
  EnquiryOutcome,
  ExchangeOutcome,
  PaymentOutcome,
  ReprintOutcome,
  RestartOutcome,
  SendStoredOutcome,
  SettlementOutcome,
  StatusOutcome,
  TotalsOutcome,
} from './outcomes.js';

/** Every operation there is. A driver declares those its protocol has; asking for another throws {@link UndeclaredOperationError}. */
export const DRIVER_OPERATIONS = [
  'register',
  'status',
  'signOn',
  'signOff',
  'pay',
  'reverse',
  'refund',
  'settle',
  'totals',
  'sendStored',
  'reprint',
  'diagnose',
  'restart',
  'setTime',
  'display',
  'abort',
  'enquireLostOutcome',
] as const;
export type DriverOperation = (typeof DRIVER_OPERATIONS)[number];

/** What a driver declares about its protocol, so that routines decide by data instead of by brand. */
export interface DriverCapabilities {
  readonly protocol: string;
  readonly operations: ReadonlySet<DriverOperation>;
  /** Currencies it can name to a terminal, ISO 4217 alphabetic. */
  readonly currencies: ReadonlySet<string>;
  /** Counters of totals wrap at this number (ZVT BMP 60: 256); null when they don't. Compare with `totalsAgree`. */
  readonly countModulus: number | null;
  /** How a lost outcome is found: by the terminal's last transaction and its trace number, or by the reference of the very order. */
  readonly enquiry: 'lastTransaction' | 'reference';
  /** Which receipts it can print again: the last one, one by its receipt number, or lines that we kept and hand it. */
  readonly reprints: ReadonlySet<ReprintOrder['which']>;
  /** Whether a part of a booked sale can be reversed. */
  readonly partialReversal: boolean;
}

/** A caller asked for what the driver did not declare: a bug of the caller. */
export class UndeclaredOperationError extends Error {
  constructor(protocol: string, operation: DriverOperation) {
    super(`${protocol} has no operation ${operation}`);
    this.name = 'UndeclaredOperationError';
  }
}

/** Where a byte stream stopped making sense: why, and how many bytes into the connection. Never what the bytes were. */
export interface StreamBreak {
  readonly code: string;
  readonly offset: number;
}

/**
 * One terminal, spoken to over its protocol. One command runs at a time: a second call meanwhile gets `terminalBusy` (or `busy`) at once
 * and sends nothing; only `abort` may be called while another runs. Nothing here retries money commands. Network and terminal faults are
 * outcomes, never exceptions; an exception is a bug, among them {@link UndeclaredOperationError}.
 */
export interface TerminalDriver {
  readonly capabilities: DriverCapabilities;
  /** Opens the link. Done when it is open already. Every other operation opens it, and registers, by itself when needed. */
  connect(): Promise<ExchangeOutcome>;
  /** Introduces us to the terminal (ZVT 06 00), opening the link first if needed. Moves no money. */
  register(): Promise<ExchangeOutcome>;
  /** Asks what state the terminal, and what it knows of its peripherals, is in. */
  status(): Promise<StatusOutcome>;
  /** Opens the terminal's session with the acquirer's host. */
  signOn(): Promise<ExchangeOutcome>;
  /** Ends the session; the link is closed afterwards. */
  signOff(): Promise<ExchangeOutcome>;
  /** Sells. The caller has committed its intent before. */
  pay(order: PaymentOrder): Promise<PaymentOutcome>;
  /** Takes a booked sale of the open batch back, whole or in part. The caller has committed its intent before. */
  reverse(order: ReversalOrder): Promise<PaymentOutcome>;
  /** Gives money back without reference to the open batch. The caller has committed its intent, and a second person's approval, before. */
  refund(order: RefundOrder): Promise<PaymentOutcome>;
  /** Closes the batch with the host. The caller has committed its intent before. */
  settle(): Promise<SettlementOutcome>;
  /** Reads the open batch's totals. Changes nothing. */
  totals(): Promise<TotalsOutcome>;
  /** Sends transactions the terminal authorised offline and stored to the host (ZVT 06 51). Repeating it is safe: each is sent once. */
  sendStored(): Promise<SendStoredOutcome>;
  /** Prints a receipt again. Moves no money. */
  reprint(order: ReprintOrder): Promise<ReprintOutcome>;
  /** Tests the way to the acquirer's host, or the terminal itself. Moves no money. */
  diagnose(depth: 'host' | 'self'): Promise<DiagnosisOutcome>;
  /** Restarts the terminal. `pending`: it went away, as restarting ones do; poll `status` to see it come back. */
  restart(): Promise<RestartOutcome>;
  /** Sets the terminal's clock to a local date and time, `YYYY-MM-DDTHH:MM:SS`. */
  setTime(localDateTime: string): Promise<ExchangeOutcome>;
  /** Shows text to the customer. */
  display(order: DisplayOrder): Promise<ExchangeOutcome>;
  /**
   * Asks the terminal to give up what it is doing. `done` says that it took the request; how the running command ended is told by that
   * command's own outcome, which may still be `booked`.
   */
  abort(): Promise<ExchangeOutcome>;
  /** Asks for the outcome of an order whose answer was lost. Changes nothing; judge the answer with `judgeEnquiry`. */
  enquireLostOutcome(lost?: LostOutcome): Promise<EnquiryOutcome>;
  /** Tells `listener` of every connection given up because its bytes made no sense. A driver without a byte stream has none to tell of. */
  onStreamBroken?(listener: (broken: StreamBreak) => void): void;
  /** Tells `listener` of every frame either way, decoded and masked. One listener: the last one set. It must not throw. */
  onDialogue?(listener: (frame: DialogueFrame) => void): void;
  /** Drops the link at once. A money command that is running ends in doubt. The driver can be used again afterwards. */
  close(): Promise<void>;
}
