import type { ClosingStep } from '@tillward/contracts';
import type { Clock } from './clock.js';
import { ConsoleOrders, type ConsoleServer, ConsoleView, loadConsole, Reminders } from './console/index.js';
import { type EventHub, tellTerminalChanges } from './events/index.js';
import { HandoverService } from './handover/index.js';
import type { Journal } from './journal/index.js';
import type { Log } from './log.js';
import type { OperatorService } from './operators/index.js';
import { type PaymentService, Reprints } from './payments/index.js';
import type { PolicyService } from './policy/index.js';
import type { RoutineRunner } from './routines/index.js';
import type { SampleSource, Terminals } from './terminals/index.js';
import { type Beside, EventStreams, type Readiness, TillHandlers, TillServer, TillTokens } from './till/index.js';

/** What the people and tills of the store reach the agent through needs of the rest of it. */
export interface StoreInterfaceParts {
  journal: Journal;
  policy: PolicyService;
  terminals: Terminals;
  operators: OperatorService;
  payments: PaymentService;
  events: EventHub;
  closing: RoutineRunner<ClosingStep>;
  samples: SampleSource;
  readiness: () => Readiness;
  connected: () => boolean;
  notices?: () => readonly { code: string }[];
}

export interface StoreInterfaceOptions {
  host: string;
  port: number;
  /** Null: only paired tills are served. */
  installerToken: string | null;
}

/** The till interface and the store console, wired and not yet listening, and the reminders they show. */
export function storeInterface(context: { clock: Clock; log: Log }, parts: StoreInterfaceParts, options: StoreInterfaceOptions) {
  const { clock, log } = context;
  const { journal, policy, terminals, operators, payments, events, closing, samples, readiness } = parts;
  tellTerminalChanges(clock, events, terminals, samples);
  const tokens = new TillTokens({ clock }, journal, options.installerToken);
  const streams = new EventStreams({ clock }, events);
  const reprints = new Reprints({ clock }, { journal, terminals, payments });
  const handovers = new HandoverService({ clock }, { journal, policy, terminals, operators, events });
  const reminders = new Reminders({ clock, log }, { journal, policy, terminals, events });
  const handlers = new TillHandlers({ payments, reprints, operators, handovers, terminals, samples, events, streams });

  let loading: Promise<ConsoleServer> | undefined;
  const load = async (): Promise<ConsoleServer> => {
    const { ConsoleServer } = await loadConsole();
    const orders = new ConsoleOrders({ clock }, { journal, policy, terminals, closing });
    const view = new ConsoleView({ clock }, { ...parts, handovers, reminders });
    return new ConsoleServer(
      { clock },
      { journal, terminals, operators, payments, reprints, handovers, reminders, orders, view, tokens, streams },
    );
  };
  const console: Beside = {
    answer: async (...request) => {
      loading ??= load();
      return (await loading).answer(...request);
    },
  };
  const till = new TillServer({ log }, { handlers, tokens, readiness, console }, options);
  return { till, reminders, handovers, tokens };
}
