import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { z } from 'zod';

/** What hangs on an outlet. */
export interface PoweredDevice {
  powerOn(): Promise<void>;
  powerOff(): Promise<void>;
}

/** A simulated Shelly Gen2 device: outlets by switch id, and where its relay positions are kept. */
export interface PlugOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly name: string;
  readonly outlets: ReadonlyMap<number, PoweredDevice>;
  /** File of the relay positions; they stay as they were when the simulator starts again. */
  readonly stateFile: string;
  /** Position of a relay that was never switched. */
  readonly initiallyOn: boolean;
  /** Called when a device on an outlet can't follow. */
  readonly failed?: (error: unknown) => void;
  /** Called when the device answers and everything stands as its relays do. */
  readonly started?: () => void;
}

const MAX_BODY_BYTES = 8_192;
/** Watts of a card terminal, for `apower`. */
const TERMINAL_WATTS = 6.4;

const rpcFrame = z.object({
  id: z.union([z.int(), z.string()]).optional(),
  method: z.string(),
  params: z.record(z.string(), z.unknown()).optional(),
});
const savedState = z.record(z.string(), z.boolean());

/** A refusal as the device words it: RPC error code and message. */
class RpcRefusal extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
    this.name = 'RpcRefusal';
  }
}

/**
 * A plug with the HTTP RPC of Shelly's second generation: `GET /rpc/Switch.Set?id=0&on=true`, `GET /rpc/Switch.GetStatus?id=0`,
 * `POST /rpc` with a JSON-RPC frame, `GET /rpc/Shelly.GetDeviceInfo`. Its relays really switch what hangs on them.
 */
export class SimulatedPlug {
  private readonly server: Server;
  private readonly relays = new Map<number, boolean>();
  private readonly toggles = new Map<number, NodeJS.Timeout>();
  private listeningPort: number;
  /** When false, the device doesn't answer: connections are destroyed. */
  reachable = true;
  /** When true, its relays stay where they are whatever it is told (a welded contact). */
  stuck = false;

  constructor(private readonly options: PlugOptions) {
    this.listeningPort = options.port;
    this.server = createServer((request, response) => {
      this.serve(request, response).catch(() => response.destroy());
    });
    const saved = existsSync(options.stateFile) ? savedState.parse(JSON.parse(readFileSync(options.stateFile, 'utf8'))) : {};
    for (const id of options.outlets.keys()) this.relays.set(id, saved[String(id)] ?? options.initiallyOn);
  }

  get port(): number {
    return this.listeningPort;
  }

  /** Position of a relay; undefined for a switch the device doesn't have. */
  isOn(id: number): boolean | undefined {
    return this.relays.get(id);
  }

  /** Starts answering, with every device powered as its relay stands. */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.options.port, this.options.host, resolve);
    });
    const address = this.server.address();
    if (address && typeof address === 'object') this.listeningPort = address.port;
    await Promise.all([...this.relays].filter(([, on]) => on).map(([id]) => this.options.outlets.get(id)?.powerOn()));
    this.options.started?.();
  }

  /** Stops answering; relays stay as they are. */
  async close(): Promise<void> {
    for (const timer of this.toggles.values()) clearTimeout(timer);
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.reachable) {
      request.socket.destroy();
      return;
    }
    const url = new URL(request.url ?? '/', 'http://plug');
    if (request.method === 'POST' && url.pathname === '/rpc') {
      await this.serveFrame(request, response);
      return;
    }
    if (request.method !== 'GET' || !url.pathname.startsWith('/rpc/')) {
      reply(response, 404, { code: 404, message: `No handler for ${url.pathname.slice(0, 80)}` });
      return;
    }
    const params = Object.fromEntries([...url.searchParams].map(([key, value]) => [key, fromQuery(value)]));
    try {
      reply(response, 200, this.call(url.pathname.slice('/rpc/'.length), params));
    } catch (error) {
      if (!(error instanceof RpcRefusal)) throw error;
      reply(response, error.code === 404 ? 404 : 500, { code: error.code, message: error.message });
    }
  }

  private async serveFrame(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const frame = rpcFrame.safeParse(await readJson(request));
    if (!frame.success) {
      reply(response, 400, { code: 400, message: 'Bad request' });
      return;
    }
    const { id, method, params } = frame.data;
    try {
      reply(response, 200, { id, src: this.options.name, result: this.call(method, params ?? {}) });
    } catch (error) {
      if (!(error instanceof RpcRefusal)) throw error;
      reply(response, 200, { id, src: this.options.name, error: { code: error.code, message: error.message } });
    }
  }

  private call(method: string, params: Record<string, unknown>): unknown {
    switch (method.toLowerCase()) {
      case 'shelly.getdeviceinfo':
        return { id: this.options.name, model: 'SNPL-00112EU', gen: 2, app: 'PlusPlugS', ver: '1.4.4', auth_en: false };
      case 'switch.getstatus': {
        const id = this.switchIdOf(params);
        const output = this.relays.get(id) ?? false;
        return { id, source: 'HTTP_in', output, apower: output ? TERMINAL_WATTS : 0, voltage: 230.4 };
      }
      case 'switch.set': {
        const id = this.switchIdOf(params);
        const { on, toggle_after: toggleAfter } = params;
        if (typeof on !== 'boolean') throw new RpcRefusal(-103, "Missing required argument 'on'!");
        const wasOn = this.relays.get(id) ?? false;
        this.switch(id, on);
        if (typeof toggleAfter === 'number' && toggleAfter > 0) this.toggleLater(id, !on, toggleAfter);
        return { was_on: wasOn };
      }
      default:
        throw new RpcRefusal(404, `No handler for ${method.slice(0, 80)}`);
    }
  }

  private switchIdOf(params: Record<string, unknown>): number {
    const { id } = params;
    if (typeof id !== 'number') throw new RpcRefusal(-103, "Missing required argument 'id'!");
    if (!this.relays.has(id)) throw new RpcRefusal(-105, `Argument 'id', value ${id} not found!`);
    return id;
  }

  private switch(id: number, on: boolean): void {
    const timer = this.toggles.get(id);
    if (timer) clearTimeout(timer);
    this.toggles.delete(id);
    if (this.stuck || this.relays.get(id) === on) return;
    this.relays.set(id, on);
    this.save();
    const device = this.options.outlets.get(id);
    const followed = on ? device?.powerOn() : device?.powerOff();
    followed?.catch((error: unknown) => this.options.failed?.(error));
  }

  private toggleLater(id: number, on: boolean, seconds: number): void {
    this.toggles.set(
      id,
      setTimeout(() => this.switch(id, on), seconds * 1000),
    );
  }

  private save(): void {
    mkdirSync(dirname(this.options.stateFile), { recursive: true });
    const next = `${this.options.stateFile}.next`;
    writeFileSync(next, JSON.stringify(Object.fromEntries(this.relays)));
    renameSync(next, this.options.stateFile);
  }
}

function fromQuery(value: string): unknown {
  if (value === 'true' || value === 'false') return value === 'true';
  return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_BODY_BYTES) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
