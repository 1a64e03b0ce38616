export { authorityFile, type KeyedCertificate, simulatedAuthority, terminalCertificate } from './certificate.js';
export { type NexoFault, nexoFault } from './faults.js';
export { NexoDevice, type NexoOptions, nexoKind, nexoOptions } from './nexo-kind.js';
export { type NexoObserver, NexoTerminal, type NexoTerminalOptions, type NexoView } from './nexo-terminal.js';
