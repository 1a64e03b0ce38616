import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { enrolGateway, Headquarters } from 'tillward';
import { HEADQUARTERS } from './chain.js';

/** Core may be down on purpose: frozen for a minute, killed, frozen again, waiting for a frozen database between. Asked again for as long as that can go on. */
const CORE_BACK_WITHIN_MS = 900_000;

/** Headquarters as far as it lets gateways in and out. */
export class Office {
  readonly #url: string;
  readonly #password: string;

  constructor(url: string, password: string) {
    this.#url = url;
    this.#password = password;
  }

  /** Lets the gateway of a store in: a claim from headquarters, and the command an installer would type. */
  async enrol(storeId: string, dataDir: string): Promise<void> {
    await this.#untilDone(async (headquarters) => {
      await enrolGateway({ core: this.#url, claim: await headquarters.issueClaim(storeId), dataDir });
    });
  }

  /** Takes everything from a gateway that it may do. */
  async revoke(storeId: string, gatewayId: string): Promise<void> {
    await this.#untilDone((headquarters) => headquarters.revokeGateway(storeId, gatewayId, 'chaos exam'));
  }

  async #untilDone(work: (headquarters: Headquarters) => Promise<void>): Promise<void> {
    for (const deadline = performance.now() + CORE_BACK_WITHIN_MS; ; ) {
      try {
        const headquarters = await Headquarters.signIn(this.#url, HEADQUARTERS, this.#password);
        await work(headquarters);
        return;
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }
}

/** What opens the broker's door for a gateway, as its own folder has it (enrolment.json); PEM. */
export interface GatewayIdentity {
  readonly key: string;
  readonly certificate: string;
  readonly brokerAuthority: string;
}

/** Reads the identity that an enrolled gateway has now. */
export async function identityOfGateway(dataDir: string): Promise<GatewayIdentity> {
  const { key, certificate, broker } = JSON.parse(await readFile(join(dataDir, 'enrolment.json'), 'utf8')) as {
    key: string;
    certificate: string;
    broker: { authority: string };
  };
  return { key, certificate, brokerAuthority: broker.authority };
}
