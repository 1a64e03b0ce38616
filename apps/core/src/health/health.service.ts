import { reasonOf } from '../logging.js';
import type { MqttLink } from '../messaging/index.js';
import type { OutboxDispatcher } from '../outbox/index.js';

/** Whether core can do its work. `reasons` is empty when it can; keys are `database`, `broker`, `migrations`, `start`. */
export interface Readiness {
  readonly ready: boolean;
  readonly reasons: Readonly<Record<string, string>>;
  /** Outbox messages set aside, by topic: core is ready, but somebody has to look. Absent when the database can't be asked. */
  readonly poisoned?: Readonly<Record<string, number>>;
}

const DATABASE_MS = 2_000;

/** Asks database and broker. Migrations are done before this exists, so that a running core has them by construction. */
export class HealthService {
  constructor(
    private readonly link: Pick<MqttLink, 'trouble'>,
    private readonly outbox: Pick<OutboxDispatcher, 'poisoned'>,
  ) {}

  /** Answers within two seconds, whatever hangs. */
  async readiness(): Promise<Readiness> {
    const reasons: Record<string, string> = {};
    const database = await this.#database();
    if (typeof database === 'string') reasons['database'] = database;
    const broker = this.link.trouble();
    if (broker !== undefined) reasons['broker'] = broker;
    const ready = Object.keys(reasons).length === 0;
    return typeof database === 'string' ? { ready, reasons } : { ready, reasons, poisoned: database };
  }

  /** The messages set aside, or why the database can't be asked. */
  async #database(): Promise<Record<string, number> | string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve('no answer in time'), DATABASE_MS);
    });
    const asked = this.outbox.poisoned().catch(reasonOf);
    const answer = await Promise.race([asked, late]);
    clearTimeout(timer);
    return answer;
  }
}
