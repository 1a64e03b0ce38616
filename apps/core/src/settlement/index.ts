export { SettlementApiModule } from './api.module.js';
export * from './settlement.module.js';
export * from './settlement.projection.js';
export { SettlementResolver } from './settlement.resolver.js';
export * from './settlement.rules.js';
export * from './settlement.service.js';
