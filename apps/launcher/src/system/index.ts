export { DataFolder, DataFolderInUse } from './data-folder.js';
export { enrolGateway, Headquarters, isShutOut } from './gateway-enrolment.js';
export {
  ALL_PARTS,
  agentPart,
  agentPartName,
  type BrokerDoor,
  brokerPart,
  corePart,
  type EnrolmentWiring,
  enrolledAgentPart,
  postgresPart,
  STAGE,
  simulatorPart,
  type Wiring,
} from './part-specs.js';
export * from './preferred-ports.js';
export * from './system.js';
