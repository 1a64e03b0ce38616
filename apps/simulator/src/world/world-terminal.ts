import type { LedgerLine } from '../ledger/index.js';
import { NexoTerminal, type NexoView } from '../nexo/index.js';
import type { SeededRandom } from '../seeded-random.js';
import { type TerminalView, ZvtTerminal } from '../terminal/index.js';
import type { StoreSettings, TerminalSettings } from './scenario.js';

/** A terminal of any protocol, as the world handles it. */
export interface WorldTerminal {
  readonly port: number;
  readonly ledger: readonly LedgerLine[];
  view(): TerminalView | NexoView;
  /** Puts a fault into it that its kind's schema has accepted. */
  inject(fault: unknown): void;
  powerOn(bootMs?: number): Promise<void>;
  powerOff(): Promise<void>;
  close(): Promise<void>;
}

/** What the world wants to hear of a terminal. */
export interface WorldTerminalObserver {
  saleStarted(number: number): void;
  closingStarted(): void;
  streamBroken(code: string, offset: number): void;
  failed(error: unknown): void;
}

interface Surroundings {
  readonly host: string;
  readonly dataDir: string;
  readonly random: SeededRandom;
  readonly observer: WorldTerminalObserver;
  /** For a terminal whose number the scenario leaves out. */
  readonly madeTerminalId: string;
}

/** Makes the terminal the settings describe; it has no power yet. */
export function worldTerminal(store: StoreSettings, settings: TerminalSettings, surroundings: Surroundings): WorldTerminal {
  const { madeTerminalId, ...rest } = surroundings;
  const place = { store: store.id, terminal: settings.id, storeName: store.name, currency: store.currency };
  if (settings.driver === 'zvt') {
    const terminalId = settings.terminalId ?? madeTerminalId;
    return new ZvtTerminal({ ...settings, ...place, ...rest, terminalId, timeZone: store.timeZone }) as WorldTerminal;
  }
  const { keyIdentifier: identifier, keyVersion: version, passphrase, ...nexo } = settings;
  const key = { identifier, version, passphrase };
  return new NexoTerminal({ ...nexo, ...place, ...rest, key, merchantId: `merchant-${store.id}`, environment: 'test' }) as WorldTerminal;
}
