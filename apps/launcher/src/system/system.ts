import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chainFile } from '@tillward/contracts';
import { passwordSha256 } from '../broker/index.js';
import type { LauncherConfig } from '../config.js';
import {
  type AuthorityFiles,
  type Background,
  DEMO_STORES,
  type DemoNight,
  type DemoSecrets,
  type DemoStore,
  demoAuthority,
  demoChainFile,
  demoScenario,
  demoSecrets,
  SimulatorControl,
  shutOutSentence,
  startAcquirer,
  type TerminalPorts,
  writeSecretFile,
} from '../demo/index.js';
import { postgresUrl, prepareCluster } from '../postgres/index.js';
import { atFreePorts, type PartEvent, PortBook, Supervisor } from '../supervisor/index.js';
import { DataFolder } from './data-folder.js';
import { enrolGateway, Headquarters, isEnrolled, isShutOut } from './gateway-enrolment.js';
import {
  brokerPart,
  corePart,
  coreUrl,
  type EnrolmentWiring,
  enrolledAgentPart,
  postgresPart,
  STAGE,
  simulatorPart,
  type Wiring,
} from './part-specs.js';
import type { PreferredPorts } from './preferred-ports.js';

/** What a start needs to know. */
export interface SystemOptions {
  dataDir: string;
  /** Forget everything an earlier start left in the folder. */
  fresh?: boolean;
  config: LauncherConfig;
  ports: PreferredPorts;
  /** Seconds after ready at which stores close. */
  closeAfterS: Readonly<Partial<Record<DemoStore['id'], number>>>;
  night: DemoNight;
  /** Hears one sentence for each step and for everything unexpected. */
  say: (line: string) => void;
  onEvent?: (event: PartEvent) => void;
  /** Aborted: whatever has started so far is stopped again, and the start rejects. */
  signal?: AbortSignal;
}

/** A running system. */
export interface TillwardSystem {
  /** Dashboard and GraphQL. */
  url: string;
  databaseUrl: string;
  /** Control interface of the simulators. */
  simulatorUrl: string;
  /** The broker for core: the embedded one takes passwords here, and core's only. */
  mqttUrl: string;
  /** The broker for gateways, which come in by certificate. */
  gatewayMqttUrl: string;
  tillUrl(store: DemoStore['id']): string;
  dataDir: string;
  /** Where the simulated terminals keep their ledgers. */
  ledgerDir: string;
  secrets: DemoSecrets;
  supervisor: Supervisor;
  /** Instants at which stores close, milliseconds since the Unix epoch. */
  closesAtMs: ReadonlyMap<DemoStore['id'], number>;
  /** Stops everything in order; the data stays. */
  stop(): Promise<void>;
}

/** What passes between the moment the closing times are fixed and ready: core's start on a machine with two cores. */
const START_UP_MS = 3_000;

/**
 * Starts the whole demo system: database and broker, then core, agents and simulators side by side. Resolves when every part is ready. When a part
 * fails, everything already started is stopped again and the part's last words are the error.
 */
export async function startSystem(options: SystemOptions): Promise<TillwardSystem> {
  const folder = new DataFolder(options.dataDir);
  await folder.lock();
  const supervisor = new Supervisor({
    runDir: folder.run,
    logDir: folder.logs,
    ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
  });
  const giveUp = () => void supervisor.stopAll().catch((error: unknown) => options.say(String(error)));
  options.signal?.addEventListener('abort', giveUp, { once: true });
  try {
    const orphans = await supervisor.reapOrphans();
    if (orphans.length > 0) options.say(`ended what an earlier start left running: ${orphans.join(', ')}`);
    if (options.fresh === true) {
      await folder.wipe();
      options.say(`starting over: ${folder.path} emptied`);
    }
    const system = await new SystemStart(options, folder, supervisor).run();
    options.signal?.throwIfAborted();
    return system;
  } catch (error) {
    await supervisor.stopAll();
    await folder.unlock();
    throw options.signal?.aborted === true ? new Error('stopped while starting') : error;
  } finally {
    options.signal?.removeEventListener('abort', giveUp);
  }
}

class SystemStart {
  readonly #options: SystemOptions;
  readonly #folder: DataFolder;
  readonly #supervisor: Supervisor;
  readonly #book: PortBook;

