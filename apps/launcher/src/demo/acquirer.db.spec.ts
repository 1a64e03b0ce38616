import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AcquirerFiles } from '@tillward/simulator';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AcquirerWiring, startAcquirer } from './acquirer.js';
import { DEMO_ACQUIRER } from './chain.js';
import { SimulatorControl, type StatementOrderInput } from './simulator-control.js';

const CLOSED = Date.parse('2026-11-21T12:00:00Z');
const SETTLED_AT = '2026-11-21T12:00:30.000Z';

let folder: string;
/** Which numbers of the acquirer core knows: none at first, it came with the chain file. */
let known: { terminalNo: string }[];
let asked: { query: string; variables: Readonly<Record<string, unknown>> }[];
let said: string[];
let orders: StatementOrderInput[];
/** What the simulated acquirer answers; an Error: it can't be reached. */
let answer: Partial<AcquirerFiles> | Error;

// Where nothing else has loaded it, a busy machine takes longer for the simulator's code than a test waits.
beforeAll(async () => void (await import('@tillward/simulator')), 60_000);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillward-acquirer-'));
  known = [];
  asked = [];
  said = [];
  orders = [];
  answer = {
    statements: [{ name: 'a.csv', content: 'rows' } as AcquirerFiles['statements'][number]],
    open: [],
    settledAt: SETTLED_AT,
  };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function wiring(more: Partial<AcquirerWiring> = {}): AcquirerWiring {
  const control = new SimulatorControl('http://127.0.0.1:1');
  control.statement = async (order) => {
    orders.push(order);
    if (answer instanceof Error) throw answer;
    return answer as AcquirerFiles;
  };
  const ask = async (query: string, variables: Readonly<Record<string, unknown>>) => {
    asked.push({ query, variables });
    return query.startsWith('mutation') ? { saved: {}, mapped: {} } : { acquirers: [{ id: DEMO_ACQUIRER.id, mapping: known }] };
  };
  return {
    headquarters: async () => ({ ask, signOut: async () => undefined }),
    control,
    inboxDir: join(folder, 'inbox'),
    stateFile: join(folder, 'acquirer.json'),
    closesAtMs: new Map([['shanghai', CLOSED]]),
    say: (line) => said.push(line),
    ...more,
  };
}

/** Runs the acquirer until the condition holds. */
async function runUntil(condition: () => unknown, more: Partial<AcquirerWiring> = {}): Promise<void> {
  const acquirer = startAcquirer(wiring(more));
  try {
    await vi.waitFor(condition, { timeout: 5_000, interval: 10 });
  } finally {
    await acquirer.stop();
  }
}
const sent = () => readdir(join(folder, 'inbox', DEMO_ACQUIRER.id));

describe('the demo’s acquirer', () => {
  it('makes itself known to core with all eight terminals, once', async () => {
    await runUntil(() => expect(asked).toHaveLength(2), { closesAtMs: new Map() });
    expect(asked[1]!.variables).toMatchObject({
      id: DEMO_ACQUIRER.id,
      entries: expect.arrayContaining([expect.objectContaining({ terminalId: 'be-3' })]),
    });
    expect(asked[1]!.variables['entries']).toHaveLength(8);
    known = [{ terminalNo: 'be-3' }];
    asked = [];
    await runUntil(() => expect(asked).toHaveLength(1), { closesAtMs: new Map() });
  });

  it('sends a closed store’s statements to the watched folder, and the next time only what was settled since', async () => {
    await runUntil(async () => expect(await readFile(join(folder, 'acquirer.json'), 'utf8')).toContain(SETTLED_AT));
    expect(await sent()).toEqual(['a.csv']);
    expect(orders[0]).toMatchObject({ store: 'shanghai', cutOff: '00:00:00' });
    expect(orders[0]!.anomalies).toContain('feeWrong');
    await runUntil(() => expect(orders.length).toBeGreaterThan(1));
    expect(orders.at(-1)).toMatchObject({ settledAfter: SETTLED_AT });
  });

  it('sends nothing while a terminal has not settled, before the closing, or when nothing was settled', async () => {
    answer = { ...(answer as AcquirerFiles), open: ['sh-1'] };
    await runUntil(() => expect(orders).toHaveLength(1));
    answer = { statements: [], open: [], settledAt: '' };
    await runUntil(() => expect(orders).toHaveLength(2));
    await runUntil(() => expect(asked.length).toBeGreaterThan(4), { closesAtMs: new Map([['shanghai', Date.now() + 60_000]]) });
    expect(orders).toHaveLength(2);
    await expect(sent()).rejects.toThrow('ENOENT');
  });

  it('says why it has to wait, and that it is not there at all', async () => {
    answer = new Error('the simulators are away');
    await runUntil(() => expect(said).toEqual(["the acquirer's statement of shanghai has to wait: the simulators are away"]));
    said = [];
    await runUntil(() => expect(said).toEqual(["the demo's acquirer is not there: core refused"]), {
      headquarters: () => Promise.reject(new Error('core refused')),
    });
  });
});
