import { Aedes, type AuthenticateError, type Client } from 'aedes';
import type { Logger } from 'pino';
import { refusePublish, refuseSubscribe } from './access.rules.js';
import { refuseCertificate } from './certificate.rules.js';
import { authenticate, type BrokerCredential } from './credentials.js';
import { FrontDoor, type FrontDoorLimits, type TlsMaterial, type Visitor } from './front-door.js';
import { type ConnectionLimits, ConnectionRefused, GuardedConnection } from './guarded-connection.js';
import type { Rate } from './rate.rules.js';
import { Revocations } from './revocations.js';
import { Sessions } from './sessions.js';

/** Limits of the whole broker. */
export interface BrokerLimits extends ConnectionLimits, FrontDoorLimits {
  /** How long a client may leave its socket full before it is disconnected. */
  drainTimeoutMs: number;
  /** How fast one gateway may send: {@link GuardedConnection}. */
  gatewayRate: Rate;
}

/**
 * What the product needs and not more: the largest message is a `desired` document of 512 KiB; a gateway that works off a week's backlog sends 1 MiB a
 * second; a thousand gateways that come back together are in within four seconds, and the rest try again by themselves.
 */
export const BROKER_LIMITS: BrokerLimits = {
  maxConnectBytes: 4 * 1024,
  maxPacketBytes: 1024 * 1024,
  authenticationTimeoutMs: 5_000,
  handshakeTimeoutMs: 5_000,
  maxUnauthenticated: 512,
  connections: { perSecond: 200, burst: 400 },
  drainTimeoutMs: 10_000,
  gatewayRate: { perSecond: 4 * 1024 * 1024, burst: 8 * 1024 * 1024 },
};

/** A listening broker. */
export interface Broker {
  /** Where clients with a password come in. */
  port: number;
  /** Where gateways with a certificate come in; undefined without TLS. */
  tlsPort: number | undefined;
  /** Disconnects everybody and stops listening. */
  close(): Promise<void>;
}

/** The TLS listener: gateways come in here, by certificate only. */
export interface BrokerTlsOptions extends TlsMaterial {
  readonly port: number;
  /** Core's list of revoked certificates (contracts, `revokedCertificates`); absent: none is. */
  readonly revocationsFile?: string | undefined;
}

/** Where to listen (port 0: any free one) and whom to let in. */
export interface BrokerOptions {
  host: string;
  port: number;
  /** Who signs in with a password. The broker's program takes core alone; gateways among them are for tests and measurements that need no TLS. */
  credentials: readonly BrokerCredential[];
  tls?: BrokerTlsOptions;
  limits?: Partial<BrokerLimits>;
  logger: Logger;
}

/** Who a client has proven to be. */
type Principal = BrokerCredential | { role: 'gateway'; username: string; store: string; gateway: string };

const BAD_USERNAME_OR_PASSWORD = 4;
const NOT_AUTHORIZED = 5;

/**
 * MQTT 3.1.1 broker for one deployment, in memory: nothing it holds is truth. After its restart core publishes every retained
 * `desired` again and each agent its presence, as they do after any reconnect.
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const limits = { ...BROKER_LIMITS, ...options.limits };
  const { logger } = options;
  const known = new WeakMap<Client, Principal>();
  const revocations = new Revocations(options.tls?.revocationsFile, logger);
  const sessions = new Sessions(revocations, logger);
  const aedes = await Aedes.createBroker({
    connectTimeout: limits.authenticationTimeoutMs,
    drainTimeout: limits.drainTimeoutMs,
    maxClientsIdLength: 64,
    maxTopicLevels: 8,
    authenticate: accept(options.credentials, known, revocations, logger),
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
  followClients(aedes, known, sessions, logger);
  const door = new FrontDoor(limits, logger, (visitor) => enter(aedes, limits, logger, visitor));
  const port = await door.listenPlain(options.host, options.port);
  const tlsPort = options.tls === undefined ? undefined : await door.listenTls(options.host, options.tls.port, options.tls);
  sessions.start();
  return {
    port,
    tlsPort,
    close: async () => {
      sessions.stop();
      await new Promise<void>((resolve) => aedes.close(resolve));
      await door.close();
    },
  };
}

/** The address, with its port, that another program listens at already, when that is why a broker did not start. */
export function takenPort(error: unknown): string | undefined {
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  return code === 'EADDRINUSE' ? `${address}:${port}` : undefined;
}

function accept(credentials: readonly BrokerCredential[], known: WeakMap<Client, Principal>, revocations: Revocations, logger: Logger) {
  const byName = new Map(credentials.map((c) => [c.username, c]));
  return (
    client: Client,
    username: Readonly<string | undefined>,
    password: Readonly<Buffer | undefined>,
    done: (error: AuthenticateError | null, success: boolean | null) => void,
  ): void => {
    const { certificate } = client.conn as GuardedConnection;
    if (certificate !== undefined) {
      // No way round: who came over TLS is who the certificate says, whatever user name and password stand in the packet.
      revocations.refresh();
      const refusal = refuseCertificate(certificate, client.id, revocations.serials, Date.now());
      if (refusal === undefined) {
        known.set(client, { role: 'gateway', username: certificate.gateway, store: certificate.store, gateway: certificate.gateway });
        done(null, true);
        return;
      }
      logger.warn({ gateway: certificate.gateway, refusal }, 'connection refused');
      done(Object.assign(new Error(refusal), { returnCode: NOT_AUTHORIZED }), false);
      return;
    }
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

function followClients(aedes: Aedes, known: WeakMap<Client, Principal>, sessions: Sessions, logger: Logger): void {
  aedes.on('clientReady', (client) => {
    const connection = client.conn as GuardedConnection;
    connection.authenticated();
    if (connection.certificate !== undefined) {
      sessions.add(client, connection.certificate);
      connection.once('close', () => sessions.remove(client));
    }
    logger.info({ username: known.get(client)?.username }, 'client connected');
  });
  aedes.on('clientDisconnect', (client) => logger.info({ username: known.get(client)?.username }, 'client disconnected'));
  aedes.on('clientError', (client, error) =>
    logger.warn({ username: known.get(client)?.username, reason: error.message }, 'client closed'),
  );
  aedes.on('connectionError', (_client, error) => logger.warn({ reason: error.message }, 'connection closed before it was accepted'));
}

function enter(aedes: Aedes, limits: BrokerLimits, logger: Logger, { socket, certificate, settled }: Visitor): void {
  const connection = new GuardedConnection(socket, limits, {
    certificate,
    rate: certificate === undefined ? undefined : limits.gatewayRate,
  });
  connection.onAuthenticated = settled;
  connection.once('close', settled);
  connection.once('error', (error) => {
    if (error instanceof ConnectionRefused) logger.warn({ reason: error.violation }, 'connection refused');
  });
  aedes.handle(connection);
}
