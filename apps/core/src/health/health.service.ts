import type { DataSource } from 'typeorm';
import { reasonOf } from '../logging.js';
import type { MqttLink } from '../messaging/index.js';

/** Whether core can do its work. `reasons` is empty when it can; keys are `database`, `broker`, `migrations`, `start`. */
export interface Readiness {
  readonly ready: boolean;
  readonly reasons: Readonly<Record<string, string>>;
}

const DATABASE_MS = 2_000;

/** Asks database and broker. Migrations are done before this exists, so that a running core has them by construction. */
export class HealthService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly link: MqttLink,
  ) {}

  /** Answers within two seconds, whatever hangs. */
  async readiness(): Promise<Readiness> {
    const reasons: Record<string, string> = {};
    const database = await this.#database();
    if (database !== undefined) reasons['database'] = database;
    const broker = this.link.trouble();
    if (broker !== undefined) reasons['broker'] = broker;
    return { ready: Object.keys(reasons).length === 0, reasons };
  }

  async #database(): Promise<string | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve('no answer in time'), DATABASE_MS);
    });
    const asked = this.dataSource.query('SELECT 1').then(() => undefined, reasonOf);
    const answer = await Promise.race([asked, late]);
    clearTimeout(timer);
    return answer;
  }
}
