import { z } from 'zod';
import { ControlRefusal, JsonApi, type JsonResource, parseBody } from '../control/index.js';
import type { DeviceKind, SimulatedDevice } from '../device.js';

const power = z.strictObject({ on: z.boolean() });

/**
 * Steers one simulated device: `GET /v1/state`, `GET /v1/ledger`, `GET /v1/faults` (JSON Schema of every fault it can play), `POST /v1/faults`,
 * `POST /v1/power` with `{"on": false}`, `GET /healthz`.
 */
export function deviceApi(kind: DeviceKind, device: SimulatedDevice, failed: (error: unknown) => void): JsonApi {
  const resources: Readonly<Record<string, JsonResource>> = {
    '/healthz': { get: () => ({ status: 'ok' }) },
    '/v1/state': { get: () => ({ kind: kind.kind, endpoints: device.endpoints, state: device.view() }) },
    '/v1/ledger': {
      get: () => {
        if (!device.ledger) throw new ControlRefusal(404, 'notFound', `A ${kind.kind} books nothing and has no ledger.`);
        return { lines: device.ledger() };
      },
    },
    '/v1/faults': faults(kind, device),
    '/v1/power': { post: (body) => switchPower(kind, device, parseBody(power, body).on) },
  };
  return new JsonApi((path) => resources[path], failed);
}

function faults(kind: DeviceKind, device: SimulatedDevice): JsonResource {
  return {
    get: () => z.toJSONSchema(kind.faults, { io: 'input' }),
    post: (body) => {
      const fault = parseBody(kind.faults, body);
      device.inject(fault);
      return { accepted: fault };
    },
  };
}

async function switchPower(kind: DeviceKind, device: SimulatedDevice, on: boolean): Promise<{ on: boolean }> {
  const change = on ? device.powerOn?.bind(device) : device.powerOff?.bind(device);
  if (!change) throw new ControlRefusal(409, 'notPossible', `A ${kind.kind} hangs on no outlet.`);
  await change();
  return { on };
}
