export { PinnedCoreKeys } from './core-keys.service.js';
export { type EffectivePolicy, type PolicyOptions, PolicyService, type TerminalChecks, windowAt, windowOfDay } from './policy.service.js';
export { RESTRICTED_OPERATIONS, type RestrictedOperation } from './restricted.rules.js';
export { RestrictedMode } from './restricted.service.js';
