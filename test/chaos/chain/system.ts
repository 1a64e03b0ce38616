import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chainFile } from '@tillward/contracts';
import { simulatedAuthority } from '@tillward/simulator';
import {
  agentPart,
  brokerPart,
  corePart,
  type Part,
  type PartEvent,
  PortBook,
  passwordSha256,
  postgresPart,
  postgresUrl,
  prepareCluster,
  publicKeyOf,
  STAGE,
  Supervisor,
  simulatorPart,
  writeSecretFile,
} from 'tillward';
import { dice } from '../../scenarios/dice.js';
import type { Abilities } from '../machine/abilities.js';
import { gatewayDisk, undoDirOf } from '../machine/gateway-disk.js';
import { ProcessControl } from '../machine/preload.js';
import { FaultProxy, type FaultProxyOptions } from '../network/fault-proxy.js';
import { type ExamStore, type ExamWiring, examChainFile, examScenario, examSecrets, TIME_ZONE, type TerminalPorts } from './chain.js';
import { Gateway } from './gateway.js';
import { openAllDay } from './hours.js';

/** Parts that every chain has one of. */
export const CENTRE = ['core', 'broker', 'postgres'] as const;
export type CentrePart = (typeof CENTRE)[number];

/** What to start, where, and who hears about it. */
export interface ExamSystemOptions {
  readonly folder: string;
  readonly seed: number;
  readonly stores: readonly ExamStore[];
  readonly abilities: Abilities;
  readonly say: (line: string) => void;
  readonly onEvent: (event: PartEvent) => void;
}

/** A whole chain, with a fault proxy on every line that can fail. */
export interface ExamSystem {
  readonly folder: string;
  readonly gateways: readonly Gateway[];
  /** The line from core to its database. */
  readonly databaseLink: FaultProxy;
  /** Lines from the gateways to their ZVT and nexo terminals; nothing is broken there, everything that passes is kept. */
  readonly terminalLinks: readonly FaultProxy[];
  readonly url: string;
  /** Past the proxy: the examiner's own way to the database. */
  readonly databaseUrl: string;
  readonly simulatorUrl: string;
  readonly ledgerDir: string;
  readonly headquartersPassword: string;
  readonly tillTokens: ReadonlyMap<string, string>;
  /** What a hostile broker could get hold of, and what it couldn't: core's login, and core's signing key. */
  readonly hostile: { readonly mqttUrl: string; readonly password: string; readonly signingKey: string; readonly signingKeyId: string };
  part(name: CentrePart | 'simulator'): Part;
  /** Starts another core beside the one there is, as a deployment gone wrong does. Resolves with how to end it. */
  secondCore(): Promise<() => Promise<void>>;
  /** Ends the gateways cleanly, so that their files can be read. */
  stopGateways(): Promise<void>;
  /** Ends everything and lets go of disks and ports. The files stay. */
  stop(): Promise<void>;
}

/** Starts the chain: database, broker, core, simulated devices, gateways. When a part fails everything is ended again. */
export async function startExamSystem(options: ExamSystemOptions): Promise<ExamSystem> {
  const start = new ExamStart(options);
  try {
    return await start.run();
  } catch (error) {
    await start.stop();
    throw error;
  }
}

interface StoreSecrets {
  readonly key: string;
  readonly password: string;
  readonly tillToken: string;
}

const newKey = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const newToken = () => randomBytes(32).toString('base64url');
const LOG_LEVEL = 'info';

class ExamStart {
  readonly #options: ExamSystemOptions;
  readonly #supervisor: Supervisor;
  readonly #book: PortBook;
  readonly #proxies: FaultProxy[] = [];
  readonly #gateways: Gateway[] = [];
  readonly #stores: ReadonlyMap<string, StoreSecrets>;
  readonly #signing = { id: `core-${randomBytes(4).toString('hex')}`, key: newKey() };
  readonly #corePassword = newToken();
  readonly #secrets = examSecrets();
  readonly #random: () => number;

  constructor(options: ExamSystemOptions) {
    this.#options = options;
    this.#supervisor = new Supervisor({ runDir: this.#at('run'), logDir: this.#at('logs'), onEvent: options.onEvent });
    this.#book = new PortBook(options.say);
    this.#stores = new Map(options.stores.map(({ id }) => [id, { key: newKey(), password: newToken(), tillToken: newToken() }]));
    const roll = dice(options.seed ^ 0x5eed);
    this.#random = () => roll(1_000_000) / 1_000_000;
  }

