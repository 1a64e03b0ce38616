export {
  type Broker,
  type BrokerCredential,
  createAuthority,
  createServerCertificate,
  passwordSha256,
  startBroker,
} from './broker/index.js';
export { FileRefused, type ReconciledFiles, type ReconcileFilesOptions, reconcileFiles } from './commands/index.js';
export { type LauncherConfig, readLauncherConfig } from './config.js';
export {
  DEMO_ACQUIRER,
  DEMO_PEOPLE,
  DEMO_STORES,
  type DemoNight,
  type DemoStore,
  demoAuthority,
  demoNight,
  demoSecrets,
  demoStatementOrder,
  publicKeyOf,
  SimulatorControl,
  UNLUCKY,
  writeSecretFile,
} from './demo/index.js';
export {
  type BookedSale,
  type CoreFigures,
  compareSales,
  coreFigures,
  coreSales,
  type Differences,
  isClean,
  ledgerSales,
  openDatabase,
  untilQuiet,
} from './evidence/index.js';
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  postgresUrl,
  prepareCluster,
  startEmbeddedPostgres,
} from './postgres/index.js';
export { identityOf, isPortFree, type Part, type PartEvent, type PartSpec, PortBook, Supervisor } from './supervisor/index.js';
export {
  ANY_PORTS,
  agentPart,
  agentPartName,
  type BrokerDoor,
  brokerPart,
  corePart,
  type EnrolmentWiring,
  enrolGateway,
  enrolledAgentPart,
  Headquarters,
  isShutOut,
  postgresPart,
  STAGE,
  type SystemOptions,
  simulatorPart,
  startSystem,
  type TillwardSystem,
  type Wiring,
} from './system/index.js';
