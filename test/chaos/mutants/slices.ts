import { type ExamOptions, FULL_EXAM } from '../exam.js';

/** A short exam that is aimed at one promise. */
export type Slice = Pick<ExamOptions, 'faults' | 'minutes'> & Partial<ExamOptions>;

const SMALL = {
  gateways: 2,
  terminals: 2,
  pauseMs: 350,
  gapMs: 2_500,
  commandEveryMs: 0,
  policyEveryMs: 0,
  healingLimitMs: 40_000,
  warmUpMs: 3_000,
} as const;

/** The slices by name. Each takes about a minute; each must be clean without a breakage, which the control run shows. */
export const SLICES = {
  /** Nothing happens but business, and acknowledgements are looked at closely. */
  business: { faults: [], minutes: 0.2, watchEveryMs: 20, policyEveryMs: 4_000, commandEveryMs: 1_500 },
  powerCuts: { faults: ['powerCut'], minutes: 0.5 },
  deadAgents: { faults: ['killAgent', 'terminalSlow'], minutes: 0.5, gapMs: 1_500, pauseMs: 150 },
  terminals: { faults: ['terminalDrop', 'terminalStatusLost'], minutes: 0.4, gapMs: 1_500, pauseMs: 150 },
  messages: { faults: ['loss', 'duplicate', 'disconnect'], minutes: 0.6 },
  deadLine: { faults: ['partition', 'killAgent'], minutes: 0.6 },
  hostile: { faults: ['hostileBroker'], minutes: 0.25 },
  twoCores: { faults: ['secondCore'], minutes: 0.5 },
  /** Many commands: orders that move money would soon wait for a second person. */
  deadCore: {
    faults: ['killCore'],
    minutes: 0.9,
    gapMs: 7_000,
    commandEveryMs: 200,
    commandActions: ['displayMessage', 'diagnoseTerminal', 'captureDialogue'],
  },
  deadDatabase: { faults: ['killPostgres'], minutes: 0.4, watchEveryMs: 20, pauseMs: 150 },
  deadBroker: { faults: ['killBroker', 'disconnect'], minutes: 0.4, lastPolicyMissed: true },
} as const satisfies Record<string, Slice>;

export type SliceName = keyof typeof SLICES;

/** The whole settings of a slice. */
export function sliceOptions(name: SliceName, seed: number, say: (line: string) => void): ExamOptions {
  return { ...FULL_EXAM, ...SMALL, ...SLICES[name], seed, say };
}
