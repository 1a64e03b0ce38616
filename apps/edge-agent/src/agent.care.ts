import type { CommandService } from './commands/index.js';
import { type Journal, JournalUpkeep, type Retire } from './journal/index.js';
import type { Log } from './log.js';
import { type PolicyService, RESTRICTED_OPERATIONS, RestrictedMode } from './policy/index.js';
import type { Terminals } from './terminals/index.js';
import { type AgentTime, TimeKeeper } from './time/index.js';
import type { Uploader } from './upload/index.js';

/** Parts that are looked at, and looked up when they are needed: some exist only later. */
export interface CareParts {
  clock: AgentTime;
  journal: Journal;
  policy: () => PolicyService;
  terminals: () => Terminals;
}

/** Something is not as it should be with the gateway itself: a stable code, and what it means for the store. */
export interface Notice {
  code: 'restrictedMode' | 'journalSpaceLow' | 'journalRefused' | 'timeUnconfirmed';
  detail: string;
}

/** What keeps a gateway well that nobody visits: its time, its disk, and what it may do without core. */
export class AgentCare {
  readonly keeper: TimeKeeper;
  readonly restricted: RestrictedMode;
  readonly #parts: CareParts;
  readonly #log: Log;
  #uploader: Uploader | undefined;
  #upkeep: JournalUpkeep | undefined;

  constructor(log: Log, parts: CareParts) {
    const { clock, journal, policy, terminals } = parts;
    this.#parts = parts;
    this.#log = log;
    const setting = (key: 'offline.restrictedAfterDays' | 'clock.thresholdSeconds', otherwise: number) =>
      policy().current?.settings[key] ?? otherwise;
    this.keeper = new TimeKeeper(log, {
      time: clock,
      journal,
      thresholdMs: () => setting('clock.thresholdSeconds', 30) * 1_000,
      timeZone: () => policy().current?.timeZone ?? null,
      terminals: () =>
        terminals()
          .all()
          .map((actor) => ({ id: actor.id, local: actor.device?.clock })),
    });
    this.restricted = new RestrictedMode(log, journal, () => setting('offline.restrictedAfterDays', 7));
    this.keeper.onOffline((offlineMs) => this.restricted.offlineFor(offlineMs));
  }

  /** Begins to look after things; `retire` deletes what modules no longer need. */
  start(uploader: Uploader, commands: CommandService, retire: readonly Retire[]): void {
    const { clock, journal, policy } = this.#parts;
    this.#uploader = uploader;
    uploader.onCoreHeard((at, sentAt, receivedAt) => this.keeper.coreHeard(at, sentAt, receivedAt));
    const keepDays = () => policy().current?.settings['journal.keepDays'] ?? 30;
    this.#upkeep = new JournalUpkeep({ clock, log: this.#log }, journal, keepDays, [(before) => commands.retire(before), ...retire]);
    this.keeper.start();
    this.#upkeep.start();
  }

  stop(): void {
    this.#upkeep?.stop();
    this.keeper.stop();
  }

  /** What is wrong with the gateway itself, for /readyz, the store console and live samples. */
  notices(): Notice[] {
    const { clock, journal } = this.#parts;
    const notices: Notice[] = [];
    const hours = Math.floor(this.keeper.offlineMs / 3_600_000);
    if (this.restricted.active)
      notices.push({ code: 'restrictedMode', detail: `without core for ${hours} hours: ${RESTRICTED_OPERATIONS.join(' and ')} are off` });
    if (journal.room.isLow) notices.push({ code: 'journalSpaceLow', detail: 'the disk is nearly full: new sales and orders are refused' });
    if (this.#uploader?.refused)
      notices.push({ code: 'journalRefused', detail: 'core takes nothing of this gateway: another machine writes in its place' });
    if (clock.authority === 'lastKnown')
      notices.push({ code: 'timeUnconfirmed', detail: 'the machine’s clock is not plausible and core has not told the time' });
    return notices;
  }
}
