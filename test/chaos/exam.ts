import { createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PartEvent, SimulatorControl } from 'tillward';
import { dice } from '../scenarios/dice.js';
import { type ChainSize, CURRENCY, examStores } from './chain/chain.js';
import { passcodeOf } from './chain/passcodes.js';
import { type ExamSystem, startExamSystem } from './chain/system.js';
import { FAULT_KINDS, type FaultContext, type FaultKind } from './faults/index.js';
import { heal } from './healing.js';
import { Headquarters } from './load/headquarters.js';
import { ALL_ORDERS } from './load/orders.js';
import { type CommandRecord, Records, type TillRecord } from './load/records.js';
import { ExamTill } from './load/till.js';
import { type Abilities, findAbilities } from './machine/abilities.js';
import { type Injection, planInjections } from './schedule.rules.js';
import { AckWatch } from './witness/ack-watch.js';
import { DatabaseWitness } from './witness/database.js';
import { judge, type Verdict } from './witness/invariants.js';

/** An exam. */
export interface ExamOptions extends ChainSize {
  readonly seed: number;
  /** How long faults strike, minutes. */
  readonly minutes: number;
  /** Only these kinds; all that the machine and the product permit when left out. */
  readonly faults?: readonly string[];
  /** Mean pause of a till between two customers. */
  readonly pauseMs: number;
  /** Mean pauses of headquarters; 0: none of it. */
  readonly commandEveryMs: number;
  /** The last change of the policy is made while every gateway is away, and the broker loses it before they are back. */
  readonly lastPolicyMissed?: boolean;
  /** Which commands headquarters gives; all when left out. */
  readonly commandActions?: readonly string[];
  readonly policyEveryMs: number;
  /** Mean pause between two faults. */
  readonly gapMs: number;
  /** How long healing may take. */
  readonly healingLimitMs: number;
  /** How often acknowledgements are compared with the database. */
  readonly watchEveryMs: number;
  /** From opening the tills to the first fault. */
  readonly warmUpMs: number;
  /** Whether gateways may have file systems of their own (root). */
  readonly images: boolean;
  /** Aborted: everything is ended in order and the exam rejects. */
  readonly signal?: AbortSignal;
  /** Hears one line for each step and each injection. */
  readonly say: (line: string) => void;
  /** Keeps everything the exam wrote: always, never, or (left out) when something was broken. */
  readonly keep?: 'always' | 'never';
}

/** What `npm run chaos -- --json` prints: an interface. Amounts of money are counted, not summed. */
export interface ExamReport {
  readonly seed: number;
  readonly minutes: number;
  /** Movements of money that core must know: booked by a terminal, or acknowledged to a till. */
  readonly sent: number;
  readonly inCore: number;
  readonly lost: number;
  readonly doubled: number;
  readonly amountMismatch: number;
  readonly unresolved: number;
  readonly injections: { readonly byKind: Readonly<Record<string, number>> };
  readonly healingS: number;
  readonly invariants: Readonly<Record<string, boolean>>;
}

/** The report, what stands behind it, and where to look. */
export interface ExamResult {
  readonly report: ExamReport;
  readonly clean: boolean;
  readonly broken: Verdict['broken'];
  /** Kinds that were left out, with why. */
  readonly leftOut: Readonly<Record<string, string>>;
  /** Where the files were kept; undefined when they were removed. */
  readonly folder: string | undefined;
}

/** Defaults of a whole exam. */
export const FULL_EXAM = {
  gateways: 8,
  terminals: 4,
  pauseMs: 1_500,
  commandEveryMs: 2_000,
  policyEveryMs: 10_000,
  gapMs: 3_500,
  healingLimitMs: 180_000,
  watchEveryMs: 250,
  warmUpMs: 6_000,
  images: true,
} as const;

/** Core publishes a policy within a second of its change. */
const PUBLISHED_WITHIN_MS = 3_000;
/** After a fault of the centre its parts may be slow for so long. */
const CENTRE_RESTS_MS = 10_000;
/** A customer's order that has no answer by then never gets one. */
const LAST_ANSWER_MS = 120_000;

