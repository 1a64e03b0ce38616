import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chainFile } from '@tillward/contracts';
import { simulatedAuthority } from '@tillward/simulator';
import {
  brokerPart,
  corePart,
  demoAuthority,
  type EnrolmentWiring,
  enrolledAgentPart,
  type Part,
  type PartEvent,
  PortBook,
  passwordSha256,
  postgresPart,
  postgresUrl,
  prepareCluster,
  STAGE,
  Supervisor,
  simulatorPart,
  type Wiring,
  writeSecretFile,
} from 'tillward';
import { dice } from '../../scenarios/dice.js';
import type { Abilities } from '../machine/abilities.js';
import { gatewayDisk, undoDirOf } from '../machine/gateway-disk.js';
import { ProcessControl } from '../machine/preload.js';
import { FaultProxy, type FaultProxyOptions } from '../network/fault-proxy.js';
import { type ExamStore, type ExamWiring, examChainFile, examScenario, examSecrets, type TerminalPorts, TIME_ZONE } from './chain.js';
import { Gateway } from './gateway.js';
import { openAllDay } from './hours.js';
import { identityOfGateway, Office } from './office.js';
import { choosePasscodes } from './passcodes.js';

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
  /** Lets gateways in and out. */
  readonly office: Office;
  /** Key and certificate of the authority that signs gateways' certificates; PEM. */
  readonly authority: { readonly key: string; readonly certificate: string };
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

interface GatewaySurroundings {
  readonly coreUrl: string;
  readonly office: Office;
  readonly gatewayDoor: number;
  readonly enrolment: EnrolmentWiring;
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
  readonly #tillTokens: ReadonlyMap<string, string>;
  readonly #signing = { id: `core-${randomBytes(4).toString('hex')}`, key: newKey() };
  readonly #corePassword = newToken();
  readonly #secrets = examSecrets();
  readonly #random: () => number;

  constructor(options: ExamSystemOptions) {
    this.#options = options;
    this.#supervisor = new Supervisor({ runDir: this.#at('run'), logDir: this.#at('logs'), onEvent: options.onEvent });
    this.#book = new PortBook(options.say);
    this.#tillTokens = new Map(options.stores.map(({ id }) => [id, newToken()]));
    const roll = dice(options.seed ^ 0x5eed);
    this.#random = () => roll(1_000_000) / 1_000_000;
  }

