import { createServer, type Server, type Socket } from 'node:net';
import type { PoweredDevice } from './outlet-bank.js';

/**
 * The plainest thing to hang on an outlet: with power it accepts TCP connections and sends back what it gets, without power nothing answers. It keeps
 * its port over power cuts.
 */
export class SimulatedLamp implements PoweredDevice {
  private server: Server | null = null;
  private readonly sockets = new Set<Socket>();
  private listeningPort: number;

  /** `port` 0 takes a free one, known after {@link reserve} or the first power. */
  constructor(
    private readonly host: string,
    port: number,
  ) {
    this.listeningPort = port;
  }

  get port(): number {
    return this.listeningPort;
  }

  get lit(): boolean {
    return this.server !== null;
  }

  /** Finds its port without staying on. */
  async reserve(): Promise<void> {
    if (this.listeningPort !== 0) return;
    await this.powerOn();
    await this.powerOff();
  }

  async powerOn(): Promise<void> {
    if (this.server) return;
    const server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      // A client that resets its connection is the client's affair.
      socket.on('error', () => socket.destroy());
      socket.pipe(socket);
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.listeningPort, this.host, resolve);
    });
    const address = server.address();
    if (address && typeof address === 'object') this.listeningPort = address.port;
  }

  async powerOff(): Promise<void> {
    const server = this.server;
    if (!server) return;
    this.server = null;
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

/** Lamps for a device that was started alone: one for each outlet. */
export class LampBoard {
  readonly lamps: ReadonlyMap<number, SimulatedLamp>;

  /** Ports follow each other from `firstPort` in the order of `outlets`; 0 takes free ones. */
  constructor(
    private readonly host: string,
    outlets: readonly number[],
    firstPort: number,
  ) {
    this.lamps = new Map(outlets.map((outlet, index) => [outlet, new SimulatedLamp(host, firstPort === 0 ? 0 : firstPort + index)]));
  }

  /** Where each lamp answers while it has power. */
  get endpoints(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.lamps].map(([outlet, lamp]) => [`outlet${outlet}`, `tcp://${this.host}:${lamp.port}`]));
  }

  /** Finds every lamp's port. */
  async reserve(): Promise<void> {
    await Promise.all([...this.lamps.values()].map((lamp) => lamp.reserve()));
  }

  async powerOff(): Promise<void> {
    await Promise.all([...this.lamps.values()].map((lamp) => lamp.powerOff()));
  }

  view(): Readonly<Record<string, 'lit' | 'dark'>> {
    return Object.fromEntries([...this.lamps].map(([outlet, lamp]) => [String(outlet), lamp.lit ? 'lit' : 'dark']));
  }
}