  async run(): Promise<ExamSystem> {
    const { stores, seed } = this.#options;
    for (const name of ['secrets', 'captures', 'gateways', 'simulator']) await mkdir(this.#at(name), { recursive: true, mode: 0o755 });
    const ports = await this.#takePorts();
    const databaseUrl = await this.#startDatabase(ports.postgres);
    const databaseLink = await this.#proxy('database', ports.databaseLink, ports.postgres, 'bytes');
    await this.#startBroker(ports.broker);
    const wiring = this.#chainWiring(ports.terminals);
    const files = await this.#writeFiles(wiring);
    const coreWiring = {
      databaseUrl: databaseUrl.replace(`:${ports.postgres}/`, `:${ports.databaseLink}/`),
      mqttUrl: `mqtt://127.0.0.1:${ports.broker}`,
      coreLogin: { username: 'core', password: this.#corePassword },
      redisUrl: undefined,
      logLevel: LOG_LEVEL,
      httpPort: ports.http,
      signingKeyId: this.#signing.id,
      ...files,
    };
    await this.#supervisor.start(STAGE.core, corePart(coreWiring));
    await this.#startSimulator(seed, wiring, ports.control);
    const terminalLinks: FaultProxy[] = [];
    for (const { id } of stores.flatMap((store) => store.terminals)) {
      const { seen, real } = ports.terminals.get(id)!;
      terminalLinks.push(await this.#proxy(`terminal-${id}`, seen, real, 'bytes'));
    }
    await this.#startGateways(ports.broker, files.coreKeyFile);
    return {
      folder: this.#options.folder,
      gateways: this.#gateways,
      databaseLink,
      terminalLinks,
      url: `http://127.0.0.1:${ports.http}`,
      databaseUrl,
      simulatorUrl: `http://127.0.0.1:${ports.control}`,
      ledgerDir: join(this.#at('simulator'), 'ledger'),
      headquartersPassword: this.#secrets.password,
      tillTokens: new Map([...this.#stores].map(([id, { tillToken }]) => [id, tillToken])),
      hostile: {
        mqttUrl: `mqtt://127.0.0.1:${ports.broker}`,
        password: this.#corePassword,
        signingKey: this.#signing.key,
        signingKeyId: this.#signing.id,
      },
      part: (name) => this.#supervisor.partOf(name)!,
      secondCore: async () => {
        const spec = corePart({ ...coreWiring, httpPort: await this.#book.takeQuietly(0) });
        const twin = await this.#supervisor.start(STAGE.core, { ...spec, name: `core-twin-${this.#twins++}` });
        return () => twin.stop();
      },
      stopGateways: () => this.#stopGateways(),
      stop: () => this.stop(),
    };
  }

  #twins = 1;

  async stop(): Promise<void> {
    await this.#supervisor.stopAll();
    for (const proxy of this.#proxies) await proxy.close();
    for (const gateway of this.#gateways) {
      gateway.control.close();
      await gateway.disk.release();
    }
  }

  #at(name: string): string {
    return join(this.#options.folder, name);
  }

  async #takePorts() {
    const any = () => this.#book.takeQuietly(0);
    const terminals = new Map<string, TerminalPorts>();
    for (const { id } of this.#options.stores.flatMap((store) => store.terminals)) {
      terminals.set(id, { seen: await any(), real: await any(), power: await any() });
    }
    return { http: await any(), broker: await any(), postgres: await any(), databaseLink: await any(), control: await any(), terminals };
  }

  async #proxy(name: string, port: number, to: number, protocol: FaultProxyOptions['protocol']): Promise<FaultProxy> {
    const proxy = new FaultProxy({
      port,
      target: { host: '127.0.0.1', port: to },
      protocol,
      random: this.#random,
      // What core says to its database is in the dump already.
      ...(name === 'database' ? {} : { captureFile: join(this.#at('captures'), `${name}.bin`) }),
    });
    await proxy.listen();
    this.#proxies.push(proxy);
    return proxy;
  }

  async #startDatabase(port: number): Promise<string> {
    const cluster = await prepareCluster(this.#at('postgres'));
    await this.#supervisor.start(STAGE.ground, postgresPart(cluster, port));
    return postgresUrl(cluster, port);
  }

  async #startBroker(port: number): Promise<void> {
    const file = join(this.#at('secrets'), 'broker-credentials.json');
    const gateways = this.#options.stores.map(({ id, gateway }) => ({
      username: gateway,
      passwordSha256: passwordSha256(this.#stores.get(id)!.password),
      role: 'gateway',
      store: id,
      gateway,
    }));
    const core = { username: 'core', passwordSha256: passwordSha256(this.#corePassword), role: 'core' };
    await writeSecretFile(file, JSON.stringify([core, ...gateways]));
    await this.#supervisor.start(STAGE.ground, brokerPart(port, file, LOG_LEVEL));
  }

  #chainWiring(terminals: ReadonlyMap<string, TerminalPorts>): ExamWiring {
    return {
      secrets: this.#secrets,
      ports: (terminal) => terminals.get(terminal)!,
      gatewayKey: (store) => publicKeyOf(this.#stores.get(store)!.key),
      nexoAuthority: simulatedAuthority(this.#at('simulator')).certificate,
    };
  }

  async #writeFiles(wiring: ExamWiring) {
    const at = (name: string) => join(this.#at('secrets'), name);
    const files = { signingKeyFile: at('core-signing.pem'), coreKeyFile: at('core-public.json'), chainFile: at('chain.json') };
    const { id, key } = this.#signing;
    const chain = examChainFile(this.#options.stores, wiring, openAllDay(Date.now(), TIME_ZONE));
    await writeSecretFile(files.signingKeyFile, key);
    await writeSecretFile(files.coreKeyFile, JSON.stringify({ keyId: id, publicKey: publicKeyOf(key) }));
    await writeSecretFile(files.chainFile, JSON.stringify(chainFile.parse(chain), null, 2));
    return files;
  }

  async #startSimulator(seed: number, wiring: ExamWiring, controlPort: number): Promise<void> {
    const scenarioFile = join(this.#at('secrets'), 'simulator-scenario.json');
    await writeSecretFile(scenarioFile, JSON.stringify(examScenario(seed, this.#options.stores, wiring)));
    const spec = simulatorPart({ scenarioFile, dataDir: this.#at('simulator'), controlPort, logLevel: LOG_LEVEL });
    await this.#supervisor.start(STAGE.store, spec);
  }

  /** A few at a time: what starts takes a whole processor. */
  async #startGateways(brokerPort: number, coreKeyFile: string): Promise<void> {
    const waiting = [...this.#options.stores];
    const worker = async () => {
      for (let store = waiting.shift(); store !== undefined; store = waiting.shift()) await this.#startGateway(store, brokerPort, coreKeyFile);
    };
    await Promise.all([worker(), worker(), worker()]);
    const order = this.#options.stores.map(({ gateway }) => gateway);
    this.#gateways.sort((a, b) => order.indexOf(a.store.gateway) - order.indexOf(b.store.gateway));
  }

  async #startGateway(store: ExamStore, brokerPort: number, coreKeyFile: string): Promise<void> {
    const { abilities, say, onEvent: _ } = this.#options;
    const own = this.#stores.get(store.id)!;
    const folder = join(this.#at('gateways'), store.gateway);
    await mkdir(folder, { recursive: true });
    const control = await ProcessControl.create(join(folder, 'control'));
    const disk = gatewayDisk(folder, abilities, control);
    await disk.prepare();
    const [tillPort, linkPort] = [await this.#book.takeQuietly(0), await this.#book.takeQuietly(0)];
    const link = await this.#proxy(store.gateway, linkPort, brokerPort, 'mqtt');
    const keyFile = join(this.#at('secrets'), `${store.gateway}.pem`);
    await writeSecretFile(keyFile, own.key);
    const spec = agentPart({ mqttUrl: `mqtt://127.0.0.1:${linkPort}`, coreKeyFile, logLevel: LOG_LEVEL }, store, {
      dataDir: disk.dataDir,
      keyFile,
      password: own.password,
      tillPort,
      tillToken: own.tillToken,
    });
    const preload = 'library' in abilities.preload ? this.#preloadEnv(abilities.preload.library, folder, disk.dataDir, disk.means) : {};
    const gateway = new Gateway({
      store,
      spec: { ...spec, env: { ...spec.env, ...preload } },
      stage: STAGE.store,
      supervisor: this.#supervisor,
      disk,
      control,
      link,
      tillUrl: `http://127.0.0.1:${tillPort}`,
      folder,
      say,
    });
    this.#gateways.push(gateway);
    await gateway.start();
  }

  #preloadEnv(library: string, folder: string, dataDir: string, means: 'file system' | 'preload'): Record<string, string> {
    return {
      LD_PRELOAD: library,
      CHAOS_CONTROL: join(folder, 'control'),
      CHAOS_DIR: dataDir,
      // With a file system of its own the power cut is real: nothing needs to be remembered.
      ...(means === 'preload' ? { CHAOS_UNDO: undoDirOf(folder) } : {}),
    };
  }

  async #stopGateways(): Promise<void> {
    await Promise.all(this.#options.stores.map((store) => this.#supervisor.partOf(`agent-${store.id}`)!.stop()));
  }
}
