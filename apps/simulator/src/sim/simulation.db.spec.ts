import { afterEach, describe, expect, it } from 'vitest';
import { type Lamp, lampKind } from './lamp.fixtures.js';
import { readScript } from './script.js';
import { kindHelp } from './sim-help.js';
import { Simulation } from './simulation.js';

const made: Lamp[] = [];
const kind = lampKind(made);
let simulation: Simulation | undefined;
const failures: unknown[] = [];

afterEach(async () => {
  await simulation?.stop();
  simulation = undefined;
  expect(failures).toEqual([]);
});

async function started(script = '{}') {
  const context = { host: '127.0.0.1', port: 4000, seed: 's', dataDir: '/none', failed: (error: unknown) => failures.push(error) };
  const played: unknown[] = [];
  simulation = new Simulation(kind, context, readScript(script, kind), (step) => played.push(step));
  const addresses = await simulation.start(0);
  const lamp = made.at(-1)!;
  const get = async (path: string) => (await fetch(`${addresses.control}${path}`)).json();
  const post = async (path: string, body: unknown) => {
    const response = await fetch(`${addresses.control}${path}`, { method: 'POST', body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as unknown };
  };
  return { addresses, lamp, played, get, post };
}

describe('a simulation', () => {
  it('shows its device, takes faults and switches its power through the control API', async () => {
    const { addresses, lamp, get, post } = await started();
    expect(addresses.endpoints).toEqual({ lamp: 'tcp://127.0.0.1:4000' });
    expect(await get('/v1/state')).toEqual({ kind: 'lamp', endpoints: addresses.endpoints, state: { lit: true, watts: 6 } });
    expect(await post('/v1/faults', { fault: 'flicker' })).toEqual({ status: 200, body: { accepted: { fault: 'flicker', ms: 20 } } });
    expect(lamp.faults).toEqual([{ fault: 'flicker', ms: 20 }]);
    expect(await post('/v1/power', { on: false })).toEqual({ status: 200, body: { on: false } });
    expect(lamp.lit).toBe(false);
    expect(await get('/v1/faults')).toMatchObject({ oneOf: expect.any(Array) });
    expect(await get('/healthz')).toEqual({ status: 'ok' });
  });

  it.each([
    ['/v1/faults', { fault: 'explode' }, 400, 'malformed'],
    ['/v1/power', { on: 'yes' }, 400, 'malformed'],
    ['/v1/state', {}, 405, 'methodNotAllowed'],
    ['/v1/nothing', {}, 404, 'notFound'],
  ])('refuses POST %s %j with %i %s', async (path, body, status, code) => {
    const { post } = await started();
    expect(await post(path, body)).toMatchObject({ status, body: { code, message: expect.any(String) } });
  });

  it('says that a device without a ledger has none', async () => {
    const { addresses } = await started();
    expect((await fetch(`${addresses.control}/v1/ledger`)).status).toBe(404);
  });

  it('plays its script', async () => {
    const { lamp, played } = await started('{"steps":[{"afterS":0.02,"fault":"flicker"},{"afterS":0.05,"power":"off"}]}');
    await expect.poll(() => lamp.lit).toBe(false);
    expect(lamp.faults).toEqual([{ fault: 'flicker', ms: 20 }]);
    expect(played).toHaveLength(2);
  });

  it('stops with its device', async () => {
    const { addresses, lamp } = await started('{"steps":[{"afterS":60,"power":"off"}]}');
    await simulation?.stop();
    simulation = undefined;
    expect(lamp.running).toBe(false);
    await expect(fetch(addresses.control)).rejects.toThrow();
  });
});

describe('help', () => {
  it('names every setting and every fault with its settings', () => {
    const text = kindHelp(kind);
    expect(text).toContain('watts  integer = 6  how much it draws');
    expect(text).toContain('flicker  {ms: integer = 20}');
    expect(text).toContain('clear  undoes everything');
    expect(text).toContain('Look at it.');
  });
});
