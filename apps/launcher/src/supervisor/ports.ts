import { createServer } from 'node:net';

/** True when a server may listen on this loopback port right now. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A loopback port the kernel says is free. Somebody else may take it before it is used: callers retry or report. */
export function freePort(host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port: 0, host }, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/**
 * Hands out loopback ports, each at most once: the preferred one when it is free, else the next free one within 20 above it, else any.
 * `say` hears a sentence when a preferred port was taken. Preferred 0 means any free port, without a sentence.
 */
export class PortBook {
  readonly #given = new Set<number>();
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  async take(preferred: number, what: string): Promise<number> {
    const port = await this.takeQuietly(preferred);
    if (preferred !== 0 && port !== preferred) this.#say(`port ${preferred} is taken, using ${port} for ${what}`);
    return port;
  }

  /** The same without a sentence: for ports that no person ever types. */
  async takeQuietly(preferred: number): Promise<number> {
    const port = preferred === 0 ? await this.#any() : await this.#near(preferred);
    this.#given.add(port);
    return port;
  }

  async #near(preferred: number): Promise<number> {
    for (let port = preferred; port <= Math.min(preferred + 20, 65_535); port++) {
      if (!this.#given.has(port) && (await isPortFree(port))) return port;
    }
    return this.#any();
  }

  async #any(): Promise<number> {
    for (;;) {
      const port = await freePort();
      if (!this.#given.has(port)) return port;
    }
  }
}
