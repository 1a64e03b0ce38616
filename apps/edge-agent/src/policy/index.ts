export { type EffectivePolicy, type PolicyOptions, PolicyService, windowAt } from './policy.service.js';
