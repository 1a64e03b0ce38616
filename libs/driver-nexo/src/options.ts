import { NEXO_CURRENCIES } from './amount.js';
import { trustProblem } from './certificate.rules.js';
import { passphraseProblem } from './crypto.js';

/**
 * How one knows that the machine that answers is the terminal it should be. One of the two is always needed: without it nothing is sent.
 * `ca`: the terminal's certificate chains to one of these roots (PEM, one or several) and its common name is one the vendor gives to this
 * terminal (`<POIID>.<environment>.terminal.adyen.com`, or the shared `legacy-terminal-certificate` of that environment). Without an environment
 * either one's name is taken: the root decides, and the vendor has one for each.
 * `fingerprint`: the SHA-256 of exactly this terminal's certificate, 64 hexadecimal digits, colons allowed; chain and name are then not looked at.
 */
export type TerminalTrust =
  | { readonly kind: 'ca'; readonly pem: string; readonly environment?: NexoEnvironment }
  | { readonly kind: 'fingerprint'; readonly sha256: string };

/** The vendor's two worlds; their terminals have certificates of different roots and names. */
export type NexoEnvironment = 'live' | 'test';

/** The key that the merchant shared with the terminal in the vendor's back office. `version` counts up when it is rolled. */
export interface NexoKey {
  readonly identifier: string;
  readonly version: number;
  readonly passphrase: string;
}

/** Time limits in milliseconds. */
export interface NexoTimes {
  /** TCP and TLS until the certificate was checked. */
  readonly connectMs: number;
  /** Answer to anything that waits for nobody: Login, Logout, Diagnosis, GetTotals, TransactionStatus, Print, Display, Abort. */
  readonly serviceMs: number;
  /** Answer to Payment and Reversal; the vendor's terminal ends a sale by itself after 120 s. */
  readonly paymentMs: number;
  /** Answer to Reconciliation. */
  readonly reconciliationMs: number;
  /** Age of a lost order from which `NotFound` is believed: before, its message may still be on its way to a slow terminal. */
  readonly notFoundMs: number;
}

/** The vendor's documented 120 s for a transaction, with time to say so on top. */
export const NEXO_TIMES: NexoTimes = {
  connectMs: 5_000,
  serviceMs: 15_000,
  paymentMs: 150_000,
  reconciliationMs: 120_000,
  notFoundMs: 5_000,
};

/** Port of the local Terminal API; terminals don't offer another. */
export const NEXO_PORT = 8443;

/** How to reach one nexo terminal and how to speak to it. */
export interface NexoDriverOptions {
  /** Name or address of the terminal in the store's network. */
  readonly host: string;
  /** 8443 unless something forwards it. */
  readonly port?: number;
  /** Our name for the sale system this terminal serves, unique per gateway and terminal: SaleID. */
  readonly saleId: string;
  /** The terminal's name, model and serial number as printed on it: POIID, for instance `V400m-347069420`. */
  readonly poiId: string;
  /** ISO 4217 alphabetic; of its totals and of the batch. */
  readonly currency: string;
  readonly key: NexoKey;
  readonly trust: TerminalTrust;
  /** Time limits other than the usual, for tests. */
  readonly times?: Partial<NexoTimes>;
  /** Milliseconds since 1970; the machine's clock unless given. For time stamps and for the 48 h in which a ServiceID is not used again. */
  readonly now?: () => number;
  /** That many unpredictable bytes; node:crypto unless given. For nonces and for the ServiceIDs that the caller does not give. */
  readonly random?: (bytes: number) => Uint8Array;
}

/** Why a terminal can't be worked with as described; null when it can. Needs no terminal: a wrong setting is found before the first sale. */
export function nexoSettingsProblem({ key, trust, poiId, saleId, currency }: NexoDriverOptions): string | null {
  if (!NEXO_CURRENCIES.has(currency)) return `nexo can not name the currency ${currency}`;
  if (saleId === '' || poiId === '') return 'SaleID and POIID are needed';
  if (key.identifier === '' || !Number.isSafeInteger(key.version) || key.version < 0)
    return 'the shared key needs an identifier and a version';
  return passphraseProblem(key.passphrase) ?? trustProblem(trust);
}
