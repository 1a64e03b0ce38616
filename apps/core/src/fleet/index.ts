export { FLEET_RESOLVERS, FleetApiModule } from './api.module.js';
export * from './chain.provisioning.js';
export * from './device.projection.js';
export * from './fleet.module.js';
export * from './fleet.projection.js';
export * from './fleet.rules.js';
export * from './fleet.service.js';
export { mayOrder, requestRefusal, unsupported } from './terminal-actions.rules.js';
