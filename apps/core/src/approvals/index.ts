export { ApprovalsModule } from './approvals.module.js';
export { ApprovalsResolver } from './approvals.resolver.js';
