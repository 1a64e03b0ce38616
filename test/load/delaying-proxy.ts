import { connect, createServer, type Server, type Socket } from 'node:net';

/** Forwards connections and hands on every byte `delayMs` later, in both directions: a line with a round trip of twice that. It loses nothing and keeps the order. */
export class DelayingProxy {
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(target: { host: string; port: number }, delayMs: number, port = 0): Promise<DelayingProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const proxy = new DelayingProxy(server, (server.address() as { port: number }).port);
    server.on('connection', (near) => {
      const far = connect({ ...target, noDelay: true });
      near.setNoDelay(true);
      proxy.#join(near, far, delayMs);
      proxy.#join(far, near, delayMs);
    });
    return proxy;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #join(from: Socket, to: Socket, delayMs: number): void {
    this.#sockets.add(from);
    from.on('data', (chunk) => void setTimeout(() => to.writable && to.write(chunk), delayMs));
    from.on('close', () => {
      this.#sockets.delete(from);
      setTimeout(() => to.destroy(), delayMs);
    });
    // The other side learns of it by the close that follows.
    from.on('error', () => from.destroy());
  }
}
