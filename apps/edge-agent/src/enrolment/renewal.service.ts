import { spawn } from 'node:child_process';
import type { Clock } from '../clock.js';
import { errorFields, type Log } from '../log.js';
import { lifeOf } from './certificate.js';
import type { EnrolmentFile } from './enrolment.file.js';
import {
  isRenewalDue,
  isShutOut,
  LOOK_EVERY_MS,
  lookInMs,
  PAUSE_AFTER_RENEWAL_MS,
  type RenewalEvidence,
  retryDelayMs,
} from './renewal.rules.js';

/** How a try ended. `refused`: core said no for good, so somebody must enrol the gateway again. */
export type RenewalOutcome = 'renewed' | 'failed' | 'refused';

/** What the service needs of its surroundings. */
export interface RenewalContext {
  /** The machine's own: whoever corrects it would change the certificate's age. */
  readonly clock: Clock;
  readonly log: Log;
  /** Tries once to get the next certificate; the enrolment on disk is the new one when it was `renewed`. */
  readonly tryOnce: () => Promise<RenewalOutcome>;
  /** The enrolment on disk. */
  readonly read: () => EnrolmentFile;
}

/** Keeps the certificate fresh for as long as the agent runs, and hands the link the newest. */
export class Renewal {
  readonly #context: RenewalContext;
  #enrolment: EnrolmentFile;
  #lifeMs: number;
  #shutOutSinceMs: number | undefined;
  #failures = 0;
  /** The last try, by a clock that nobody sets; `random` spreads the next ones of many gateways. */
  #lastTry: { endedAtMs: number; renewed: boolean; random: number } | undefined;
  #cancel: () => void = () => {};
  #stopped = false;
  #onRenewed: () => void = () => {};

  constructor(context: RenewalContext, enrolment: EnrolmentFile) {
    this.#context = context;
    this.#enrolment = enrolment;
    this.#lifeMs = lifeOf(enrolment.certificate);
    this.#shutOutSinceMs = this.#context.clock.monotonic();
  }

  /** Key, certificate and the broker's authority for the next connection; PEM. */
  identity(): { key: string; certificate: string; authority: string } {
    const { key, certificate, broker } = this.#enrolment;
    return { key, certificate, authority: broker.authority };
  }

  /** Tells whether the broker has let us in. */
  connectionChanged(connected: boolean): void {
    this.#shutOutSinceMs = connected ? undefined : this.#context.clock.monotonic();
  }

  /** Looks every minute from now on; `onRenewed` is called after each renewal. */
  start(onRenewed: () => void): void {
    this.#onRenewed = onRenewed;
    this.#lookLater(LOOK_EVERY_MS * Math.random());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** Renews when it is due and the last try is long enough ago. */
  async look(): Promise<void> {
    const { clock, log } = this.#context;
    const steadyMs = clock.monotonic();
    if (steadyMs < this.#notBeforeMs(steadyMs) || !isRenewalDue(this.#evidence(steadyMs))) return;
    const outcome = await this.#context.tryOnce();
    this.#lastTry = { endedAtMs: clock.monotonic(), renewed: outcome === 'renewed', random: Math.random() };
    if (outcome === 'renewed') {
      this.#failures = 0;
      this.#enrolment = this.#context.read();
      this.#lifeMs = lifeOf(this.#enrolment.certificate);
      log.info({ receivedAt: this.#enrolment.receivedAtMs }, 'certificate renewed');
      this.#onRenewed();
      return;
    }
    this.#failures += 1;
    const delayMs = this.#notBeforeMs(steadyMs) - this.#lastTry.endedAtMs;
    if (outcome === 'refused') log.error({ delayMs }, 'core refuses to renew the certificate: the gateway must be enrolled again');
    else log.warn({ delayMs, failures: this.#failures, at: clock.now() }, 'certificate not renewed, will try again');
  }

  /** Until when nothing is tried. Asked at every look: a gateway that is shut out since the last try need not sit out the long pause it was given then. */
  #notBeforeMs(steadyMs: number): number {
    if (!this.#lastTry) return Number.NEGATIVE_INFINITY;
    const { endedAtMs, renewed, random } = this.#lastTry;
    // Where a fresh certificate doesn't open the door, another one won't: a broker that is down for a week is no reason for a thousand of them.
    if (renewed) return endedAtMs + PAUSE_AFTER_RENEWAL_MS;
    return endedAtMs + retryDelayMs(this.#failures - 1, random, isShutOut(this.#evidence(steadyMs)));
  }

  #evidence(steadyMs: number): RenewalEvidence {
    const { receivedAtMs } = this.#enrolment;
    return { nowMs: this.#context.clock.now(), receivedAtMs, lifeMs: this.#lifeMs, shutOutMs: this.#shutOutMs(steadyMs) };
  }

  #shutOutMs(steadyMs: number): number {
    return this.#shutOutSinceMs === undefined ? 0 : steadyMs - this.#shutOutSinceMs;
  }

  #lookLater(delayMs: number): void {
    if (this.#stopped) return;
    this.#cancel = this.#context.clock.after(delayMs, () => {
      this.look()
        .catch((error: unknown) => this.#context.log.error(errorFields(error), 'renewal failed unexpectedly'))
        .finally(() => {
          const steadyMs = this.#context.clock.monotonic();
          this.#lookLater(lookInMs(steadyMs, this.#notBeforeMs(steadyMs)));
        });
    });
  }
}

/** Exit status of `tillward-edge renew` when core said no for good. */
export const EXIT_REFUSED = 3;

/** Runs `tillward-edge renew` as a process of its own: what it needs to make a request leaves the memory with it. */
export function renewInOwnProcess(program: string, args: readonly string[], log: Log): Promise<RenewalOutcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, 'renew', ...args], { env: {}, stdio: ['ignore', 'ignore', 'pipe'], timeout: 60_000 });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-500);
    });
    child.once('error', (error) => {
      log.warn(errorFields(error), 'renewal could not be started');
      resolve('failed');
    });
    child.once('close', (code) => {
      if (code !== 0) log.warn({ code, said: said.trim() }, 'renewal did not succeed');
      resolve(code === 0 ? 'renewed' : code === EXIT_REFUSED ? 'refused' : 'failed');
    });
  });
}