/** Runs one exam from nothing to the verdict. Rejects only when the rig itself fails. */
export async function runExam(options: ExamOptions): Promise<ExamResult> {
  const folder = await mkdtemp(join(tmpdir(), 'tillward-chaos-'));
  // PostgreSQL runs as another account; the secrets inside have a folder of their own.
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'logs'));
  const log = createWriteStream(join(folder, 'logs', 'exam.log'));
  const startedAt = performance.now();
  const say = (line: string) => {
    const text = `${((performance.now() - startedAt) / 1000).toFixed(1).padStart(7)} s  ${line}`;
    log.write(`${text}\n`);
    options.say(text);
  };
  const exam = new Exam({ ...options, say }, folder);
  let result: ExamResult | undefined;
  try {
    result = await exam.run();
    return result;
  } finally {
    await new Promise<void>((resolve) => log.end(resolve));
    if (options.keep === 'never' || (result?.clean === true && options.keep === undefined))
      await rm(folder, { recursive: true, force: true });
    else options.say(`everything is kept in ${folder}`);
  }
}

/** Rejects when the signal aborts, and never resolves. */
function interrupted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    const interrupt = () => reject(new Error('the exam was interrupted'));
    if (signal?.aborted === true) interrupt();
    else signal?.addEventListener('abort', interrupt, { once: true });
  });
}

class Exam {
  readonly #options: ExamOptions;
  readonly #folder: string;
  readonly #tillRecords: Records<TillRecord>;
  readonly #commands: Records<CommandRecord>;
  readonly #excused = new Map<string, number>();
  readonly #injected = new Map<string, number>();
  readonly #leftOut: Record<string, string> = {};
  readonly #tills: ExamTill[] = [];
  readonly #lateRevocations: string[] = [];
  /** Until when the centre is disturbed, or has just been. */
  #centreDisturbedUntil = 0;
  readonly #roll: (below: number) => number;

  constructor(options: ExamOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
    this.#tillRecords = new Records(join(folder, 'tills.ndjson'));
    this.#commands = new Records(join(folder, 'commands.ndjson'));
    this.#roll = dice(options.seed ^ 0x7111);
  }

