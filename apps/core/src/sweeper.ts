import type { DataSource } from 'typeorm';
import { type Log, reasonOf } from './logging.js';

/** First half of the advisory lock keys of sweeps; the second half is the sweep's own number. */
const SWEEP_LOCKS = 7_455;

/** Repeated work of which at most one runs at a time, whatever the number of cores. */
export interface Sweep {
  readonly name: string;
  /** Its lock number: unique among sweeps. */
  readonly lock: number;
  readonly everyMs: number;
  run(): Promise<void>;
}

/** Runs a sweep again and again until stopped. A failed round is logged and tried again at the next. */
export class Sweeper {
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly sweep: Sweep,
    private readonly log: Log,
  ) {}

  start(): void {
    this.#timer = setTimeout(() => {
      this.#round = this.once().finally(() => {
        if (!this.#stopped) this.start();
      });
    }, this.sweep.everyMs).unref();
  }

  /** Stops after the round that is running. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  /** One round, unless another core is in the middle of one. The lock is the connection's, so a core that dies gives it back. */
  async once(): Promise<void> {
    const { name, lock, run } = this.sweep;
    try {
      const connection = this.dataSource.createQueryRunner();
      try {
        const [row] = (await connection.query('SELECT pg_try_advisory_lock($1, $2) AS mine', [SWEEP_LOCKS, lock])) as [{ mine: boolean }];
        if (!row.mine) return;
        try {
          await run.call(this.sweep);
        } finally {
          await connection.query('SELECT pg_advisory_unlock($1, $2)', [SWEEP_LOCKS, lock]);
        }
      } finally {
        await connection.release();
      }
    } catch (error) {
      this.log.warn({ sweep: name, reason: reasonOf(error) }, 'sweep failed, trying again at the next round');
    }
  }
}
