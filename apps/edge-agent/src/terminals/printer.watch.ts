import type { PeripheralState } from '@tillward/contracts';
import type { Clock } from '../clock.js';
import { errorFields, type Log } from '../log.js';
import { printerAfterLook, printerLookDelayMs } from './peripheral.rules.js';
import type { PrinterReader } from './terminal.devices.js';

interface WatchContext {
  clock: Clock;
  log: Log;
}

/**
 * Looks at the printer beside a terminal, on its own schedule and its own short connections: no sale waits for it and it waits for no sale. Tells only changes.
 */
export class PrinterWatch {
  readonly #context: WatchContext;
  readonly #terminal: string;
  readonly #printer: PrinterReader;
  readonly #changed: (state: PeripheralState) => void;
  #state: PeripheralState | null;
  #misses = 0;
  #cancel: () => void = () => {};
  #running = false;
  #stopped = false;

  /** `known`: its state as it was last told. */
  constructor(
    context: WatchContext,
    terminal: string,
    printer: PrinterReader,
    known: PeripheralState | null,
    changed: (state: PeripheralState) => void,
  ) {
    this.#context = context;
    this.#terminal = terminal;
    this.#printer = printer;
    this.#state = known;
    this.#changed = changed;
  }

  /** Looks now and from then on; no effect when it does already. */
  start(): void {
    if (this.#running || this.#stopped) return;
    this.#running = true;
    this.#cancel = this.#context.clock.after(0, () => this.#lookAndRepeat());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** One look. */
  async look(): Promise<void> {
    const read = await this.#printer.read();
    if (this.#stopped) return;
    this.#misses = read === null ? this.#misses + 1 : 0;
    const next = printerAfterLook(this.#state, read, this.#misses);
    if (next === null || next === this.#state) return;
    this.#changed(next);
    this.#state = next;
  }

  #lookAndRepeat(): void {
    this.look()
      .catch((error: unknown) =>
        this.#context.log.error({ terminal: this.#terminal, ...errorFields(error) }, 'looking at a printer failed'),
      )
      .finally(() => {
        if (!this.#stopped) this.#cancel = this.#context.clock.after(printerLookDelayMs(this.#state), () => this.#lookAndRepeat());
      });
  }
}