  async run(): Promise<ExamSystem> {
    const { stores, seed } = this.#options;
    for (const name of ['secrets', 'captures', 'gateways', 'simulator', 'broker'])
      await mkdir(this.#at(name), { recursive: true, mode: 0o755 });
    const ports = await this.#takePorts();
    const databaseUrl = await this.#startDatabase(ports.postgres);
    const databaseLink = await this.#proxy('database', ports.databaseLink, ports.postgres);
    const enrolment: EnrolmentWiring = {
      gatewayMqttUrl: `mqtts://127.0.0.1:${ports.gatewayDoor}`,
      brokerCaFile: undefined,
      authority: await demoAuthority(this.#at('secrets')),
      brokerDir: this.#at('broker'),
    };
    await this.#startBroker(ports, enrolment);
    const wiring = this.#chainWiring(ports.terminals);
    const coreWiring: Wiring = {
      databaseUrl: databaseUrl.replace(`:${ports.postgres}/`, `:${ports.databaseLink}/`),
      mqttUrl: `mqtt://127.0.0.1:${ports.broker}`,
      enrolment,
      coreLogin: { username: 'core', password: this.#corePassword },
      redisUrl: undefined,
      logLevel: LOG_LEVEL,
      httpPort: ports.http,
      signingKeyId: this.#signing.id,
      ...(await this.#writeFiles(wiring)),
    };
    await this.#supervisor.start(STAGE.core, corePart(coreWiring));
    await this.#startSimulator(seed, wiring, ports.control);
    const terminalLinks: FaultProxy[] = [];
    for (const { id } of stores.flatMap((store) => store.terminals)) {
      const { seen, real } = ports.terminals.get(id)!;
      terminalLinks.push(await this.#proxy(`terminal-${id}`, seen, real));
    }
    const url = `http://127.0.0.1:${ports.http}`;
    const office = new Office(url, this.#secrets.password);
    await this.#startGateways({ coreUrl: url, office, gatewayDoor: ports.gatewayDoor, enrolment });
    return {
      folder: this.#options.folder,
      gateways: this.#gateways,
      databaseLink,
      terminalLinks,
      url,
      databaseUrl,
      simulatorUrl: `http://127.0.0.1:${ports.control}`,
      ledgerDir: join(this.#at('simulator'), 'ledger'),
      headquartersPassword: this.#secrets.password,
      tillTokens: this.#tillTokens,
      office,
      authority: {
        key: await readFile(enrolment.authority.caKey, 'utf8'),
        certificate: await readFile(enrolment.authority.caCertificate, 'utf8'),
      },
      hostile: {
        mqttUrl: `mqtt://127.0.0.1:${ports.broker}`,
        password: this.#corePassword,
        signingKey: this.#signing.key,
        signingKeyId: this.#signing.id,
      },
      part: (name) => this.#supervisor.partOf(name)!,
      secondCore: async () => {
        const spec = corePart({ ...coreWiring, httpPort: await this.#book.takeQuietly(0) });
        const name = `core-twin-${this.#twins++}`;
        try {
          const twin = await this.#supervisor.start(STAGE.core, { ...spec, name });
          return () => twin.stop();
        } catch (error) {
          // Another fault has the database at this moment. Whoever deploys it would try again; here it was there long enough to disturb.
          this.#options.say(`${name} did not come up: ${(error as Error).message.split('\n', 1)[0]}`);
          return async () => undefined;
        }
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
    return {
      http: await any(),
      broker: await any(),
      gatewayDoor: await any(),
      postgres: await any(),
      databaseLink: await any(),
      control: await any(),
      terminals,
    };
  }

  async #proxy(name: string, port: number, to: number, more: Partial<FaultProxyOptions> = {}): Promise<FaultProxy> {
    const proxy = new FaultProxy({
      port,
      target: { host: '127.0.0.1', port: to },
      protocol: 'bytes',
      random: this.#random,
      // What core says to its database is in the dump already.
      ...(name === 'database' ? {} : { captureFile: join(this.#at('captures'), `${name}.bin`) }),
      ...more,
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

  async #startBroker(ports: { broker: number; gatewayDoor: number }, { authority, brokerDir }: EnrolmentWiring): Promise<void> {
    const file = join(this.#at('secrets'), 'broker-credentials.json');
    const core = { username: 'core', passwordSha256: passwordSha256(this.#corePassword), role: 'core' };
    await writeSecretFile(file, JSON.stringify([core]));
    const door = { port: ports.gatewayDoor, authority, revocationsFile: join(brokerDir, 'revoked.json') };
    await this.#supervisor.start(STAGE.ground, brokerPart(ports.broker, file, LOG_LEVEL, door));
  }

  #chainWiring(terminals: ReadonlyMap<string, TerminalPorts>): ExamWiring {
    return {
      secrets: this.#secrets,
      ports: (terminal) => terminals.get(terminal)!,
      nexoAuthority: simulatedAuthority(this.#at('simulator')).certificate,
    };
  }

  async #writeFiles(wiring: ExamWiring) {
    const files = { signingKeyFile: join(this.#at('secrets'), 'core-signing.pem'), chainFile: join(this.#at('secrets'), 'chain.json') };
    const chain = examChainFile(this.#options.stores, wiring, openAllDay(Date.now(), TIME_ZONE));
    await writeSecretFile(files.signingKeyFile, this.#signing.key);
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
  async #startGateways(surroundings: GatewaySurroundings): Promise<void> {
    const waiting = [...this.#options.stores];
    const worker = async () => {
      for (let store = waiting.shift(); store !== undefined; store = waiting.shift()) await this.#startGateway(store, surroundings);
    };
    await Promise.all([worker(), worker(), worker()]);
    const order = this.#options.stores.map(({ gateway }) => gateway);
    this.#gateways.sort((a, b) => order.indexOf(a.store.gateway) - order.indexOf(b.store.gateway));
  }

  async #startGateway(store: ExamStore, { coreUrl, office, gatewayDoor, enrolment }: GatewaySurroundings): Promise<void> {
    const { abilities, say } = this.#options;
    const folder = join(this.#at('gateways'), store.gateway);
    await mkdir(folder, { recursive: true });
    const control = await ProcessControl.create(join(folder, 'control'));
    const disk = gatewayDisk(folder, abilities, control);
    await disk.prepare();
    await office.enrol(store.id, disk.dataDir);
    const [tillPort, linkPort] = [await this.#book.takeQuietly(0), await this.#book.takeQuietly(0)];
    const tillToken = this.#tillTokens.get(store.id)!;
    const link = await this.#proxy(store.gateway, linkPort, gatewayDoor, {
      protocol: 'mqtt',
      tls: {
        serverKey: await readFile(enrolment.authority.brokerKey, 'utf8'),
        serverCertificate: await readFile(enrolment.authority.brokerCertificate, 'utf8'),
        client: () => identityOfGateway(disk.dataDir),
      },
    });
    const spec = enrolledAgentPart({ gatewayMqttUrl: `mqtts://127.0.0.1:${linkPort}`, coreUrl, logLevel: LOG_LEVEL }, store.id, {
      dataDir: disk.dataDir,
      tillPort,
      tillToken,
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
    await choosePasscodes(store, gateway.tillUrl, tillToken);
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
