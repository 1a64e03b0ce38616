import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { Aedes, type AuthenticateError, type Client } from 'aedes';
import type { Logger } from 'pino';
import { refusePublish, refuseSubscribe } from './access.rules.js';
import { authenticate, type BrokerCredential } from './credentials.js';
import { type ConnectionLimits, ConnectionRefused, GuardedConnection } from './guarded-connection.js';

/** Limits of the whole broker. */
export interface BrokerLimits extends ConnectionLimits {
  /** Sockets that have not authenticated yet; further ones are closed at once and come back by themselves. */
  maxUnauthenticated: number;
  /** How long a client may leave its socket full before it is disconnected. */
  drainTimeoutMs: number;
}

/** What the product needs and not more: the largest message is a `desired` document of 512 KiB. */
export const BROKER_LIMITS: BrokerLimits = {
  maxConnectBytes: 4 * 1024,
  maxPacketBytes: 1024 * 1024,
  authenticationTimeoutMs: 5_000,
  maxUnauthenticated: 512,
  drainTimeoutMs: 10_000,
};

/** A listening broker. */
export interface Broker {
  port: number;
  /** Disconnects everybody and stops listening. */
  close(): Promise<void>;
}

/** Where to listen (port 0: any free one) and whom to let in. */
export interface BrokerOptions {
  host: string;
  port: number;
  credentials: readonly BrokerCredential[];
  limits?: Partial<BrokerLimits>;
  logger: Logger;
}

const BAD_USERNAME_OR_PASSWORD = 4;

/**
 * MQTT 3.1.1 broker for one deployment, in memory: nothing it holds is truth. After its restart core publishes every retained
 * `desired` again and each agent its presence, as they do after any reconnect.
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const limits = { ...BROKER_LIMITS, ...options.limits };
  const { logger } = options;
  const known = new WeakMap<Client, BrokerCredential>();
  const aedes = await Aedes.createBroker({
    connectTimeout: limits.authenticationTimeoutMs,
    drainTimeout: limits.drainTimeoutMs,
    maxClientsIdLength: 64,
    maxTopicLevels: 8,
    authenticate: accept(options.credentials, known, logger),
    authorizePublish: (client, packet, done) => {
      const who = client === null ? undefined : known.get(client);
      const refusal = who === undefined ? 'topicNotAllowed' : refusePublish(who, packet);
      if (refusal !== undefined) logger.warn({ username: who?.username, refusal }, 'publish refused, client disconnected');
      done(refusal === undefined ? null : new Error(refusal));
    },
    authorizeSubscribe: (client, subscription, done) => {
      const who = known.get(client);
      const refusal = who === undefined ? 'topicNotAllowed' : refuseSubscribe(who, subscription);
      if (refusal !== undefined) logger.warn({ username: who?.username, refusal }, 'subscription refused');
      done(null, refusal === undefined ? subscription : null);
    },
  });
  logClients(aedes, known, logger);
  const server = createServer({ noDelay: true }, listen(aedes, limits, logger));
  server.listen({ host: options.host, port: options.port });
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => aedes.close(resolve));
      await closed;
    },
  };
}

function accept(credentials: readonly BrokerCredential[], known: WeakMap<Client, BrokerCredential>, logger: Logger) {
  const byName = new Map(credentials.map((c) => [c.username, c]));
  return (
    client: Client,
    username: Readonly<string | undefined>,
    password: Readonly<Buffer | undefined>,
    done: (error: AuthenticateError | null, success: boolean | null) => void,
  ): void => {
    const who = authenticate(byName, { clientId: client.id, username, password: password as Buffer | undefined });
    if (who !== undefined) {
      known.set(client, who);
      done(null, true);
      return;
    }
    // Only a known name is logged: an unknown one may be a password typed into the wrong field.
    logger.warn(
      { username: username !== undefined && byName.has(username) ? username : undefined },
      'connection refused: wrong credentials',
    );
    done(Object.assign(new Error('bad user name or password'), { returnCode: BAD_USERNAME_OR_PASSWORD }), false);
  };
}

function logClients(aedes: Aedes, known: WeakMap<Client, BrokerCredential>, logger: Logger): void {
  aedes.on('clientReady', (client) => {
    (client.conn as GuardedConnection).authenticated();
    logger.info({ username: known.get(client)?.username }, 'client connected');
  });
  aedes.on('clientDisconnect', (client) => logger.info({ username: known.get(client)?.username }, 'client disconnected'));
  aedes.on('clientError', (client, error) =>
    logger.warn({ username: known.get(client)?.username, reason: error.message }, 'client closed'),
  );
  aedes.on('connectionError', (_client, error) => logger.warn({ reason: error.message }, 'connection closed before it was accepted'));
}

function listen(aedes: Aedes, limits: BrokerLimits, logger: Logger) {
  let unauthenticated = 0;
  return (socket: Socket): void => {
    if (unauthenticated >= limits.maxUnauthenticated) {
      logger.warn({ unauthenticated }, 'connection dropped: too many that have not authenticated');
      socket.destroy();
      return;
    }
    unauthenticated += 1;
    const connection = new GuardedConnection(socket, limits);
    const settle = onceOnly(() => {
      unauthenticated -= 1;
    });
    connection.onAuthenticated = settle;
    connection.once('close', settle);
    connection.once('error', (error) => {
      if (error instanceof ConnectionRefused) logger.warn({ reason: error.violation }, 'connection refused');
    });
    aedes.handle(connection);
  };
}

function onceOnly(work: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
}
