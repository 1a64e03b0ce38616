import { z } from 'zod';
import { firstProblem } from '../control/index.js';
import type { DeviceKind } from '../device.js';

const afterS = z
  .number()
  .nonnegative()
  .max(31 * 86_400);

const scriptShape = z.strictObject({
  /** Settings of the kind, as its help names them. */
  options: z.record(z.string(), z.json()).default({}),
  steps: z
    .array(
      z.union([
        z.strictObject({ afterS, fault: z.union([z.string(), z.record(z.string(), z.json())]) }),
        z.strictObject({ afterS, power: z.enum(['on', 'off']) }),
      ]),
    )
    .max(10_000)
    .default([]),
});

/** What happens when: a fault the kind's schema has accepted, or the power of the device. */
export type ScriptStep = { readonly afterS: number; readonly fault: unknown } | { readonly afterS: number; readonly power: 'on' | 'off' };

/** A checked script: the kind's options, and its steps in the order of their time. */
export interface Script {
  readonly options: unknown;
  readonly steps: readonly ScriptStep[];
}

/** A script that can't be played; the message says where and why. */
export class ScriptMistake extends Error {
  override readonly name = 'ScriptMistake';
}

/** A script that leaves everything as it is. */
export const EMPTY_SCRIPT = '{}';

/**
 * Reads a script for a kind of device: JSON `{"options": {…}, "steps": [{"afterS": 5, "fault": {"fault": "hostDown"}}, {"afterS": 60, "power": "off"}]}`;
 * a fault without settings may be a bare word. `settings` go before the script's options. Throws ScriptMistake with the path of what is wrong, before anything is started.
 */
export function readScript(text: string, kind: DeviceKind, settings: Readonly<Record<string, unknown>> = {}): Script {
  const shape = scriptShape.safeParse(parseJson(text));
  if (!shape.success) throw new ScriptMistake(firstProblem(shape.error));
  const options = kind.options.safeParse({ ...shape.data.options, ...settings });
  if (!options.success) throw new ScriptMistake(`options.${firstProblem(options.error)}`);
  const steps = shape.data.steps.map((step, i): ScriptStep => {
    if ('power' in step) return step;
    const fault = kind.faults.safeParse(typeof step.fault === 'string' ? { fault: step.fault } : step.fault);
    if (!fault.success) throw new ScriptMistake(`steps.${i}.fault.${firstProblem(fault.error)}`);
    return { afterS: step.afterS, fault: fault.data };
  });
  return { options: options.data, steps: steps.toSorted((a, b) => a.afterS - b.afterS) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new ScriptMistake(`it is no JSON: ${error.message}`);
    throw error;
  }
}
