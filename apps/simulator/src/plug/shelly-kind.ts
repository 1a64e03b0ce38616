import { join } from 'node:path';
import { z } from 'zod';
import type { DeviceContext, DeviceKind, SimulatedDevice } from '../device.js';
import { LampBoard } from './simulated-lamp.js';
import { SimulatedPlug } from './simulated-plug.js';

const switchId = z.int().nonnegative().optional().describe('one switch; all of them when left out');
const delayMs = z.int().min(0).max(600_000);

/** What can go wrong with a plug. Faults hold until `clear`. */
export const plugFault = z.discriminatedUnion('fault', [
  z.strictObject({ fault: z.literal('clear').describe('everything works again, contacts stay where they are') }),
  z.strictObject({ fault: z.literal('unreachable').describe('nothing answers') }),
  z.strictObject({ fault: z.literal('stuck').describe('a welded contact: the device takes commands, the relay stays'), switchId }),
  z.strictObject({ fault: z.literal('slow').describe('relays follow late'), delayMs }),
  z.strictObject({ fault: z.literal('slowAnswers').describe('every answer is late'), delayMs }),
  z.strictObject({ fault: z.literal('losesAnswers').describe('commands have their effect, their answers get lost') }),
  z.strictObject({ fault: z.literal('wrongPassword').describe('somebody changed its password') }),
]);
export type PlugFault = z.infer<typeof plugFault>;

const plugOptions = z.strictObject({
  switches: z.int().min(1).max(8).default(1).describe('how many relays it has, numbered from 0'),
  password: z.string().min(1).max(64).nullable().default(null).describe('of its user admin; null: everybody may switch'),
  initiallyOn: z.boolean().default(true).describe('position of a relay that was never switched'),
  loadPort: z.int().min(0).max(65_000).default(0).describe('port of the lamp on switch 0, the others follow; 0 takes free ones'),
});

const HELP = `
Speaks the HTTP RPC of Shelly's second generation. A lamp hangs on every switch: a TCP port that answers while it has power.

First steps
  curl 'http://HOST:PORT/rpc/Switch.GetStatus?id=0'
  curl 'http://HOST:PORT/rpc/Switch.Set?id=0&on=false'                 the lamp goes dark
  curl 'http://HOST:PORT/rpc/Switch.Set?id=0&on=false&toggle_after=5'  off for five seconds, timed by the device
With --set password=… add  --digest -u admin:…  to curl: RFC 7616 with SHA-256.

Faults worth trying: stuck (the command is answered, power stays), slow, wrongPassword.
`;

/** A Shelly plug started alone, with a lamp on every switch. */
class StandalonePlug implements SimulatedDevice {
  private readonly board: LampBoard;
  private readonly plug: SimulatedPlug;

  constructor(
    private readonly context: DeviceContext,
    private readonly options: z.infer<typeof plugOptions>,
  ) {
    const ids = Array.from({ length: options.switches }, (_, id) => id);
    this.board = new LampBoard(context.host, ids, options.loadPort);
    this.plug = new SimulatedPlug({
      host: context.host,
      port: context.port,
      name: `shellyplusplugs-${context.seed.replace(/[^a-z0-9]/gi, '').slice(0, 12) || '1'}`,
      outlets: this.board.lamps,
      stateFile: join(context.dataDir, 'relays.json'),
      initiallyOn: options.initiallyOn,
      seed: context.seed,
      failed: context.failed,
      ...(options.password === null ? {} : { password: options.password }),
    });
  }

  get endpoints(): Readonly<Record<string, string>> {
    return { http: `http://${this.context.host}:${this.plug.port}`, ...this.board.endpoints };
  }

  async start(): Promise<void> {
    await this.board.reserve();
    await this.plug.start();
  }

  async stop(): Promise<void> {
    await this.plug.close();
    await this.board.powerOff();
  }

  view(): Readonly<Record<string, unknown>> {
    const { reachable, answerDelayMs } = this.plug;
    return { reachable, answerDelayMs, switches: this.plug.view(), lamps: this.board.view() };
  }

  inject(fault: unknown): void {
    const put = fault as PlugFault;
    switch (put.fault) {
      case 'clear':
        Object.assign(this.plug, { reachable: true, stuck: false, delayMs: 0, answerDelayMs: 0, losesAnswers: false });
        if (this.options.password !== null) this.plug.password = this.options.password;
        return;
      case 'unreachable':
        this.plug.reachable = false;
        return;
      case 'stuck':
        if (put.switchId === undefined) this.plug.stuck = true;
        else this.plug.weld(true, put.switchId);
        return;
      case 'slow':
        this.plug.delayMs = put.delayMs;
        return;
      case 'slowAnswers':
        this.plug.answerDelayMs = put.delayMs;
        return;
      case 'losesAnswers':
        this.plug.losesAnswers = true;
        return;
      case 'wrongPassword':
        this.plug.password = `not ${this.options.password}`;
        return;
    }
  }
}

/** The kind `shelly` of the `sim` command. */
export const shellyKind: DeviceKind = {
  kind: 'shelly',
  summary: 'Shelly Gen2 plug over HTTP RPC',
  help: HELP,
  defaultPort: 8_081,
  options: plugOptions,
  faults: plugFault,
  create: (context, options) => new StandalonePlug(context, options as z.infer<typeof plugOptions>),
};