  constructor(options: SystemOptions, folder: DataFolder, supervisor: Supervisor) {
    this.#options = options;
    this.#folder = folder;
    this.#supervisor = supervisor;
    this.#book = new PortBook(options.say);
  }

  async run(): Promise<TillwardSystem> {
    const { config } = this.#options;
    const folder = this.#folder;
    const secrets = await demoSecrets(folder.secrets);
    const ports = await this.#takePorts();
    const signingKeyFile = join(folder.secrets, 'core-signing.pem');
    const [authority] = await Promise.all([demoAuthority(folder.secrets), writeSecretFile(signingKeyFile, secrets.signingKey)]);
    const [databaseUrl] = await Promise.all([this.#database(ports.postgres), this.#broker(ports, secrets, authority)]);
    const mqttUrl = config.mqtt?.url ?? `mqtt://127.0.0.1:${ports.broker}`;
    const enrolment: EnrolmentWiring = {
      gatewayMqttUrl: config.mqtt?.gatewayUrl ?? `mqtts://127.0.0.1:${ports.brokerTls}`,
      brokerCaFile: config.mqtt?.caFile,
      authority,
      brokerDir: folder.broker,
    };
    const wiring: EnrolledWiring = {
      databaseUrl,
      mqttUrl,
      enrolment,
      coreLogin: { username: config.mqtt?.username ?? 'core', password: config.mqtt?.password ?? secrets.corePassword },
      redisUrl: config.redisUrl,
      logLevel: config.logLevel,
      httpPort: ports.http,
      signingKeyId: secrets.signingKeyId,
      signingKeyFile,
      chainFile: join(folder.secrets, 'chain.json'),
      inboxDir: folder.inbox,
    };
    const closesAtMs = await this.#writeChain(secrets, ports, wiring.chainFile);
    const core = this.#step('core', () => this.#supervisor.start(STAGE.core, corePart(wiring)));
    const enrolled = this.#enrolled(wiring, secrets, core);
    const stores = DEMO_STORES.map(async (store) => {
      await enrolled.get(store.id);
      await this.#agent(wiring, store, secrets, ports);
    });
    const simulators = this.#simulators(secrets, ports);
    await allOrFirstFailure([core, simulators, ...stores]);
    await this.#tellShutOut(wiring, secrets);
    const acquirer = this.#options.night.acquirer ? this.#acquirer(wiring, secrets, ports, closesAtMs) : undefined;
    return {
      url: `http://127.0.0.1:${ports.http}`,
      databaseUrl,
      simulatorUrl: `http://127.0.0.1:${ports.control}`,
      mqttUrl,
      gatewayMqttUrl: enrolment.gatewayMqttUrl,
      tillUrl: (store) => tillUrl(ports, store),
      dataDir: folder.path,
      ledgerDir: join(folder.simulator, 'ledger'),
      secrets,
      supervisor: this.#supervisor,
      closesAtMs,
      stop: async () => {
        await acquirer?.stop();
        await this.#supervisor.stopAll();
        await folder.unlock();
      },
    };
  }

  async #takePorts(): Promise<TakenPorts> {
    const { ports: preferred, config } = this.#options;
    const book = this.#book;
    const taken: TakenPorts = {
      http: await book.take(preferred.http, 'the dashboard'),
      broker: 0,
      brokerTls: 0,
      postgres: config.databaseUrl === undefined ? await book.take(preferred.postgres, 'PostgreSQL') : 0,
      control: await book.takeQuietly(preferred.control),
      till: new Map(),
      terminals: new Map(),
    };
    if (config.mqtt === undefined) await this.#takeBrokerPorts(taken);
    const following = (first: number, count: number) => (first === 0 ? 0 : first + count);
    for (const store of DEMO_STORES) {
      taken.till.set(store.id, await book.takeQuietly(following(preferred.till, taken.till.size)));
      for (const terminal of store.terminals) {
        const n = taken.terminals.size;
        taken.terminals.set(terminal.id, {
          terminal: await book.takeQuietly(following(preferred.zvt, n)),
          power: await book.takeQuietly(following(preferred.power, n)),
          printer: terminal.printer === undefined ? 0 : await book.takeQuietly(following(preferred.printer, n)),
        });
      }
    }
    return taken;
  }

  /** Also when another program was faster: a port is given out once only, so these are others. */
  async #takeBrokerPorts(taken: TakenPorts): Promise<void> {
    const { ports: preferred } = this.#options;
    taken.broker = await this.#book.take(preferred.broker, 'the broker');
    taken.brokerTls = await this.#book.take(preferred.brokerTls, 'gateways at the broker');
  }

