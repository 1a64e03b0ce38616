import { currencyCode, slug } from '@tillward/contracts';
import { z } from 'zod';
import { nexoFault, nexoOptions } from '../nexo/index.js';
import { printerFault } from '../printer/index.js';
import { terminalFault } from '../terminal/index.js';

const port = z.int().min(0).max(65_535);
const rangeMs = z
  .tuple([z.int().nonnegative(), z.int().nonnegative()])
  .refine(([min, max]) => min <= max, 'the first of a range must not be above the second');

/** Who may switch a PDU or a PoE switch: SNMPv3 with SHA-256 and AES-128. */
const snmp = z.strictObject({
  user: z.string().min(1).max(32),
  authPassword: z.string().min(8).max(64),
  privPassword: z.string().min(8).max(64),
});

/** The outlet a terminal hangs on. Those that name the same port share a device. */
const powerFeed = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('plug'), port, switchId: z.int().nonnegative(), password: z.string().min(1).max(64).optional() }),
  z.strictObject({ kind: z.literal('pdu'), port, outlet: z.int().positive().max(48), snmp }),
  z.strictObject({ kind: z.literal('poe'), port, portNumber: z.int().positive().max(96), snmp }),
]);
export type PowerFeed = z.infer<typeof powerFeed>;

const anyTerminal = {
  id: slug,
  port,
  /** How long a customer takes with the card, and the host with its answer. */
  cardMs: rangeMs.default([600, 1_800]),
  hostMs: rangeMs.default([150, 500]),
  bootMs: z.int().nonnegative().max(600_000).default(1_500),
  declineRate: z.number().min(0).max(1).default(0.03),
  /** What it hangs on; null for one that always has power. */
  power: powerFeed.nullable().default(null),
  /** Position of its outlet in the first run; later runs keep what it was. */
  poweredAtStart: z.boolean().default(true),
};

const zvtTerminal = z.strictObject({
  ...anyTerminal,
  driver: z.literal('zvt'),
  password: z.string().regex(/^[0-9]{6}$/, 'six digits'),
  /** The terminal's own number, eight digits; made from its place in the scenario when left out. */
  terminalId: z
    .string()
    .regex(/^[0-9]{8}$/, 'eight digits')
    .optional(),
  ackTimeoutMs: z.int().positive().max(60_000).default(5_000),
  fragmentation: z.enum(['none', 'random', 'bytes']).default('random'),
});

const { poiId, keyIdentifier, keyVersion, passphrase } = nexoOptions.shape;
const nexoTerminal = z.strictObject({ ...anyTerminal, driver: z.literal('nexo'), poiId, keyIdentifier, keyVersion, passphrase });

/** A terminal of a store; ZVT when it does not say what it speaks. */
const describedTerminal = z.discriminatedUnion('driver', [zvtTerminal, nexoTerminal]);
const simulatedTerminal = z.preprocess(
  (value) => (typeof value === 'object' && value !== null && !('driver' in value) ? { ...value, driver: 'zvt' } : value),
  describedTerminal,
);
/** A terminal as one writes it. */
export type TerminalInput = z.input<typeof describedTerminal>;
export type TerminalSettings = z.output<typeof simulatedTerminal>;

const simulatedTill = z.strictObject({
  id: slug,
  terminal: slug,
  operatorId: slug,
  /** An operator without a certificate who tries first and is refused. */
  uncertifiedOperatorId: slug.optional(),
  /** Mean time between two customers. */
  saleEverySeconds: z.number().positive().max(86_400).default(8),
  /** Share of sales that are taken back at once. */
  reversalRate: z.number().min(0).max(1).default(0),
});

/** What each kind of device of a store can suffer. */
export const DEVICE_FAULTS = { zvt: terminalFault, nexo: nexoFault, printer: printerFault } as const;

/** Faults without any setting of their own may be written as a bare word. */
const fault = z.preprocess((value) => (typeof value === 'string' ? { fault: value } : value), z.looseObject({ fault: z.string() }));

