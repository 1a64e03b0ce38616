import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { PartEndedEarly } from './part.js';

/** Exit status of a part whose port another program has (sysexits.h EX_UNAVAILABLE). */
export const EXIT_PORT_TAKEN = 69;
const TRIES = 3;

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

/** Below what Linux takes for outgoing connections (ip_local_port_range, from 32768): a port there is not gone before a part listens at it. */
const LOWEST_PORT = 10_240;
const HIGHEST_PORT = 32_767;
const GUESSES = 50;

/** A loopback port nobody listens at now. Somebody else may take it before it is used: callers retry or report. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let guess = 0; guess < GUESSES; guess++) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT + 1);
    if (await isPortFree(port, host)) return port;
  }
  throw new Error(`no free port from ${LOWEST_PORT} to ${HIGHEST_PORT}: ${GUESSES} guesses were taken`);
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

/**
 * Starts a part at ports that were free when they were chosen. When another program was faster it is started again at those `chooseAgain` found, three times at most; then its last words are the error, as they are
 * of every other failure.
 */
export async function atFreePorts<T>(start: () => Promise<T>, chooseAgain: () => Promise<void>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof PartEndedEarly) || error.status !== EXIT_PORT_TAKEN || attempt === TRIES) throw error;
      await chooseAgain();
    }
  }
}
