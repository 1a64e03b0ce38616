import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { SeededRandom } from '../seeded-random.js';
import { DigestGuard } from './digest-guard.js';
import { OutletBank, type OutletView, type PoweredDevice } from './outlet-bank.js';

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
  /** Password of its user `admin`; absent: everybody may switch. */
  readonly password?: string;
  /** Its nonces follow from this; the name by default. */
  readonly seed?: string;
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

/** The answer to a command is lost on purpose: the connection just ends. */
class AnswerLost extends Error {
  override readonly name = 'AnswerLost';
}

/**
 * A plug with the HTTP RPC of Shelly's second generation: `GET /rpc/Switch.Set?id=0&on=true`, `GET /rpc/Switch.GetStatus?id=0`,
 * `POST /rpc` with a JSON-RPC frame, `GET /rpc/Shelly.GetDeviceInfo`. Its relays really switch what hangs on them. With a password, everything but
 * the device's description wants digest access (RFC 7616).
 */
export class SimulatedPlug {
  private readonly server: Server;
  private readonly bank: OutletBank;
  private readonly guard: DigestGuard | null;
  private listeningPort: number;
  /** When false, the device doesn't answer: connections are destroyed. */
  reachable = true;
  /** Every answer waits this long. */
  answerDelayMs = 0;
  /** When true, commands have their effect and their answers get lost. */
  losesAnswers = false;

  constructor(private readonly options: PlugOptions) {
    this.listeningPort = options.port;
    this.bank = new OutletBank(options);
    const { name, password, seed = name } = options;
    this.guard = password === undefined ? null : new DigestGuard(name, password, new SeededRandom(`${seed}/nonces`));
    this.server = createServer((request, response) => {
      this.serve(request, response).catch(() => response.destroy());
    });
  }

  get port(): number {
    return this.listeningPort;
  }

  /** When true, its relays stay where they are whatever it is told (a welded contact). */
  set stuck(stuck: boolean) {
    this.bank.weld(stuck);
  }

  /** Welds or frees one relay. */
  weld(stuck: boolean, id: number): void {
    this.bank.weld(stuck, id);
  }

  /** How long a relay takes to follow a command. */
  set delayMs(delayMs: number) {
    this.bank.delayMs = delayMs;
  }

  /** Gives the device another password; without effect on one that never had any. Clients must begin anew. */
  set password(password: string) {
    if (!this.guard) return;
    this.guard.password = password;
    this.guard.forget();
  }

  /** Position of a relay; undefined for a switch the device doesn't have. */
  isOn(id: number): boolean | undefined {
    return this.bank.isOn(id);
  }

  /** Its relays as people see them. */
  view(): Readonly<Record<string, OutletView>> {
    return this.bank.view();
  }

  /** Starts answering, with every device powered as its relay stands. */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.options.port, this.options.host, resolve);
    });
    const address = this.server.address();
    if (address && typeof address === 'object') this.listeningPort = address.port;
    await this.bank.start();
    this.options.started?.();
  }

  /** Stops answering; relays stay as they are. */
  async close(): Promise<void> {
    this.bank.stop();
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.reachable) {
      request.socket.destroy();
      return;
    }
    const url = new URL(request.url ?? '/', 'http://plug');
    if (!(await this.mayPass(request, response, url))) return;
    if (request.method === 'POST' && url.pathname === '/rpc') {
      await this.serveFrame(request, response);
      return;
    }
    if (request.method !== 'GET' || !url.pathname.startsWith('/rpc/')) {
      await this.reply(response, 404, { code: 404, message: `No handler for ${url.pathname.slice(0, 80)}` });
      return;
    }
    const params = Object.fromEntries([...url.searchParams].map(([key, value]) => [key, fromQuery(value)]));
    try {
      await this.reply(response, 200, this.call(url.pathname.slice('/rpc/'.length), params));
    } catch (error) {
      if (!(error instanceof RpcRefusal)) throw error;
      await this.reply(response, error.code === 404 ? 404 : 500, { code: error.code, message: error.message });
    }
  }

  /** False when the request was answered with a challenge. What the device is may be read by everybody. */
  private async mayPass(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> {
    if (!this.guard || url.pathname.toLowerCase() === '/rpc/shelly.getdeviceinfo') return true;
    const refusal = this.guard.check(request.method ?? '', request.url ?? '', request.headers.authorization, Date.now());
    if (!refusal) return true;
    await this.delay();
    response.writeHead(401, { 'www-authenticate': refusal.wwwAuthenticate, 'content-length': 0 }).end();
    request.resume();
    return false;
  }

  private async serveFrame(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const frame = rpcFrame.safeParse(await readJson(request));
    if (!frame.success) {
      await this.reply(response, 400, { code: 400, message: 'Bad request' });
      return;
    }
    const { id, method, params } = frame.data;
    try {
      await this.reply(response, 200, { id, src: this.options.name, result: this.call(method, params ?? {}) });
    } catch (error) {
      if (!(error instanceof RpcRefusal)) throw error;
      await this.reply(response, 200, { id, src: this.options.name, error: { code: error.code, message: error.message } });
    }
  }

  private async reply(response: ServerResponse, status: number, body: unknown): Promise<void> {
    await this.delay();
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  private async delay(): Promise<void> {
    if (this.answerDelayMs > 0) await pause(this.answerDelayMs);
  }

  private call(method: string, params: Record<string, unknown>): unknown {
    switch (method.toLowerCase()) {
      case 'shelly.getdeviceinfo': {
        const auth = this.guard ? { auth_en: true, auth_domain: this.options.name } : { auth_en: false, auth_domain: null };
        return { id: this.options.name, model: 'SNPL-00112EU', gen: 2, app: 'PlusPlugS', ver: '1.4.4', ...auth };
      }
      case 'switch.getstatus': {
        const id = this.switchIdOf(params);
        const output = this.bank.isOn(id) ?? false;
        return { id, source: 'HTTP_in', output, apower: output ? TERMINAL_WATTS : 0, voltage: 230.4 };
      }
      case 'switch.set': {
        const id = this.switchIdOf(params);
        const { on, toggle_after: toggleAfter } = params;
        if (typeof on !== 'boolean') throw new RpcRefusal(-103, "Missing required argument 'on'!");
        const wasOn = this.bank.isOn(id) ?? false;
        if (typeof toggleAfter === 'number' && toggleAfter > 0) this.bank.toggle(id, on, toggleAfter);
        else this.bank.command(id, on);
        if (this.losesAnswers) throw new AnswerLost();
        return { was_on: wasOn };
      }
      default:
        throw new RpcRefusal(404, `No handler for ${method.slice(0, 80)}`);
    }
  }

  private switchIdOf(params: Record<string, unknown>): number {
    const { id } = params;
    if (typeof id !== 'number') throw new RpcRefusal(-103, "Missing required argument 'id'!");
    if (this.bank.isOn(id) === undefined) throw new RpcRefusal(-105, `Argument 'id', value ${id} not found!`);
    return id;
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
