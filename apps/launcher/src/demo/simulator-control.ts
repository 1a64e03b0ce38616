import type { AcquirerFiles, nexoFault, statementOrder, terminalFault } from '@tillward/simulator';
import type { z } from 'zod';

/** A fault of a ZVT or nexo terminal as one writes it, defaults left out. */
export type TerminalFaultInput = z.input<typeof terminalFault> | z.input<typeof nexoFault>;

/** What the simulated acquirer is asked to write, defaults left out. */
export type StatementOrderInput = z.input<typeof statementOrder>;

/** Client of the simulators' control interface (apps/simulator, control). */
export class SimulatorControl {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** No till starts another sale; those under way are finished. */
  async pauseTills(): Promise<void> {
    await this.#post('/v1/tills/pause', {});
  }

  async resumeTills(): Promise<void> {
    await this.#post('/v1/tills/resume', {});
  }

  /** Switches a fault on (or `hostUp`, `clear`: off) at one terminal. Names are those of the control interface. */
  async fault(store: string, terminal: string, fault: string): Promise<void> {
    await this.#post(`/v1/terminals/${store}/${terminal}/faults`, { fault });
  }

  /** Puts a fault into a terminal (apps/simulator, terminal faults). */
  async inject(store: string, terminal: string, fault: TerminalFaultInput): Promise<void> {
    await this.#post(`/v1/terminals/${store}/${terminal}/faults`, fault);
  }

  /** Statements and bank files of what a store's terminals booked and settled (apps/simulator, acquirer). */
  async statement(order: StatementOrderInput): Promise<AcquirerFiles> {
    return (await this.#post('/v1/statement', order)) as AcquirerFiles;
  }

  async #post(path: string, body: object): Promise<unknown> {
    const response = await fetch(new URL(path, this.#url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`the simulators refused ${path}: ${response.status} ${await response.text()}`);
    return await response.json();
  }
}
