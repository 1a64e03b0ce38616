export { authorityFile, type KeyedCertificate, simulatedAuthority, terminalCertificate } from './certificate.js';
export { type NexoFault, nexoFault } from './faults.js';
export { nexoKind, NexoDevice, type NexoOptions, nexoOptions } from './nexo-kind.js';
export { type NexoObserver, NexoTerminal, type NexoTerminalOptions, type NexoView } from './nexo-terminal.js';
