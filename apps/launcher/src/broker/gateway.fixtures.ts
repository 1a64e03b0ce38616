import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { CertificateAuthority } from '@tillward/core';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { createAuthority, createServerCertificate, type KeyedCertificate } from './authority.js';

/** A gateway's keys and certificate, as core issues them. */
export interface GatewayFiles {
  readonly store: string;
  readonly gateway: string;
  readonly serial: string;
  readonly key: string;
  readonly cert: string;
}

/** One authority with a broker's certificate, and whatever gateways a test needs. */
export class TestAuthority {
  readonly #issuing: CertificateAuthority;

  private constructor(
    readonly authority: KeyedCertificate,
    readonly server: KeyedCertificate,
  ) {
    this.#issuing = new CertificateAuthority(authority.key, authority.certificate);
  }

  static async create(): Promise<TestAuthority> {
    const authority = await createAuthority('Test authority');
    return new TestAuthority(authority, await createServerCertificate(authority, { dns: ['localhost'], ip: ['127.0.0.1'] }));
  }

  /** A certificate that is valid from a minute ago for `lifeMs`. */
  async gateway(store: string, gateway: string, lifeMs = 3_600_000, commonName = gateway): Promise<GatewayFiles> {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const serial = `1${randomBytes(8).toString('hex').slice(1)}`;
    const now = Date.now();
    const { pem } = await this.#issuing.issue({
      store,
      gateway: commonName,
      serial,
      publicKey: publicKey.export({ type: 'spki', format: 'der' }),
      notBefore: new Date(Math.min(now - 60_000, now + lifeMs - 60_000)),
      notAfter: new Date(now + lifeMs),
    });
    return { store, gateway, serial, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: pem };
  }

  revocationList(serials: readonly string[], number = 1): Promise<string> {
    const now = Date.now();
    const list = { number, thisUpdate: new Date(now - 1_000), nextUpdate: new Date(now + 86_400_000) };
    return this.#issuing.revocationList(
      serials.map((serial) => ({ serial, revokedAt: new Date(now - 1_000) })),
      list,
    );
  }

  /** Connects as this gateway; rejects when the broker won't have it. */
  async connect(port: number, { key, cert, gateway }: GatewayFiles, options: IClientOptions = {}): Promise<MqttClient> {
    const url = `mqtts://127.0.0.1:${port}`;
    return await connected(
      mqtt.connect(url, {
        key,
        cert,
        ca: this.authority.certificate,
        clientId: gateway,
        protocolVersion: 4,
        reconnectPeriod: 0,
        ...options,
      }),
    );
  }
}

/** Resolves when the client is connected; rejects, and ends it, when it is not. */
export async function connected(client: MqttClient): Promise<MqttClient> {
  try {
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve());
      client.once('error', reject);
      client.once('close', () => reject(new Error('closed')));
    });
    return client;
  } catch (error) {
    client.on('error', () => undefined);
    client.end(true);
    throw error;
  }
}
