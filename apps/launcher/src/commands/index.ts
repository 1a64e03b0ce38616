export { ConfigMistake } from './command-errors.js';
export { type DemoFlags, demo } from './demo.js';
export { RECONCILE_STATUS, type ReconcileFlags, reconcile } from './reconcile.js';
export { FileRefused, type ReconciledFiles, type ReconcileFilesOptions, reconcileFiles } from './reconcile-files.js';
export { type SimFlags, sim } from './sim.js';
export { type StatementFlags, statementParse } from './statement.js';
export { DEFAULT_DATA_DIR, type UpFlags, up } from './up.js';
export { type ZvtDecodeFlags, zvtDecode } from './zvt.js';
