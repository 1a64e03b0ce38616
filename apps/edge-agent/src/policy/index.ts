export { type EffectivePolicy, type PolicyOptions, PolicyService, type TerminalChecks, windowAt, windowOfDay } from './policy.service.js';
