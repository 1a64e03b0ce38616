export { ConfigMistake } from './command-errors.js';
export { type DemoFlags, demo } from './demo.js';
export { type SimFlags, sim } from './sim.js';
export { DEFAULT_DATA_DIR, type UpFlags, up } from './up.js';
export { type ZvtDecodeFlags, zvtDecode } from './zvt.js';