  async #writeChain(secrets: DemoSecrets, ports: TakenPorts, path: string): Promise<Map<DemoStore['id'], number>> {
    const readyAtMs = Date.now() + START_UP_MS;
    const { closeAfterS } = this.#options;
    const chain = demoChainFile({
      readyAtMs,
      closeAfterS,
      ports: (id) => ports.terminals.get(id)!,
      passwordOf: (person) => secrets.signIns[person]!,
      devices: secrets.devices,
      nexoAuthority: await this.#nexoAuthority(),
      acquirer: this.#options.night.acquirer,
    });
    await writeSecretFile(path, JSON.stringify(chainFile.parse(chain), null, 2));
    return new Map(Object.entries(closeAfterS).map(([store, s]) => [store as DemoStore['id'], readyAtMs + s * 1000]));
  }

  /** The root of the simulated nexo terminals, which gateways must know before the simulator starts. */
  async #nexoAuthority(): Promise<string> {
    // Loaded here only: nothing else of the launcher needs the simulator's code.
    const { simulatedAuthority } = await import('@tillward/simulator');
    return simulatedAuthority(this.#folder.simulator).certificate;
  }

  async #database(port: number): Promise<string> {
    const { config } = this.#options;
    if (config.databaseUrl !== undefined) {
      this.#options.say('database: the one of DATABASE_URL');
      return config.databaseUrl;
    }
    const started = performance.now();
    const cluster = await prepareCluster(this.#folder.postgres);
    if (cluster.dataDir !== this.#folder.postgres) {
      this.#options.say(
        `PostgreSQL keeps its files in ${cluster.dataDir}: as root it runs as another account, which can't enter ${this.#folder.path}`,
      );
    }
    await this.#supervisor.start(STAGE.ground, postgresPart(cluster, port));
    this.#done(cluster.created ? 'PostgreSQL (made)' : 'PostgreSQL', started);
    return postgresUrl(cluster, port);
  }

  async #broker(ports: TakenPorts, secrets: DemoSecrets, authority: AuthorityFiles): Promise<void> {
    const { config } = this.#options;
    if (config.mqtt !== undefined) {
      this.#options.say('broker: the one of MQTT_URL');
      this.#options.say(`it must let in gateways with a certificate of ${authority.caCertificate}`);
      return;
    }
    const file = join(this.#folder.secrets, 'broker-credentials.json');
    const core = { username: 'core', passwordSha256: passwordSha256(secrets.corePassword), role: 'core' };
    await writeSecretFile(file, JSON.stringify([core]));
    const start = () => {
      const door = { port: ports.brokerTls, authority, revocationsFile: revocationsFile(this.#folder) };
      return this.#supervisor.start(STAGE.ground, brokerPart(ports.broker, file, config.logLevel, door));
    };
    await this.#step('MQTT broker', () => atFreePorts(start, () => this.#takeBrokerPorts(ports)));
  }

  /**
   * Who has a certificate already starts beside core; who has none is enrolled as any gateway is, as soon as core serves: headquarters issues a claim, the gateway's own
   * command uses it.
   */
  #enrolled(wiring: EnrolledWiring, secrets: DemoSecrets, core: Promise<void>): Map<DemoStore['id'], Promise<void>> {
    // One session for all: a sign-in is an argon2 hash.
    let headquarters: Promise<Headquarters> | undefined;
    const signIn = async () => {
      await core;
      return await Headquarters.signIn(coreUrl(wiring), 'hq', secrets.signIns['hq']!);
    };
    return new Map(
      DEMO_STORES.map((store) => {
        const enrol = async () => {
          const dataDir = this.#folder.agent(store.id);
          await mkdir(dataDir, { recursive: true, mode: 0o700 });
          const authority = await readFile(wiring.enrolment.authority.caCertificate, 'utf8');
          if (await isEnrolled(dataDir, { authority, coreKeyId: wiring.signingKeyId })) return;
          headquarters ??= signIn();
          const hq = await headquarters;
          await this.#step(`enrolment ${store.city}`, async () =>
            enrolGateway({ core: coreUrl(wiring), claim: await hq.issueClaim(store.id), dataDir }),
          );
        };
        return [store.id, enrol()];
      }),
    );
  }

  /** A gateway that was revoked, or replaced by another machine, since it was enrolled keeps its agent away from core: people would only see that it is. */
  async #tellShutOut(wiring: EnrolledWiring, secrets: DemoSecrets): Promise<void> {
    const isOut = await Promise.all(DEMO_STORES.map(({ id }) => isShutOut(this.#folder.agent(id), revocationsFile(this.#folder))));
    const out = DEMO_STORES.filter((_store, i) => isOut[i]);
    if (out.length === 0) return;
    const hq = await Headquarters.signIn(coreUrl(wiring), 'hq', secrets.signIns['hq']!);
    for (const { id, city, gateway } of out) {
      const dataDir = this.#folder.agent(id);
      this.#options.say(shutOutSentence({ city, gateway, dataDir, core: coreUrl(wiring), revokedFor: await hq.revokedFor(id) }));
    }
    await hq.signOut();
  }

  async #agent(wiring: EnrolledWiring, store: DemoStore, secrets: DemoSecrets, ports: TakenPorts): Promise<void> {
    const spec = enrolledAgentPart(
      { gatewayMqttUrl: wiring.enrolment.gatewayMqttUrl, coreUrl: coreUrl(wiring), logLevel: wiring.logLevel },
      store.id,
      { dataDir: this.#folder.agent(store.id), tillPort: ports.till.get(store.id)!, tillToken: secrets.stores[store.id]!.tillToken },
    );
    await this.#step(`agent ${store.city}`, () => this.#supervisor.start(STAGE.store, spec));
  }

  async #simulators(secrets: DemoSecrets, ports: TakenPorts): Promise<void> {
    const { night, config } = this.#options;
    const scenario = demoScenario({
      night,
      ports: (id) => ports.terminals.get(id)!,
      till: (store) => ({ url: tillUrl(ports, store as DemoStore['id']), token: secrets.stores[store]!.tillToken }),
      devices: secrets.devices,
    });
    const dataDir = this.#folder.simulator;
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const scenarioFile = join(this.#folder.secrets, 'simulator-scenario.json');
    await writeSecretFile(scenarioFile, JSON.stringify(scenario, null, 2));
    const spec = simulatorPart({ scenarioFile, dataDir, controlPort: ports.control, logLevel: config.logLevel });
    await this.#step('simulated stores', () => this.#supervisor.start(STAGE.store, spec));
  }

  #acquirer(wiring: EnrolledWiring, secrets: DemoSecrets, ports: TakenPorts, closesAtMs: ReadonlyMap<DemoStore['id'], number>): Background {
    return startAcquirer({
      headquarters: () => Headquarters.signIn(coreUrl(wiring), 'hq', secrets.signIns['hq']!),
      control: new SimulatorControl(`http://127.0.0.1:${ports.control}`),
      inboxDir: this.#folder.inbox,
      stateFile: join(this.#folder.simulator, 'acquirer.json'),
      closesAtMs: this.#options.night.statements ? closesAtMs : new Map(),
      say: this.#options.say,
    });
  }

  async #step(what: string, work: () => Promise<unknown>): Promise<void> {
    const started = performance.now();
    await work();
    this.#done(what, started);
  }

  #done(what: string, startedAt: number): void {
    this.#options.say(`${what} ready (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
  }
}

type EnrolledWiring = Wiring & { enrolment: EnrolmentWiring };

interface TakenPorts {
  http: number;
  broker: number;
  brokerTls: number;
  postgres: number;
  control: number;
  till: Map<DemoStore['id'], number>;
  terminals: Map<string, TerminalPorts>;
}

/** Where core tells the embedded broker which certificates open nothing any more. */
function revocationsFile(folder: DataFolder): string {
  return join(folder.broker, 'revoked.json');
}

function tillUrl(ports: TakenPorts, store: DemoStore['id']): string {
  return `http://127.0.0.1:${ports.till.get(store)}`;
}

/** Waits for all, also after a failure: what is still starting must be known before everything is stopped. */
async function allOrFirstFailure(works: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(works);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
