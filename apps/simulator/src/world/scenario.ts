import { currencyCode, slug } from '@tillward/contracts';
import { z } from 'zod';
import { terminalFault } from '../terminal/index.js';

const port = z.int().min(0).max(65_535);
const rangeMs = z
  .tuple([z.int().nonnegative(), z.int().nonnegative()])
  .refine(([min, max]) => min <= max, 'the first of a range must not be above the second');

/** Faults without any setting of their own may be written as a bare word. */
const fault = z.preprocess((value) => (typeof value === 'string' ? { fault: value } : value), terminalFault);

const simulatedTerminal = z.strictObject({
  id: slug,
  port,
  password: z.string().regex(/^[0-9]{6}$/, 'six digits'),
  /** The terminal's own number, eight digits; made from its place in the scenario when left out. */
  terminalId: z
    .string()
    .regex(/^[0-9]{8}$/, 'eight digits')
    .optional(),
  /** How long a customer takes with the card, and the host with its answer. */
  cardMs: rangeMs.default([600, 1_800]),
  hostMs: rangeMs.default([150, 500]),
  bootMs: z.int().nonnegative().max(600_000).default(1_500),
  ackTimeoutMs: z.int().positive().max(60_000).default(5_000),
  declineRate: z.number().min(0).max(1).default(0.03),
  fragmentation: z.enum(['none', 'random', 'bytes']).default('random'),
  /** The outlet it hangs on; null for one that always has power. Terminals naming the same port share a device. */
  plug: z.strictObject({ port, switchId: z.int().nonnegative() }).nullable().default(null),
  /** Position of its relay in the first run; later runs keep what it was. */
  poweredAtStart: z.boolean().default(true),
});

const simulatedTill = z.strictObject({
  id: slug,
  terminal: slug,
  operatorId: slug,
  /** An operator without a certificate who tries first and is refused. */
  uncertifiedOperatorId: slug.optional(),
  /** Mean time between two customers. */
  saleEverySeconds: z.number().positive().max(86_400).default(8),
});

const timelineEntry = z
  .strictObject({
    store: slug,
    terminal: slug,
    /** Seconds after the simulator was ready. */
    afterS: z.number().nonnegative().optional(),
    /** When the terminal takes its n-th sale since the start; a fault at a step strikes that very sale. */
    atSale: z.int().positive().optional(),
    /** When the terminal takes its first end-of-day command; a fault at a step of it strikes that very settlement. */
    onClosing: z.literal(true).optional(),
    fault,
  })
  .refine((entry) => [entry.afterS, entry.atSale, entry.onClosing].filter((when) => when !== undefined).length === 1, {
    message: 'exactly one of afterS, atSale, onClosing',
  });

/** A simulated chain: stores with terminals, plugs and tills, and what goes wrong when. Everything random follows from `seed`. */
export const simulatorScenario = z
  .strictObject({
    seed: z.string().min(1).max(80),
    /** Address everything listens on. */
    host: z.string().min(1).default('127.0.0.1'),
    stores: z
      .array(
        z.strictObject({
          id: slug,
          name: z.string().min(1).max(80),
          timeZone: z.string().min(1).max(64),
          currency: currencyCode,
          /** The till interface of the store's agent. */
          agent: z.strictObject({ url: z.url(), token: z.string().min(1).max(200) }),
          terminals: z.array(simulatedTerminal).max(200),
          tills: z.array(simulatedTill).max(200).default([]),
        }),
      )
      .min(1),
    timeline: z.array(timelineEntry).max(1_000).default([]),
  })
  .superRefine((scenario, context) => {
    const terminals = new Set(scenario.stores.flatMap((store) => store.terminals.map(({ id }) => `${store.id}/${id}`)));
    const check = (store: string, terminal: string, path: (string | number)[]) => {
      if (!terminals.has(`${store}/${terminal}`))
        context.addIssue({ code: 'custom', path, message: `there is no terminal ${store}/${terminal}` });
    };
    for (const [s, store] of scenario.stores.entries()) {
      for (const [t, till] of store.tills.entries()) check(store.id, till.terminal, ['stores', s, 'tills', t, 'terminal']);
    }
    for (const [e, entry] of scenario.timeline.entries()) check(entry.store, entry.terminal, ['timeline', e, 'terminal']);
  });

/** A checked scenario, defaults filled in. */
export type SimulatorScenario = z.output<typeof simulatorScenario>;
/** A scenario as one writes it. */
export type SimulatorScenarioInput = z.input<typeof simulatorScenario>;
export type TimelineEntry = SimulatorScenario['timeline'][number];
