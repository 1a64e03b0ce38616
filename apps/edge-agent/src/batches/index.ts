export { type Batch, type BatchState, BatchStore } from './batch.store.js';
