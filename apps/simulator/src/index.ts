export { simulatorEnvironment } from './config.js';
export * from './control/index.js';
export * from './plug/index.js';
export * from './seeded-random.js';
export * from './terminal/index.js';
export * from './till/index.js';
export * from './world/index.js';
