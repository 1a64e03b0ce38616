export {
  type SettlementEnd,
  type SettlementPatience,
  type SettlementRequester,
  type SettlementResult,
  SettlementService,
} from './settlement.service.js';
export type { Settlement } from './settlement.store.js';
