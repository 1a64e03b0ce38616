import { z } from 'zod';
import { statementOrder } from '../acquirer/index.js';
import type { SimulatedWorld } from '../world/index.js';
import { ControlRefusal, JsonApi, type JsonResource, parseBody } from './json-api.js';

/** Which tills: those of one store, or all. */
const whichTills = z.strictObject({ store: z.string().optional() });
const rate = z.strictObject({ store: z.string().optional(), saleEverySeconds: z.number().positive().max(86_400) });

/**
 * Steers a simulated world: `GET /v1/state`, `GET /v1/ledger`, `GET` and `POST /v1/statement`, `GET` and `POST /v1/terminals/<store>/<terminal>/faults` (and
 * `/v1/printers/<store>/<printer>/faults`), `POST /v1/tills/pause`,
 * `…/resume`, `…/rate`, `GET /healthz`.
 */
export function worldApi(world: SimulatedWorld, failed: (error: unknown) => void): JsonApi {
  return new JsonApi((path) => reading(world, path) ?? statements(world, path) ?? faultsOf(world, path) ?? tills(world, path), failed);
}

function reading(world: SimulatedWorld, path: string): JsonResource | undefined {
  if (path === '/healthz') return { get: () => ({ status: 'ok' }) };
  if (path === '/v1/state') return { get: () => world.view() };
  if (path === '/v1/ledger') return { get: () => ({ lines: world.ledger() }) };
  return undefined;
}

function statements(world: SimulatedWorld, path: string): JsonResource | undefined {
  if (path !== '/v1/statement') return undefined;
  return {
    get: () => z.toJSONSchema(statementOrder, { io: 'input' }),
    post: (body) => {
      const files = world.acquirerFiles(parseBody(statementOrder, body));
      if (!files) throw new ControlRefusal(404, 'notFound', 'There is no such store.');
      return files;
    },
  };
}

function faultsOf(world: SimulatedWorld, path: string): JsonResource | undefined {
  const [, store, device] = /^\/v1\/(?:terminals|printers)\/([^/]+)\/([^/]+)\/faults$/.exec(path) ?? [];
  if (store === undefined || device === undefined) return undefined;
  const place = { store, device };
  const schema = () => {
    const faults = world.faultsOf(place);
    if (!faults) throw new ControlRefusal(404, 'notFound', 'There is no such device.');
    return faults;
  };
  return {
    get: () => z.toJSONSchema(schema(), { io: 'input' }),
    post: (body) => {
      const fault = parseBody(schema(), body);
      world.inject(place, fault, 'by the control API');
      return { accepted: fault };
    },
  };
}

function tills(world: SimulatedWorld, path: string): JsonResource | undefined {
  const action = /^\/v1\/tills\/(pause|resume|rate)$/.exec(path)?.[1];
  if (action === undefined) return undefined;
  return { post: (body) => steerTills(world, action, body) };
}

function steerTills(world: SimulatedWorld, action: string, body: unknown): { tills: number } {
  if (action === 'rate') {
    const { store, saleEverySeconds } = parseBody(rate, body);
    const paced = world.tillsOf(store);
    for (const till of paced) till.setPace(saleEverySeconds);
    return { tills: paced.length };
  }
  const chosen = world.tillsOf(parseBody(whichTills, body).store);
  for (const till of chosen) action === 'pause' ? till.pause() : till.resume();
  return { tills: chosen.length };
}
