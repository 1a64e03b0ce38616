import { z } from 'zod';
import type { DeviceContext, DeviceKind, SimulatedDevice } from '../device.js';

/** The smallest device there is: a lamp that can flicker and loses its power. */
export class Lamp implements SimulatedDevice {
  endpoints: Record<string, string> = {};
  readonly faults: unknown[] = [];
  lit = true;
  running = false;

  constructor(
    readonly context: DeviceContext,
    readonly options: { watts: number },
  ) {}

  async start(): Promise<void> {
    this.running = true;
    this.endpoints = { lamp: `tcp://${this.context.host}:${this.context.port}` };
  }

  async stop(): Promise<void> {
    this.running = false;
  }

  view(): Readonly<Record<string, unknown>> {
    return { lit: this.lit, watts: this.options.watts };
  }

  inject(fault: unknown): void {
    this.faults.push(fault);
  }

  ledger?: () => readonly unknown[];

  async powerOff(): Promise<void> {
    this.lit = false;
  }

  async powerOn(): Promise<void> {
    this.lit = true;
  }
}

/** The kind of {@link Lamp}; `made` holds every one it made. */
export function lampKind(made: Lamp[]): DeviceKind {
  return {
    kind: 'lamp',
    summary: 'a lamp',
    help: 'Look at it.',
    defaultPort: 4000,
    options: z.strictObject({ watts: z.int().positive().default(6).describe('how much it draws') }),
    faults: z.discriminatedUnion('fault', [
      z.strictObject({ fault: z.literal('flicker'), ms: z.int().positive().default(20) }),
      z.strictObject({ fault: z.literal('clear').describe('undoes everything') }),
    ]),
    create: (context, options) => {
      const lamp = new Lamp(context, options as { watts: number });
      made.push(lamp);
      return lamp;
    },
  };
}