const timelineEntry = z
  .strictObject({
    store: slug,
    /** What the fault strikes: a terminal, or a printer. */
    terminal: slug.optional(),
    printer: slug.optional(),
    /** Seconds after the simulator was ready. */
    afterS: z.number().nonnegative().optional(),
    /** When the terminal takes its n-th sale since the start; a fault at a step strikes that very sale. */
    atSale: z.int().positive().optional(),
    /** When the terminal takes its first end-of-day command; a fault at a step of it strikes that very settlement. */
    onClosing: z.literal(true).optional(),
    fault,
  })
  .refine(({ terminal, printer }) => (terminal === undefined) !== (printer === undefined), { message: 'either terminal or printer' })
  .refine((entry) => [entry.afterS, entry.atSale, entry.onClosing].filter((when) => when !== undefined).length === 1, {
    message: 'exactly one of afterS, atSale, onClosing',
  })
  .refine((entry) => entry.printer === undefined || entry.afterS !== undefined, { message: 'a printer takes no sales: use afterS' });

const simulatedStore = z.strictObject({
  id: slug,
  name: z.string().min(1).max(80),
  timeZone: z.string().min(1).max(64),
  currency: currencyCode,
  /** The till interface of the store's agent. */
  agent: z.strictObject({ url: z.url(), token: z.string().min(1).max(200) }),
  terminals: z.array(simulatedTerminal).max(200),
  /** Receipt printers beside terminals. */
  printers: z
    .array(z.strictObject({ id: slug, port }))
    .max(200)
    .default([]),
  tills: z.array(simulatedTill).max(200).default([]),
});
export type StoreSettings = z.output<typeof simulatedStore>;

/** A simulated chain: stores with terminals, power switches, printers and tills, and what goes wrong when. Everything random follows from `seed`. */
export const simulatorScenario = z
  .strictObject({
    seed: z.string().min(1).max(80),
    /** Address everything listens on. */
    host: z.string().min(1).default('127.0.0.1'),
    stores: z.array(simulatedStore).min(1),
    timeline: z.array(timelineEntry).max(1_000).default([]),
  })
  .superRefine((scenario, context) => {
    const kinds = kindsOf(scenario.stores);
    const known = (store: string, device: string) => kinds.get(`${store}/${device}`);
    const refuse = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    for (const [s, store] of scenario.stores.entries()) {
      for (const [t, till] of store.tills.entries()) {
        const kind = known(store.id, till.terminal);
        if (kind === undefined || kind === 'printer') {
          refuse(['stores', s, 'tills', t, 'terminal'], `there is no terminal ${store.id}/${till.terminal}`);
        }
      }
    }
    for (const [e, entry] of scenario.timeline.entries()) {
      const device = entry.terminal ?? entry.printer ?? '';
      const kind = known(entry.store, device);
      const found = kind !== undefined && (kind === 'printer') === (entry.printer !== undefined);
      if (!found) {
        const word = entry.printer === undefined ? 'terminal' : 'printer';
        refuse(['timeline', e, word], `there is no ${word} ${entry.store}/${device}`);
        continue;
      }
      const issue = DEVICE_FAULTS[kind].safeParse(entry.fault).error?.issues[0];
      if (issue) refuse(['timeline', e, 'fault', ...issue.path.map(String)], issue.message);
    }
  });

/** The kind of every device a fault can strike, by `<store>/<id>`. */
function kindsOf(stores: readonly StoreSettings[]): Map<string, keyof typeof DEVICE_FAULTS> {
  return new Map(
    stores.flatMap(({ id: store, terminals, printers }) => [
      ...terminals.map(({ id, driver }) => [`${store}/${id}`, driver] as const),
      ...printers.map(({ id }) => [`${store}/${id}`, 'printer'] as const),
    ]),
  );
}

/** A checked scenario, defaults filled in. */
export type SimulatorScenario = z.output<typeof simulatorScenario>;
/** A scenario as one writes it. */
export type SimulatorScenarioInput = z.input<typeof simulatorScenario>;
export type TimelineEntry = SimulatorScenario['timeline'][number];
