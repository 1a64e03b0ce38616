import { createServer, type Server, type Socket } from 'node:net';
import { COMMAND } from './command.js';
import { type Frame, FrameParser } from './frame.js';
import { ACKNOWLEDGEMENT } from './message.js';
import { encodeRegistrationCompletion } from './terminal-message.js';
import { ZvtDriver, type ZvtDriverOptions } from './zvt.driver.js';

/** What a scripted terminal does with a command it was sent. */
export type Script = (say: (bytes: Uint8Array | string) => void, socket: Socket, command: Frame) => void;

/**
 * A terminal that says exactly what a test tells it to say, right or wrong, without waiting for anything. Registration works unless scripted.
 */
export class ScriptedTerminal {
  /** Every frame the till sent, acknowledgements included, as hexadecimal digits. */
  readonly heard: string[] = [];
  private readonly scripts = new Map<number, Script>();
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {
    server.on('connection', (socket) => this.accept(socket));
    this.on(COMMAND.registration, (say) => {
      say(ACKNOWLEDGEMENT);
      say(encodeRegistrationCompletion({ terminalId: '60000101' }));
    });
  }

  static async start(): Promise<ScriptedTerminal> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return new ScriptedTerminal(server, address.port);
  }

  /** Says what happens when this command comes. */
  on(control: number, script: Script): this {
    this.scripts.set(control, script);
    return this;
  }

  driver(options: Partial<ZvtDriverOptions> = {}): ZvtDriver {
    const times = { connectMs: 1_000, t3Ms: 300, t4Ms: 600, commandMs: 2_000, ...options.times };
    return new ZvtDriver({ host: '127.0.0.1', port: this.port, password: '123456', currency: 'EUR', ...options, times });
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(socket: Socket): void {
    this.sockets.add(socket);
    const parser = new FrameParser();
    const say = (bytes: Uint8Array | string) => {
      if (!socket.destroyed) socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'hex') : bytes);
    };
    socket.on('data', (bytes) => {
      for (const frame of parser.push(bytes).frames) {
        this.heard.push(frame.control.toString(16).padStart(4, '0') + Buffer.from(frame.data).toString('hex'));
        this.scripts.get(frame.control)?.(say, socket, frame);
      }
    });
    // The driver drops links hard, which is what half of these tests are about.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.sockets.delete(socket));
  }
}
