import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { DEMO_ACQUIRER, DEMO_STORES, type DemoStore } from './chain.js';
import { hoursClosingAt } from './hours.rules.js';
import type { SimulatorControl, StatementOrderInput } from './simulator-control.js';

/** What the demo's acquirer gets wrong in Shanghai's statement: one of each kind, so that every kind of difference can be looked at. */
const MISTAKES: NonNullable<StatementOrderInput['anomalies']> = [
  'amountOver',
  'amountUnder',
  'missingAtAcquirer',
  'missingAtTerminal',
  'duplicateAtAcquirer',
  'currency',
  'timing',
  'feeWrong',
  'unknownBatch',
];
const MISTAKEN_STORE = 'shanghai';
const LOOK_EVERY_MS = 5_000;

/** Asks core's GraphQL as headquarters; rejects for errors. */
export type AskCore = (query: string, variables: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** The order by which the simulated acquirer writes the statements of a store that closes at this instant, with the demo's terms. */
export function demoStatementOrder(store: DemoStore['id'], closesAtMs: number): StatementOrderInput {
  const { feePpm, account, country, delayBankDays } = DEMO_ACQUIRER;
  const { cutOff } = hoursClosingAt(closesAtMs, DEMO_STORES.find(({ id }) => id === store)!.timeZone);
  return { store, cutOff, feePpm, account, country, delayBankDays };
}

/** Tells core how the acquirer's statements are written and which of its numbers is which terminal; the rest came with the chain file. Nothing changes when core knows it already. */
async function setUpAcquirer(ask: AskCore, profile: unknown): Promise<void> {
  const { id, name } = DEMO_ACQUIRER;
  const known = acquirers.parse(await ask('{ acquirers { id mapping { terminalNo } } }', {}));
  if (known.acquirers.some((acquirer) => acquirer.id === id && acquirer.mapping.length > 0)) return;
  const answer = await ask(
    `mutation ($id: ID!, $name: String!, $profile: String!, $entries: [AcquirerTerminalInput!]!) {
      saved: saveAcquirer(input: {id: $id, name: $name, format: "csv", profile: $profile}) { __typename ... on Refusal { message } }
      mapped: mapAcquirerTerminals(acquirerId: $id, entries: $entries) { __typename ... on Refusal { message } } }`,
    {
      id,
      name,
      profile: JSON.stringify(profile),
      entries: DEMO_STORES.flatMap((store) =>
        store.terminals.map((terminal) => ({
          merchantNo: `M-${store.id}`,
          terminalNo: terminal.id,
          storeId: store.id,
          terminalId: terminal.id,
        })),
      ),
    },
  );
  const refused = Object.values(answers.parse(answer)).find(({ message }) => message !== undefined);
  if (refused !== undefined) throw new Error(`core did not take the demo's acquirer: ${refused.message}`);
}

const acquirers = z.object({ acquirers: z.array(z.object({ id: z.string(), mapping: z.array(z.unknown()) })) });
const answers = z.record(z.string(), z.object({ message: z.string().optional() }));

/** Something that goes on beside the system. */
export interface Background {
  /** Resolves when nothing goes on any more. */
  stop(): Promise<void>;
}

/** What the demo's acquirer needs. */
export interface AcquirerWiring {
  /** A session of headquarters. */
  readonly headquarters: () => Promise<{ readonly ask: AskCore; signOut(): Promise<void> }>;
  readonly control: SimulatorControl;
  /** Core's watched folder. */
  readonly inboxDir: string;
  /** Keeps over restarts what was sent already. */
  readonly stateFile: string;
  /** When stores close, milliseconds since the epoch. Others get no statement. */
  readonly closesAtMs: ReadonlyMap<DemoStore['id'], number>;
  readonly say: (line: string) => void;
}

/**
 * The acquirer of a running demo, which nobody waits for: it makes itself known to core, and after a store has closed and each of its terminals has settled, it puts the statements of what was settled since its last ones
 * into the watched folder. A look that fails, as while the simulators restart, is made again.
 */
export function startAcquirer(wiring: AcquirerWiring): Background {
  const stopped = new AbortController();
  const running = run(wiring, stopped.signal).catch((error: unknown) => {
    if (!stopped.signal.aborted) wiring.say(`the demo's acquirer is not there: ${(error as Error).message}`);
  });
  return {
    stop: async () => {
      stopped.abort();
      await running;
    },
  };
}

async function run(wiring: AcquirerWiring, signal: AbortSignal): Promise<void> {
  // Loaded here only: nothing else of the launcher needs the simulator's code.
  const [{ STATEMENT_PROFILE }, headquarters] = await Promise.all([import('@tillward/simulator'), wiring.headquarters()]);
  await setUpAcquirer((query, variables) => headquarters.ask(query, variables), STATEMENT_PROFILE);
  await headquarters.signOut();
  while (!signal.aborted) {
    for (const [store, atMs] of wiring.closesAtMs) {
      if (Date.now() < atMs || signal.aborted) continue;
      try {
        await sendStore(wiring, store, atMs);
      } catch (error) {
        if (!signal.aborted) wiring.say(`the acquirer's statement of ${store} has to wait: ${(error as Error).message}`);
      }
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal, ref: false }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

const state = z.record(z.string(), z.string());

async function sendStore({ control, inboxDir, stateFile }: AcquirerWiring, store: DemoStore['id'], closesAtMs: number): Promise<void> {
  const settledAfter = await readState(stateFile);
  const written = await control.statement({
    ...demoStatementOrder(store, closesAtMs),
    ...(settledAfter[store] === undefined ? {} : { settledAfter: settledAfter[store] }),
    anomalies: store === MISTAKEN_STORE ? MISTAKES : [],
  });
  if (written.statements.length === 0 || written.open.length > 0) return;
  const folder = join(inboxDir, DEMO_ACQUIRER.id);
  await mkdir(folder, { recursive: true });
  for (const { name, content } of written.statements) {
    // Under another name until it is whole: the watcher takes what it finds.
    await writeFile(join(folder, `${name}.part`), content);
    await rename(join(folder, `${name}.part`), join(folder, name));
  }
  await mkdir(dirname(stateFile), { recursive: true });
  await writeFile(stateFile, JSON.stringify({ ...settledAfter, [store]: written.settledAt }));
}

async function readState(path: string): Promise<Record<string, string>> {
  try {
    return state.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
