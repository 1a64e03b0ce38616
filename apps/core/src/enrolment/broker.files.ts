import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { RevokedCertificates } from '@tillward/contracts';
import { systemActor, UnitOfWork } from '../database/index.js';
import { IngestService } from '../ingest/index.js';
import { type Log, reasonOf } from '../logging.js';
import { MqttLink } from '../messaging/index.js';
import { CLOCK, type Clock, LOG } from '../platform.js';
import { mosquittoAcl } from './broker.rules.js';
import { ENROLMENT_SETUP, type EnrolmentSetup } from './enrolment.config.js';
import { CERTIFICATE_LIFE_MS } from './enrolment.rules.js';
import { listAdmitted, listRevoked, readVersion } from './enrolment.store.js';

const SYSTEM = systemActor('enrolment');
/** E6: another core may have revoked; a second for each to notice leaves the broker four. */
const LOOK_EVERY_MS = 1_000;
/** How long core keeps ending a revoked gateway's session: a broker that reads its list late lets it in once more. */
const KICK_FOR_MS = 60_000;
/** A list says until when it counts; it is made again long before. */
const LIST_AGE_MS = 24 * 60 * 60_000;

/** Names of the files in the folder for brokers. */
export const BROKER_FILES = { revoked: 'revoked.json', crl: 'revoked.crl', acl: 'mosquitto-acl.conf' } as const;

/** What brokers must know now. */
interface Known {
  readonly version: number;
  readonly revoked: Awaited<ReturnType<typeof listRevoked>>;
  readonly admitted: Awaited<ReturnType<typeof listAdmitted>>;
}

/**
 * Tells this core and the brokers what enrolment decided: journal keys are read again, the files for brokers written, sessions of revoked gateways
 * ended. Looks every second, so that it hears of decisions another core took.
 */
@Injectable()
export class BrokerFiles implements OnApplicationBootstrap, OnApplicationShutdown {
  #known: Known | undefined;
  #writtenAtMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(IngestService) private readonly ingest: IngestService,
    @Inject(MqttLink) private readonly link: MqttLink,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
    @Inject(ENROLMENT_SETUP) private readonly setup: EnrolmentSetup | undefined,
  ) {}

  onApplicationBootstrap(): void {
    if (this.setup !== undefined) this.nudge();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  /** Looks now, after what it is doing. */
  nudge(): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#round = this.#round.then(() => this.#look());
  }

  async #look(): Promise<void> {
    if (this.#stopped) return;
    try {
      await this.#refresh();
    } catch (error) {
      this.log.warn({ reason: reasonOf(error) }, 'brokers could not be told who is revoked, trying again');
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.nudge(), LOOK_EVERY_MS).unref();
  }

  async #refresh(): Promise<void> {
    const version = await this.work.run(SYSTEM, (ctx) => readVersion(ctx));
    const nowMs = this.clock.now().getTime();
    if (version !== this.#known?.version || nowMs - this.#writtenAtMs >= LIST_AGE_MS) {
      const known = await this.work.run(SYSTEM, async (ctx): Promise<Known> => {
        return { version: await readVersion(ctx), revoked: await listRevoked(ctx), admitted: await listAdmitted(ctx) };
      });
      await this.ingest.reloadGateways();
      if (this.setup?.brokerDir !== undefined) await this.#write(this.setup, this.setup.brokerDir, known);
      this.#known = known;
      this.#writtenAtMs = nowMs;
    }
    if (this.#known !== undefined) await this.#kick(this.#known, nowMs);
  }

  async #write({ authority }: EnrolmentSetup, folder: string, { version, revoked, admitted }: Known): Promise<void> {
    const now = this.clock.now();
    const list = JSON.stringify({ version, revoked: revoked.map(({ serial }) => serial) } satisfies RevokedCertificates);
    const acl = mosquittoAcl(admitted);
    // A start finds them as the last one left them nearly always, and signing a list loads a library.
    if (await isKept(folder, { list, acl, nowMs: now.getTime() })) return;
    // When a list that nobody renewed runs out, every certificate it could be silent about has run out as well.
    const nextUpdate = new Date(now.getTime() + CERTIFICATE_LIFE_MS);
    const crl = await authority.revocationList(revoked, { number: version, thisUpdate: now, nextUpdate });
    await mkdir(folder, { recursive: true, mode: 0o755 });
    await replace(join(folder, BROKER_FILES.acl), acl);
    await replace(join(folder, BROKER_FILES.crl), crl);
    await replace(join(folder, BROKER_FILES.revoked), list);
  }

  async #kick({ revoked, admitted }: Known, nowMs: number): Promise<void> {
    const allowed = new Set(admitted.map(({ storeId, gatewayId }) => `${storeId}/${gatewayId}`));
    const fresh = revoked.filter(
      ({ storeId, gatewayId, revokedAt }) => nowMs - revokedAt.getTime() < KICK_FOR_MS && !allowed.has(`${storeId}/${gatewayId}`),
    );
    for (const gatewayId of new Set(fresh.map((row) => row.gatewayId))) {
      try {
        await this.link.endSession(gatewayId);
      } catch (error) {
        this.log.warn({ gateway: gatewayId, reason: reasonOf(error) }, 'session of a revoked gateway not ended, trying again');
      }
    }
  }
}

/** True when the folder says all this already, in a signed list that is young enough. The list brokers are told by is written last. */
async function isKept(folder: string, wanted: { list: string; acl: string; nowMs: number }): Promise<boolean> {
  try {
    const [list, acl, { mtimeMs }] = await Promise.all([
      readFile(join(folder, BROKER_FILES.revoked), 'utf8'),
      readFile(join(folder, BROKER_FILES.acl), 'utf8'),
      stat(join(folder, BROKER_FILES.crl)),
    ]);
    return list === wanted.list && acl === wanted.acl && Math.abs(wanted.nowMs - mtimeMs) < LIST_AGE_MS;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Complete or not at all: a broker may read at any time. */
async function replace(file: string, content: string): Promise<void> {
  await writeFile(`${file}.new`, content, { mode: 0o644 });
  await rename(`${file}.new`, file);
}
