import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgeEnquiry, orderReference } from '@tillward/driver';
import { ZvtDriver } from '@tillward/driver-zvt';
import { ShellySwitch } from '@tillward/power';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AcquirerFiles } from '../acquirer/index.js';
import { ConfigError, readConfig } from '../config.js';
import { type JsonApi, worldApi } from '../control/index.js';
import { type SimulatorScenarioInput, simulatorScenario } from './scenario.js';
import { SimulatedWorld } from './simulated-world.js';

let dataDir: string;
let world: SimulatedWorld;
let control: JsonApi;
let controlUrl: string;
let faults: string[];
const drivers: ZvtDriver[] = [];

const scenario = (seed: string): SimulatorScenarioInput => ({
  seed,
  stores: [
    {
      id: 'berlin',
      name: 'Berlin Mitte',
      timeZone: 'Europe/Berlin',
      currency: 'EUR',
      agent: { url: 'http://127.0.0.1:1', token: 'x' },
      terminals: [
        {
          id: 't1',
          port: 0,
          password: '123456',
          cardMs: [0, 3],
          hostMs: [0, 3],
          declineRate: 0.2,
          power: { kind: 'plug', port: 0, switchId: 0 },
          bootMs: 500,
        },
        { id: 't2', port: 0, password: '123456', cardMs: [0, 3], hostMs: [0, 3], declineRate: 0 },
      ],
      tills: [{ id: 'till-1', terminal: 't1', operatorId: 'anna' }],
    },
  ],
  timeline: [
    { store: 'berlin', terminal: 't2', atSale: 2, fault: 'cutAfterBooking' },
    { store: 'berlin', terminal: 't2', onClosing: true, fault: 'hostDown' },
    { store: 'berlin', terminal: 't1', afterS: 0.05, fault: { fault: 'declineNext', resultCode: 0x71 } },
  ],
});

