export * from './acquirer.js';
export * from './clearing.js';
export { ANOMALIES, type Anomaly, type Planted } from './planting.js';
export * from './statement-file.js';
