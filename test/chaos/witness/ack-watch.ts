import { setTimeout as sleep } from 'node:timers/promises';
import type { Gateway } from '../chain/gateway.js';
import type { DatabaseWitness } from './database.js';

/** The database may be down on purpose for so long before the examiner gives up a question. */
const DATABASE_BACK_WITHIN_MS = 120_000;

/**
 * Watches for acknowledgements that came too early: asks every gateway how far it believes core to be, and then the database itself. What a gateway has been told
 * must be committed at that moment already, also when the database was killed a moment later.
 */
export class AckWatch {
  readonly #gateways: readonly Gateway[];
  readonly #database: DatabaseWitness;
  readonly #everyMs: number;
  readonly violations: string[] = [];
  #work: Promise<void> | undefined;
  #watching = true;
  #looks = 0;

  constructor(gateways: readonly Gateway[], database: DatabaseWitness, everyMs: number) {
    this.#gateways = gateways;
    this.#database = database;
    this.#everyMs = everyMs;
  }

  /** How many positions were compared. */
  get looks(): number {
    return this.#looks;
  }

  start(): void {
    this.#work = this.#watch();
  }

  async stop(): Promise<void> {
    this.#watching = false;
    await this.#work;
  }

  async #watch(): Promise<void> {
    while (this.#watching) {
      for (const gateway of this.#gateways) if (this.#watching) await this.#look(gateway);
      await sleep(this.#everyMs);
    }
  }

  async #look(gateway: Gateway): Promise<void> {
    const { id, gateway: name } = gateway.store;
    const told = (await gateway.readiness())?.ackedThrough ?? 0;
    if (told === 0) return;
    const [row] = await this.#database.rowsWhenUp<{ newest: string | null }>(
      'select max(seq) newest from journal_entry where store_id = $1 and gateway_id = $2',
      [id, name],
      DATABASE_BACK_WITHIN_MS,
    );
    const committed = Number(row?.newest ?? 0);
    this.#looks += 1;
    if (told > committed) this.violations.push(`${name} was told ${told} when core had committed ${committed}`);
  }
}