async function begin(seed: string): Promise<void> {
  faults = [];
  world = new SimulatedWorld(simulatorScenario.parse(scenario(seed)), {
    dataDir,
    run: 'r1',
    observer: {
      faultInjected: ({ device, fault, because }) => faults.push(`${device} ${fault} ${because}`),
      failed: (error) => {
        throw error;
      },
    },
  });
  await world.start();
  control = worldApi(world, (error) => {
    throw error;
  });
  controlUrl = `http://127.0.0.1:${await control.listen('127.0.0.1', 0)}`;
}
async function end(): Promise<void> {
  await Promise.all(drivers.splice(0).map((driver) => driver.close()));
  await control.close();
  await world.stop();
}
const driverOf = (terminal: string): ZvtDriver => {
  const port = world.view().terminals.find((view) => view.terminal === terminal)?.port ?? 0;
  const driver = new ZvtDriver({
    host: '127.0.0.1',
    port,
    password: '123456',
    currency: 'EUR',
    times: { connectMs: 2_000, t3Ms: 2_000, t4Ms: 5_000 },
  });
  drivers.push(driver);
  return driver;
};
const post = (path: string, body: unknown) =>
  fetch(controlUrl + path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tillward-world-'));
  await begin('world-1');
});
afterEach(async () => {
  await end();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('a simulated world', () => {
  it('cuts the second sale off after booking and takes the host down on closing, as the timeline says', async () => {
    const driver = driverOf('t2');
    await driver.signOn();
    const first = await driver.pay({ amountMinor: 500, currency: 'EUR', reference: orderReference(1, 'TEST') });
    expect(first).toMatchObject({ kind: 'booked' });
    const sale = { amountMinor: 500, currency: 'EUR', reference: orderReference(2, 'TEST') };
    expect(await driver.pay(sale)).toMatchObject({ kind: 'inDoubt' });
    const lastKnownTraceNo = first.kind === 'booked' ? first.details.traceNo : null;
    expect(judgeEnquiry({ ...sale, lastKnownTraceNo }, await driver.enquireLostOutcome())).toBe('booked');
    expect(await driver.settle()).toMatchObject({ kind: 'refused', code: 'hostUnreachable' });
    expect((await post('/v1/terminals/berlin/t2/faults', { fault: 'hostUp' })).status).toBe(200);
    expect(await driver.settle()).toMatchObject({ kind: 'settled', hostTotals: { amountMinor: 1_000, count: 2 } });
    const ledger = await (await fetch(`${controlUrl}/v1/ledger`)).json();
    const { lines } = ledger as { lines: { kind: string; amountMinor: number }[] };
    expect(lines.map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([
      ['sale', 500],
      ['sale', 500],
      ['settlement', 1_000],
    ]);
    const order = { store: 'berlin', anomalies: ['missingAtAcquirer'] };
    const statement = (await (await post('/v1/statement', order)).json()) as AcquirerFiles;
    expect(statement).toMatchObject({
      statements: [{ rows: 1, merchantNo: 'M-berlin' }],
      planted: [{ type: 'missingAtAcquirer' }],
      open: [],
    });
    expect(await (await post('/v1/statement', { ...order, settledAfter: statement.settledAt })).json()).toMatchObject({ statements: [] });
    expect(faults).toEqual(
      expect.arrayContaining(['t2 cutAfterBooking at sale 2', 't2 hostDown on closing', 't1 declineNext after 0.05 s']),
    );
  });

  it('books a sale under the trace number of the one before it when told to, once', async () => {
    const driver = driverOf('t2');
    await driver.signOn();
    const traceNo = async (number: number) => {
      const paid = await driver.pay({ amountMinor: 100, currency: 'EUR', reference: orderReference(number, 'TEST') });
      return paid.kind === 'booked' ? paid.details.traceNo : null;
    };
    expect(await traceNo(1)).toBe(1);
    // The timeline cuts off the second one, which is booked all the same.
    expect(await traceNo(2)).toBeNull();
    expect((await post('/v1/terminals/berlin/t2/faults', { fault: 'repeatTraceNo' })).status).toBe(200);
    expect([await traceNo(3), await traceNo(4)]).toEqual([2, 3]);
  });

  it('its plug kills a terminal, and booting it takes a while', async () => {
    const { terminals, power } = world.view();
    expect(terminals[0]).toMatchObject({ power: 'on' });
    const outlet = new ShellySwitch({ baseUrl: `http://127.0.0.1:${power[0]?.port}`, switchId: 0 });
    const driver = driverOf('t1');
    expect(await driver.signOn()).toEqual({ kind: 'done' });
    expect(await outlet.off()).toEqual({ kind: 'done' });
    expect(await driver.status()).toMatchObject({ kind: 'unreachable' });
    expect(await outlet.on()).toEqual({ kind: 'done' });
    expect(await driver.status()).toMatchObject({ kind: 'unreachable' });
    await expect.poll(async () => (await driver.status()).kind, { timeout: 5_000 }).toBe('answered');
    expect(await driver.status()).toMatchObject({ service: 'signOnNeeded' });
  });

  it('is the same for the same seed: cards, numbers, declines', async () => {
    const day = async () => {
      const driver = driverOf('t1');
      await driver.signOn();
      const outcomes: string[] = [];
      for (let n = 0; n < 25; n++) {
        const outcome = await driver.pay({ amountMinor: 100 + n, currency: 'EUR', reference: orderReference(n + 1, 'TEST') });
        outcomes.push(
          outcome.kind === 'booked' ? `${outcome.details.traceNo} ${outcome.details.cardName} ${outcome.details.cardLast4}` : outcome.kind,
        );
      }
      return outcomes;
    };
    const fresh = async (seed: string) => {
      await end();
      rmSync(dataDir, { recursive: true, force: true });
      await begin(seed);
      await expect.poll(() => faults.length).toBeGreaterThan(0);
      return day();
    };
    const first = await fresh('seed-a');
    expect(await fresh('seed-a')).toEqual(first);
    expect(await fresh('seed-b')).not.toEqual(first);
  });
});

describe('the control API', () => {
  it('shows the state, steers tills, and answers wrong requests with typed JSON', async () => {
    expect(await (await fetch(`${controlUrl}/v1/state`)).json()).toMatchObject({
      seed: 'world-1',
      terminals: [{ terminal: 't1' }, { terminal: 't2' }],
    });
    expect(await (await post('/v1/tills/rate', { saleEverySeconds: 3 })).json()).toEqual({ tills: 1 });
    expect(world.view().tills[0]).toMatchObject({ saleEverySeconds: 3 });
    expect(await (await post('/v1/tills/pause', { store: 'berlin' })).json()).toEqual({ tills: 1 });
    expect(await (await post('/v1/tills/resume', '')).json()).toEqual({ tills: 1 });
    const wrong: [Promise<Response>, number, string][] = [
      [fetch(`${controlUrl}/v1/nothing`), 404, 'notFound'],
      [post('/v1/terminals/berlin/t9/faults', { fault: 'hostUp' }), 404, 'notFound'],
      [post('/v1/terminals/berlin/t1/faults', { fault: 'flood' }), 400, 'malformed'],
      [post('/v1/terminals/berlin/t1/faults', '{'), 400, 'malformed'],
      [post('/v1/statement', { store: 'tokyo' }), 404, 'notFound'],
      [post('/v1/statement', { store: 'berlin', cutOff: 'late' }), 400, 'malformed'],
      [post('/v1/state', {}), 405, 'methodNotAllowed'],
      [post('/v1/tills/rate', { saleEverySeconds: -1 }), 400, 'malformed'],
    ];
    for (const [request, status, code] of wrong) {
      const response = await request;
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject({ code });
    }
  });
});

describe('settings', () => {
  const file = (content: unknown) => {
    const path = join(dataDir, 'scenario.json');
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };
  const read = (change: Record<string, string | undefined>) => () =>
    readConfig({ SIM_SCENARIO_FILE: file(scenario('s')), SIM_DATA_DIR: dataDir, SIM_CONTROL_PORT: '0', ...change });

  it('a good environment is read, defaults filled in', () => {
    expect(read({})()).toMatchObject({ controlHost: '127.0.0.1', controlPort: 0, logLevel: 'info', scenario: { seed: 's' } });
  });

  it.each([
    [{ SIM_DATA_DIR: undefined }, /^SIM_DATA_DIR: missing; expected the path/],
    [{ SIM_CONTROL_PORT: 'x' }, /^SIM_CONTROL_PORT: expected a whole number from 0 to 65535/],
    [{ SIM_SCENARIO_FILE: '/nowhere/at/all' }, /^SIM_SCENARIO_FILE: expected the path of a scenario/],
  ])('a wrong one names the setting: %o', (change, message) => {
    expect(read(change)).toThrow(ConfigError);
    expect(read(change)).toThrow(message);
  });

  it.each([
    [
      'an unknown terminal in the timeline',
      { timeline: [{ store: 'berlin', terminal: 't9', afterS: 1, fault: 'hostDown' }] },
      /timeline\.0\.terminal: there is no terminal berlin\/t9/,
    ],
    [
      'two triggers',
      { timeline: [{ store: 'berlin', terminal: 't1', afterS: 1, atSale: 1, fault: 'hostDown' }] },
      /exactly one of afterS, atSale, onClosing/,
    ],
    ['a misspelt key', { tillz: [] }, /tillz/],
  ])('a wrong scenario says where: %s', (_name, change, message) => {
    const wrong = file({ ...scenario('s'), ...change });
    expect(() => readConfig({ SIM_SCENARIO_FILE: wrong, SIM_DATA_DIR: dataDir, SIM_CONTROL_PORT: '0' })).toThrow(message);
  });
});
