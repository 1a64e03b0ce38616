import { MAINTENANCE_STEPS, type MaintenanceStep } from '@tillward/contracts';
import { tradingHours } from '@tillward/policy';
import { type Clock, pause } from '../clock.js';
import type { EffectivePolicy, PolicyService } from '../policy/index.js';
import type { TerminalActor } from '../terminals/index.js';
import { maintenanceWindow } from './maintenance.rules.js';
import type { RoutineDefinition, StepResult, StepWork } from './routine.definition.js';
import { recordOf } from './routine.rules.js';

/** How long a terminal may take to be back after its window: an update may still be restarting it. */
const BACK_WITHIN_MS = 15 * 60_000;
const BACK_LOOK_MS = 10_000;
/** The end of the window is looked up again this often: the policy may move it, and the time may be corrected. */
const WINDOW_LOOK_MS = 30_000;

interface MaintenanceContext {
  clock: Clock;
}

type Work = StepWork<MaintenanceStep>;

/**
 * The vendor's maintenance window of terminals that stay on overnight: they have power, nobody asks anything of them until it ends, and what is different afterwards is
 * recorded. One that doesn't come back is left as it is; the next opening tries it again.
 */
export class Maintenance implements RoutineDefinition<MaintenanceStep> {
  readonly kind = 'maintenance';
  readonly steps = MAINTENANCE_STEPS;
  readonly #context: MaintenanceContext;
  readonly #policy: PolicyService;

  constructor(context: MaintenanceContext, policy: PolicyService) {
    this.#context = context;
    this.#policy = policy;
  }

  started: RoutineDefinition<MaintenanceStep>['started'] = (tx, { routineId, businessDay, by }, terminals) =>
    tx.append('MaintenanceStarted', null, {
      routineId,
      businessDay,
      by,
      terminals,
      endsAt: new Date(this.#endsAt(businessDay)).toISOString(),
    });

  completed: RoutineDefinition<MaintenanceStep>['completed'] = (tx, { run, actor }, step, outcome, evidence) =>
    tx.append('MaintenanceStepCompleted', actor.id, { routineId: run.routineId, businessDay: run.businessDay, step, outcome, evidence });

  blocked: RoutineDefinition<MaintenanceStep>['blocked'] = (tx, { routineId, businessDay }, terminal, step, { code, detail }) => {
    tx.append('MaintenanceBlocked', terminal, { routineId, businessDay, step, code, detail });
  };

  /** The last step's evidence says what the vendor changed. */
  passed: RoutineDefinition<MaintenanceStep>['passed'] = () => {};

  factsWhenPassed: RoutineDefinition<MaintenanceStep>['factsWhenPassed'] = () => ({});

  finished: RoutineDefinition<MaintenanceStep>['finished'] = (tx, { routineId, businessDay }, ready, blocked) => {
    tx.append('MaintenanceFinished', null, { routineId, businessDay, ready, blocked });
  };

  async perform(step: MaintenanceStep, work: Work): Promise<StepResult> {
    switch (step) {
      case 'givePower':
        return this.#givePower(work);
      case 'recordBefore':
        return this.#recordBefore(work);
      case 'leaveAlone':
        return this.#leaveAlone(work);
      case 'recordAfter':
        return this.#recordAfter(work);
    }
  }

  async #givePower({ actor, run }: Work): Promise<StepResult> {
    const { power } = actor;
    if (!power) return { kind: 'skipped', evidence: { reason: 'the terminal has no power switch' } };
    if ((await actor.readSwitch()) === 'on') return { kind: 'skipped', evidence: { reason: 'the switch is on' } };
    const outcome = await actor.run('maintaining', async (driver) => {
      await driver.close();
      return power.on();
    });
    const verified = outcome.kind === 'done';
    if (outcome.kind === 'failed' && outcome.reason !== 'notVerified')
      return { kind: 'blocked', code: outcome.code, detail: outcome.detail };
    return { kind: 'done', evidence: { verified }, record: (tx) => tx.append('TerminalPoweredOn', actor.id, { by: run.by }) };
  }

  async #recordBefore({ actor }: Work): Promise<StepResult> {
    if (actor.watchedOnly) return { kind: 'skipped', evidence: { reason: 'the terminal is only watched' } };
    await actor.run('maintaining', (driver) => actor.poll().then(() => driver.close()));
    return { kind: 'done', evidence: { answered: actor.facts.power === 'on', software: softwareOf(actor) } };
  }

  async #leaveAlone({ run, signal }: Work): Promise<StepResult> {
    const startedAt = this.#context.clock.monotonic();
    for (;;) {
      const leftMs = this.#endsAt(run.businessDay) - this.#context.clock.now();
      if (leftMs <= 0) return { kind: 'done', evidence: { waitedMs: Math.round(this.#context.clock.monotonic() - startedAt) } };
      await pause(this.#context.clock, Math.min(leftMs, WINDOW_LOOK_MS), signal);
      if (signal.aborted) return { kind: 'stopped' };
    }
  }

  async #recordAfter({ actor, progress, signal }: Work): Promise<StepResult> {
    if (actor.watchedOnly) return { kind: 'skipped', evidence: { reason: 'the terminal is only watched' } };
    const startedAt = this.#context.clock.monotonic();
    for (;;) {
      await actor.run('maintaining', () => actor.poll());
      const waitedMs = Math.round(this.#context.clock.monotonic() - startedAt);
      if (actor.facts.power === 'on') {
        const before = recordOf(progress, 'recordBefore')?.evidence['software'] ?? null;
        const software = softwareOf(actor);
        return { kind: 'done', evidence: { software, before, changed: before !== software, waitedMs } };
      }
      if (waitedMs >= BACK_WITHIN_MS) {
        return { kind: 'blocked', code: 'terminalUnreachable', detail: 'the terminal does not answer after its maintenance window' };
      }
      await pause(this.#context.clock, BACK_LOOK_MS, signal);
      if (signal.aborted) return { kind: 'stopped' };
    }
  }

  /** Now when the policy has no window any more: the terminal is then looked at at once. */
  #endsAt(businessDay: string): number {
    const policy = this.#policy.current;
    return (policy && maintenanceOfDay(policy, businessDay)?.closesAtMs) ?? this.#context.clock.now();
  }
}

/** The maintenance window of a business day as the policy has it; null when there is none, or terminals do not stay on for it. */
export function maintenanceOfDay(policy: EffectivePolicy, businessDay: string): ReturnType<typeof maintenanceWindow> {
  const { settings, timeZone } = policy;
  if (settings['power.overnight'] !== 'on') return null;
  return maintenanceWindow(businessDay, {
    ...tradingHours(settings),
    timeZone,
    leadMs: settings['opening.leadMinutes'] * 60_000,
    opensAt: settings['maintenance.opensAt'],
    closesAt: settings['maintenance.closesAt'],
  });
}

function softwareOf(actor: TerminalActor): string | null {
  return actor.device?.software ?? null;
}
