import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ExamStore, HEADQUARTERS } from '../chain/chain.js';
import type { CommandRecord, Records } from './records.js';

const REQUEST_TIMEOUT_MS = 15_000;
/** What headquarters orders, and how often in relation to each other. Closing a terminal is followed by opening it again. */
const ACTIONS = [
  'displayMessage',
  'displayMessage',
  'displayMessage',
  'settleTerminal',
  'settleTerminal',
  'dayEnd',
  'diagnoseTerminal',
  'captureDialogue',
] as const;

interface HeadquartersOptions {
  readonly url: string;
  readonly password: string;
  readonly stores: readonly ExamStore[];
  readonly roll: (below: number) => number;
  readonly records: Records<CommandRecord>;
  /** Mean pauses in milliseconds; 0: none of it. */
  readonly commandEveryMs: number;
  readonly policyEveryMs: number;
  /** Which actions; all when left out. */
  readonly actions?: readonly string[];
}

/** People at headquarters, working through GraphQL as the dashboard does: commands to terminals, day-ends, policy changes. */
export class Headquarters {
  readonly #options: HeadquartersOptions;
  #cookie: string | undefined;
  #working = false;
  #work: Promise<unknown> | undefined;
  #number = 0;
  #policyChanges = 0;

  constructor(options: HeadquartersOptions) {
    this.#options = options;
  }

  /** Policy changes that core has accepted. */
  get policyChanges(): number {
    return this.#policyChanges;
  }

  start(): void {
    this.#working = true;
    const { commandEveryMs, policyEveryMs } = this.#options;
    this.#work = Promise.all([this.#every(commandEveryMs, () => this.#command()), this.#every(policyEveryMs, () => this.#changePolicy())]);
  }

  /** Ends the work; resolves when the last request has its answer. */
  async finish(): Promise<void> {
    this.#working = false;
    await this.#work;
  }

  /** Changes the policy once more; resolves when core has accepted it. Throws when it does not within half a minute. */
  async changePolicy(): Promise<void> {
    const before = this.#policyChanges;
    for (const deadline = performance.now() + 30_000; this.#policyChanges === before; await sleep(300)) {
      if (performance.now() > deadline) throw new Error('core accepted no change of the policy');
      await this.#changePolicy();
    }
  }

  async #every(pauseMs: number, work: () => Promise<void>): Promise<void> {
    if (pauseMs === 0) return;
    while (this.#working) {
      await sleep(Math.round((pauseMs * (50 + this.#options.roll(101))) / 100));
      if (this.#working) await work();
    }
  }

  async #command(): Promise<void> {
    const { stores, roll, actions = ACTIONS } = this.#options;
    const store = stores[roll(stores.length)]!;
    const terminal = store.terminals[roll(store.terminals.length)]!.id;
    const action = actions[roll(actions.length)]!;
    if (action !== 'dayEnd') return this.#order(store.id, terminal, action);
    await this.#order(store.id, terminal, 'closeTerminal');
    await sleep(1_500);
    await this.#order(store.id, terminal, 'openTerminal');
  }

  async #order(storeId: string, terminalId: string, action: string): Promise<void> {
    const marker = action === 'displayMessage' ? `chaos-${String(++this.#number).padStart(5, '0')}-${randomUUID().slice(0, 4)}` : undefined;
    const answer = await this.#ask<{ runTerminalAction: { id?: string } }>(
      `mutation ($input: RunTerminalActionInput!) { runTerminalAction(input: $input) { ... on TerminalCommand { id } } }`,
      {
        input: {
          storeId,
          terminalId,
          action,
          idempotencyKey: randomUUID(),
          reason: 'chaos exam',
          ...(marker === undefined ? {} : { text: marker }),
          ...(action === 'diagnoseTerminal' ? { depth: 'host' } : {}),
        },
      },
    );
    const commandId = answer?.runTerminalAction.id;
    if (commandId === undefined) return;
    const line = { at: Date.now(), store: storeId, terminal: terminalId, action, commandId, origin: 'core' as const };
    this.#options.records.add(marker === undefined ? line : { ...line, marker });
  }

  async #changePolicy(): Promise<void> {
    const { stores, roll } = this.#options;
    const chain = roll(3) === 0;
    const place = chain ? { level: 'chain' } : { level: 'store', storeId: stores[roll(stores.length)]!.id };
    const head = await this.#ask<{ policy: { version: number } }>(
      'query ($level: PolicyLevel!, $storeId: ID) { policy(level: $level, storeId: $storeId) { version } }',
      place,
    );
    if (head === undefined) return;
    const changes = [
      { key: 'settlement.retryDelaySeconds', value: 1 + roll(4) },
      { key: 'settlement.missedAfterMinutes', value: 30 + roll(60) },
    ];
    const answer = await this.#ask<{ updatePolicy: { version?: number } }>(
      'mutation ($input: UpdatePolicyInput!) { updatePolicy(input: $input) { ... on PolicyDocument { version } } }',
      { input: { ...place, expectedVersion: head.policy.version, reason: 'chaos exam', changes } },
    );
    if (answer?.updatePolicy.version !== undefined) this.#policyChanges += 1;
  }

  /** One GraphQL request; undefined when core didn't answer. Signs in when it must. */
  async #ask<T>(query: string, variables: object): Promise<T | undefined> {
    try {
      this.#cookie ??= await this.#signIn();
      if (this.#cookie === undefined) return undefined;
      const response = await this.#post('/graphql', { query, variables });
      if (response.status === 401) this.#cookie = undefined;
      const body = (await response.json()) as { data?: T | null; errors?: { message: string }[] };
      if (body.errors?.some(({ message }) => /Cannot query|Unknown|required|invalid value/i.test(message)) === true) {
        throw new Error(`core doesn't know what the exam asks: ${body.errors[0]!.message}`);
      }
      // A field that failed is null in an answer that is otherwise whole: nothing was learnt then.
      return body.errors === undefined ? (body.data ?? undefined) : undefined;
    } catch (error) {
      if (error instanceof TypeError || error instanceof SyntaxError || (error as Error).name === 'TimeoutError') return undefined;
      throw error;
    }
  }

  async #signIn(): Promise<string | undefined> {
    const response = await this.#post('/api/session', { person: HEADQUARTERS, password: this.#options.password });
    await response.arrayBuffer();
    return response.ok ? response.headers.getSetCookie()[0]?.split(';')[0] : undefined;
  }

  #post(path: string, body: object): Promise<Response> {
    return fetch(`${this.#options.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(this.#cookie === undefined ? {} : { cookie: this.#cookie }) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  }
}
