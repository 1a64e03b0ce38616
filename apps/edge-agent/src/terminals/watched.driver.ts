import {
  type DriverCapabilities,
  type DriverOperation,
  type ExchangeOutcome,
  type TerminalDriver,
  UndeclaredOperationError,
} from '@tillward/driver';

const ONLY_WATCHED = { kind: 'failed', code: 'terminalRefused', resultCode: null, detail: 'the terminal is only watched' } as const;

/** Stands for a terminal that nobody here can speak to: it declares no operation, so that every routine and command leaves it alone. */
export class WatchedTerminal implements TerminalDriver {
  readonly capabilities: DriverCapabilities;

  constructor(currency: string) {
    this.capabilities = {
      protocol: 'watched',
      operations: new Set(),
      currencies: new Set([currency]),
      countModulus: null,
      enquiry: 'reference',
      reprints: new Set(),
      partialReversal: false,
    };
  }

  async connect(): Promise<ExchangeOutcome> {
    return ONLY_WATCHED;
  }

  readonly register = () => this.#undeclared('register');
  readonly status = () => this.#undeclared('status');
  readonly signOn = () => this.#undeclared('signOn');
  readonly signOff = () => this.#undeclared('signOff');
  readonly pay = () => this.#undeclared('pay');
  readonly reverse = () => this.#undeclared('reverse');
  readonly refund = () => this.#undeclared('refund');
  readonly settle = () => this.#undeclared('settle');
  readonly totals = () => this.#undeclared('totals');
  readonly sendStored = () => this.#undeclared('sendStored');
  readonly reprint = () => this.#undeclared('reprint');
  readonly diagnose = () => this.#undeclared('diagnose');
  readonly restart = () => this.#undeclared('restart');
  readonly setTime = () => this.#undeclared('setTime');
  readonly display = () => this.#undeclared('display');
  readonly abort = () => this.#undeclared('abort');
  readonly enquireLostOutcome = () => this.#undeclared('enquireLostOutcome');

  async close(): Promise<void> {}

  #undeclared(operation: DriverOperation): never {
    throw new UndeclaredOperationError(this.capabilities.protocol, operation);
  }
}
