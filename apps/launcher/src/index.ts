export { type Broker, type BrokerCredential, passwordSha256, startBroker } from './broker/index.js';
export { type LauncherConfig, readLauncherConfig } from './config.js';
export {
  DEMO_PEOPLE,
  DEMO_STORES,
  type DemoNight,
  type DemoStore,
  demoNight,
  demoSecrets,
  SimulatorControl,
  UNLUCKY,
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
export { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './postgres/index.js';
export { identityOf, isPortFree } from './supervisor/index.js';
export { ANY_PORTS, agentPartName, type SystemOptions, startSystem, type TillwardSystem } from './system/index.js';
