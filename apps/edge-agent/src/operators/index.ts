export { OperatorService, type OperatorSession, type SignedOffBy, type SignOnAnswer } from './operators.service.js';
export { type Sponsors, sponsorsIn } from './passcode.store.js';
export { CODE_VALID_MS, type Identity, Passcodes, type PasscodesOptions } from './passcodes.service.js';
