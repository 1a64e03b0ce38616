import type { Client } from 'aedes';
import type { Logger } from 'pino';
import { type ClientCertificate, refuseCertificate } from './certificate.rules.js';
import type { Revocations } from './revocations.js';

/** E6: a revoked gateway's session ends within this and the time core takes to write its list. */
const LOOK_EVERY_MS = 1_000;

/**
 * Ends sessions whose certificate has stopped counting. TLS asks only at the handshake: without this a revoked or expired gateway would stay for as long as
 * its socket lives.
 */
export class Sessions {
  readonly #open = new Map<Client, ClientCertificate>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly revocations: Revocations,
    private readonly logger: Logger,
  ) {}

  /** Begins looking. */
  start(): void {
    this.revocations.refresh();
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#open.clear();
  }

  add(client: Client, certificate: ClientCertificate): void {
    this.#open.set(client, certificate);
  }

  remove(client: Client): void {
    this.#open.delete(client);
  }

  #look(): void {
    this.revocations.refresh();
    const nowMs = Date.now();
    for (const [client, certificate] of this.#open) {
      const refusal = refuseCertificate(certificate, client.id, this.revocations.serials, nowMs);
      if (refusal === undefined) continue;
      this.#open.delete(client);
      this.logger.warn({ gateway: certificate.gateway, refusal }, 'session ended');
      client.close();
    }
  }
}
