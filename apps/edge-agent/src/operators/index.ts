export { OperatorService, type OperatorSession, type SignedOffBy } from './operators.service.js';