  async run(): Promise<ExamResult> {
    const { say, minutes, seed } = this.#options;
    const abilities = await findAbilities(join(this.#folder, 'machine'), { images: this.#options.images });
    const kinds = this.#kinds(abilities);
    say(`seed ${seed}: ${kinds.length} kinds of faults for ${minutes} minutes`);
    for (const [kind, why] of Object.entries(this.#leftOut)) say(`left out: ${kind}: ${why}`);
    const stores = examStores(this.#options);
    const system = await startExamSystem({ folder: this.#folder, seed, stores, abilities, say, onEvent: (event) => this.#heard(event) });
    const database = new DatabaseWitness(system.databaseUrl);
    const watchDatabase = new DatabaseWitness(system.databaseUrl);
    try {
      say('everything is up');
      const watch = new AckWatch(system.gateways, watchDatabase, this.#options.watchEveryMs);
      return await Promise.race([this.#examine(system, database, watch, kinds), interrupted(this.#options.signal)]);
    } finally {
      await watchDatabase.close();
      await database.close();
      await system.stop();
    }
  }

  async #examine(system: ExamSystem, database: DatabaseWitness, watch: AckWatch, kinds: readonly FaultKind[]): Promise<ExamResult> {
    const { say, healingLimitMs, minutes, seed, keep } = this.#options;
    const headquarters = this.#openShop(system);
    watch.start();
    await this.#strikeAll(system, kinds);
    if (this.#options.lastPolicyMissed) await missPolicy(system, headquarters);
    say('the last fault is over: healing');
    const healingFrom = performance.now();
    await headquarters.finish();
    await Promise.all(this.#tills.map((till) => till.finish(LAST_ANSWER_MS)));
    const spentMs = performance.now() - healingFrom;
    const healing = await heal(system, database, Math.max(10_000, healingLimitMs - spentMs));
    const healingS = Math.round((healing.healingS + spentMs / 1000) * 10) / 10;
    await watch.stop();
    say(healing.healed ? `healed after ${healingS} s` : `not healed within ${healingS} s`);
    for (const line of healing.open.slice(0, 20)) say(`open: ${line}`);
    await system.stopGateways();
    const verdict = await judge(system, database, {
      tills: this.#tillRecords.lines,
      commands: this.#commands.lines,
      excusedEpochs: this.#excused,
      earlyAcknowledgements: watch.violations,
      lateRevocations: this.#lateRevocations,
      healed: healing.healed,
      unresolvedAtEnd: healing.open,
    });
    const invariants = Object.fromEntries(Object.entries(verdict.broken).map(([name, findings]) => [name, findings.length === 0]));
    const clean = Object.values(invariants).every(Boolean);
    for (const [name, findings] of Object.entries(verdict.broken)) {
      for (const finding of findings.slice(0, 10)) say(`BROKEN ${name}: ${finding}`);
    }
    say(
      `${this.#tillRecords.lines.length} orders, ${this.#commands.lines.length} commands, ${watch.looks} acknowledgements compared, ${headquarters.policyChanges} policy changes`,
    );
    const { sent, inCore, lost, doubled, amountMismatch } = verdict.movements;
    const report: ExamReport = {
      seed,
      minutes,
      sent,
      inCore,
      lost: lost.length,
      doubled: doubled.length,
      amountMismatch: amountMismatch.length,
      unresolved: verdict.unresolved.length,
      injections: { byKind: Object.fromEntries([...this.#injected].sort()) },
      healingS,
      invariants,
    };
    return {
      report,
      clean,
      broken: verdict.broken,
      leftOut: this.#leftOut,
      folder: keep === 'never' || (clean && keep === undefined) ? undefined : this.#folder,
    };
  }

  #kinds(abilities: Abilities): FaultKind[] {
    const { faults, minutes } = this.#options;
    for (const name of faults ?? [])
      if (!FAULT_KINDS.has(name)) throw new Error(`there is no fault named ${name}: ${[...FAULT_KINDS.keys()].join(', ')}`);
    const means = { abilities, parts: new Set(['core', 'broker', 'postgres']) };
    return [...FAULT_KINDS.values()].filter((fault) => {
      if (faults !== undefined && !faults.includes(fault.kind)) return false;
      const missing = fault.missing?.(means);
      if (missing !== undefined) this.#leftOut[fault.kind] = missing;
      return missing === undefined && fault.durationMs(minutes)[0] <= minutes * 60_000;
    });
  }

  #heard(event: PartEvent): void {
    if (event.kind === 'crashed') this.#options.say(`${event.part} ended (${event.how}), again in ${event.restartInMs} ms`);
    if (event.kind === 'gaveUp') this.#options.say(`${event.part} gave up: ${event.how}`);
  }

  #openShop(system: ExamSystem): Headquarters {
    const { pauseMs, commandEveryMs, commandActions, policyEveryMs } = this.#options;
    const stores = system.gateways.map(({ store }) => store);
    for (const { store, tillUrl } of system.gateways) {
      for (const { id, operatorId } of store.terminals) {
        const till = new ExamTill({
          store: store.id,
          terminal: id,
          operatorId,
          managerId: store.managerId,
          passcodeOf,
          currency: CURRENCY,
          url: tillUrl,
          token: system.tillTokens.get(store.id)!,
          pauseMs,
          roll: dice(this.#roll(0x7fff_ffff)),
          records: this.#tillRecords,
          orders: ALL_ORDERS,
        });
        till.start();
        this.#tills.push(till);
      }
    }
    const headquarters = new Headquarters({
      url: system.url,
      password: system.headquartersPassword,
      stores,
      roll: dice(this.#roll(0x7fff_ffff)),
      records: this.#commands,
      commandEveryMs,
      ...(commandActions === undefined ? {} : { actions: commandActions }),
      policyEveryMs,
    });
    headquarters.start();
    return headquarters;
  }

  async #strikeAll(system: ExamSystem, kinds: readonly FaultKind[]): Promise<void> {
    const { seed, minutes, gapMs, say, warmUpMs } = this.#options;
    const lengthMs = warmUpMs + minutes * 60_000;
    const plan = planInjections({
      seed,
      fromMs: warmUpMs,
      untilMs: lengthMs,
      gateways: system.gateways.length,
      kinds: kinds.map((fault) => ({ kind: fault.kind, victim: fault.victim, durationMs: fault.durationMs(minutes) })),
      gapMs,
    });
    say(`${plan.length} injections planned`);
    const beganAt = performance.now();
    // A fault may take longer than planned (a process that starts on a busy machine): the victim's next one waits for it.
    const busy = new Map<string, Promise<void>>();
    const running = plan.map((injection, i) => {
      const victim = injection.gateway === undefined ? FAULT_KINDS.get(injection.kind)!.victim : `gateway ${injection.gateway}`;
      const before = busy.get(victim);
      const work = (async () => {
        await sleep(Math.max(0, injection.atMs - (performance.now() - beganAt)));
        await before;
        await this.#strike(system, injection, i);
      })();
      busy.set(victim, work);
      return work;
    });
    await Promise.all([sleep(lengthMs), ...running]);
  }

  async #strike(system: ExamSystem, injection: Injection, number: number): Promise<void> {
    const { say, seed } = this.#options;
    const fault = FAULT_KINDS.get(injection.kind)!;
    // A centre's fault has no gateway of its own; the type asks for one.
    const gateway = system.gateways[injection.gateway ?? 0]!;
    const where = fault.victim === 'gateway' ? ` at ${gateway.store.gateway}` : '';
    say(`#${number} ${fault.kind}${where} for ${injection.durationMs} ms`);
    this.#injected.set(fault.kind, (this.#injected.get(fault.kind) ?? 0) + 1);
    const context: FaultContext = {
      system,
      simulator: new SimulatorControl(system.simulatorUrl),
      roll: dice(seed * 7919 + number),
      durationMs: injection.durationMs,
      commands: this.#commands,
      pauseTills: async (store) => {
        await Promise.all(this.#tills.filter((till) => till.store === store).map((till) => till.pause()));
      },
      resumeTills: (store) => {
        for (const till of this.#tills) if (till.store === store) till.resume();
      },
      broken: (_invariant, finding) => void this.#lateRevocations.push(finding),
      centreDisturbed: () => performance.now() < this.#centreDisturbedUntil,
      excuseEpoch: (name) => this.#excused.set(name, (this.#excused.get(name) ?? 0) + 1),
    };
    const centre = fault.victim !== 'gateway';
    // The centre's faults overlap: a short one must not end what a longer one began.
    if (centre)
      this.#centreDisturbedUntil = Math.max(this.#centreDisturbedUntil, performance.now() + injection.durationMs + CENTRE_RESTS_MS);
    await fault.strike(context, gateway);
    if (centre) this.#centreDisturbedUntil = Math.max(this.#centreDisturbedUntil, performance.now() + CENTRE_RESTS_MS);
    say(`#${number} ${fault.kind}${where} is over`);
  }
}

/** What the broker kept for a gateway that was away is gone with the broker: core has to say it again. */
async function missPolicy(system: ExamSystem, headquarters: Headquarters): Promise<void> {
  for (const { link } of system.gateways) link.setMode('cut');
  await headquarters.changePolicy();
  await sleep(PUBLISHED_WITHIN_MS);
  system.part('broker').kill();
  await sleep(1_000);
  for (const { link } of system.gateways) link.heal();
}
