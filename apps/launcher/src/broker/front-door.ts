import { constants } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import type { Logger } from 'pino';
import { type ClientCertificate, readCertificate } from './certificate.rules.js';
import { type Allowance, fullAllowance, type Rate, refilled, taken } from './rate.rules.js';

/** Who holds which file of the TLS listener: its own key and certificate, and the authority of gateways' certificates; PEM. */
export interface TlsMaterial {
  readonly key: string;
  readonly certificate: string;
  readonly clientAuthority: string;
}

/** Limits before anybody has said who they are. */
export interface FrontDoorLimits {
  /** Sockets that have not authenticated yet; further ones are closed at once and come back by themselves. */
  maxUnauthenticated: number;
  /** From the accepted socket to the end of the TLS handshake. */
  handshakeTimeoutMs: number;
  /** New connections, of all clients together: a handshake costs a core about a millisecond. */
  connections: Rate;
}

/** A socket on its way in. `settled` must be called once when it has authenticated or ended. */
export interface Visitor {
  readonly socket: Socket;
  readonly certificate: ClientCertificate | undefined;
  readonly settled: () => void;
}

/**
 * Accepts sockets, never more than may wait and never faster than may come. What comes over TLS has finished its handshake with a certificate of the
 * authority; nothing of its data was read before.
 */
export class FrontDoor {
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  #unauthenticated = 0;
  #allowance: Allowance;

  constructor(
    private readonly limits: FrontDoorLimits,
    private readonly logger: Logger,
    private readonly enter: (visitor: Visitor) => void,
  ) {
    this.#allowance = fullAllowance(limits.connections, performance.now());
  }

  /** Listens for clients without TLS; resolves with the port. */
  listenPlain(host: string, port: number): Promise<number> {
    return this.#listen(host, port, (socket, settled) => this.enter({ socket, certificate: undefined, settled }));
  }

  /** Listens for clients with a certificate; resolves with the port. */
  listenTls(host: string, port: number, material: TlsMaterial): Promise<number> {
    const settling = new WeakMap<object, () => void>();
    const tls = this.#tlsServer(material, settling);
    return this.#listen(host, port, (socket, settled) => {
      settling.set(socket, settled);
      tls.emit('connection', socket);
    });
  }

  /** Stops listening and ends what has not gone. */
  async close(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  #tlsServer({ key, certificate, clientAuthority }: TlsMaterial, settling: WeakMap<object, () => void>): TlsServer {
    const server = createTlsServer({
      key,
      cert: certificate,
      ca: clientAuthority,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      handshakeTimeout: this.limits.handshakeTimeoutMs,
      // A resumed session would bring back a certificate that nobody looks at again.
      secureOptions: constants.SSL_OP_NO_TICKET,
      noDelay: true,
    });
    server.on('secureConnection', (socket: TLSSocket) => {
      const { _parent: raw } = socket as unknown as { _parent?: Socket };
      const settled = (raw === undefined ? undefined : settling.get(raw)) ?? (() => undefined);
      const read = socket.isSessionReused() ? undefined : readCertificate(socket.getPeerCertificate());
      if (read === undefined) {
        this.logger.warn('connection refused: the certificate names no gateway');
        socket.destroy();
        return;
      }
      this.enter({ socket, certificate: read, settled });
    });
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
      this.logger.warn({ reason: error.code ?? error.message }, 'TLS handshake failed');
      socket.destroy();
    });
    return server;
  }

  async #listen(host: string, port: number, accept: (socket: Socket, settled: () => void) => void): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => {
      if (this.#isFull()) {
        socket.destroy();
        return;
      }
      this.#unauthenticated += 1;
      this.#sockets.add(socket);
      const settled = onceOnly(() => {
        this.#unauthenticated -= 1;
      });
      socket.once('close', () => {
        this.#sockets.delete(socket);
        settled();
      });
      accept(socket, settled);
    });
    server.listen({ host, port });
    await once(server, 'listening');
    this.#servers.push(server);
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  #isFull(): boolean {
    if (this.#unauthenticated >= this.limits.maxUnauthenticated) {
      this.logger.warn({ unauthenticated: this.#unauthenticated }, 'connection dropped: too many that have not authenticated');
      return true;
    }
    const nowMs = performance.now();
    const rate = this.limits.connections;
    if (refilled(this.#allowance, rate, nowMs).level < 1) {
      this.logger.warn('connection dropped: too many in a moment');
      return true;
    }
    this.#allowance = taken(this.#allowance, 1, rate, nowMs).allowance;
    return false;
  }
}

function onceOnly(work: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
}
