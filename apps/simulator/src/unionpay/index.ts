export { type AcquirerOptions, AcquirerServer } from './acquirer-server.js';
export { type CardFields, digitsThatAreNoCard, randomCardFields } from './card-fields.js';
export { type UnionpayFault, unionpayFault } from './faults.js';
export { type UnionpayDeviceOptions, unionpayKind } from './unionpay-device.js';
export { type OperationOutcome, type SettlementEnd, UnionpayTerminal, type UnionpayTerminalOptions } from './unionpay-terminal.js';
