export { DataFolder, DataFolderInUse } from './data-folder.js';
export { ALL_PARTS, agentPartName } from './part-specs.js';
export * from './system.js';
