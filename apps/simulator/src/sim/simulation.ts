import type { JsonApi } from '../control/index.js';
import type { DeviceContext, DeviceKind, SimulatedDevice } from '../device.js';
import { deviceApi } from './device-api.js';
import type { Script, ScriptStep } from './script.js';

/** Where a running simulation answers. */
export interface SimulationAddresses {
  readonly endpoints: Readonly<Record<string, string>>;
  /** URL of its control API. */
  readonly control: string;
}

/** 2^31 - 1 ms, rounded down to whole days. */
const LONGEST_TIMER_MS = 24 * 86_400_000;

/** One device, its control API, and a script that plays. */
export class Simulation {
  readonly #device: SimulatedDevice;
  readonly #api: JsonApi;
  readonly #timers = new Set<NodeJS.Timeout>();

  /** `told` hears of every step of the script as it is played. */
  constructor(
    private readonly kind: DeviceKind,
    private readonly context: DeviceContext,
    private readonly script: Script,
    private readonly told: (step: ScriptStep) => void,
  ) {
    this.#device = kind.create(context, script.options);
    this.#api = deviceApi(kind, this.#device, context.failed);
  }

  /** Starts the device, its control API on `controlPort` (0 takes a free one) and the script, whose clock begins now. */
  async start(controlPort: number): Promise<SimulationAddresses> {
    await this.#device.start();
    const port = await this.#api.listen(this.context.host, controlPort).catch(async (error: unknown) => {
      await this.#device.stop();
      throw error;
    });
    for (const step of this.script.steps) this.#playAt(Date.now() + step.afterS * 1_000, step);
    const host = this.context.host.includes(':') ? `[${this.context.host}]` : this.context.host;
    return { endpoints: this.#device.endpoints, control: `http://${host}:${port}` };
  }

  /** Stops everything; the ledger is complete then. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#api.close();
    await this.#device.stop();
  }

  /** A timer of Node holds no more than 24.8 days: a later step is waited for in parts. */
  #playAt(due: number, step: ScriptStep): void {
    const waitMs = due - Date.now();
    const wait = waitMs > LONGEST_TIMER_MS ? () => this.#playAt(due, step) : () => this.#play(step);
    this.#timers.add(setTimeout(wait, Math.min(waitMs, LONGEST_TIMER_MS)));
  }

  #play(step: ScriptStep): void {
    this.told(step);
    if ('fault' in step) return this.#device.inject(step.fault);
    const change = step.power === 'on' ? this.#device.powerOn?.() : this.#device.powerOff?.();
    if (!change)
      return this.context.failed(new Error(`a ${this.kind.kind} hangs on no outlet: the script can not switch it ${step.power}`));
    change.catch(this.context.failed);
  }
}
