export { takeLockFile } from './lock-file.js';
export { Part, PartEndedEarly, type PartEvent, type PartSpec } from './part.js';
export { endProcess, readPidFile, reapPidFile, signal, writePidFile } from './pid-file.js';
export { atFreePorts, EXIT_PORT_TAKEN, freePort, isPortFree, PortBook } from './ports.js';
export { identityOf, isAlive } from './process-identity.js';
export { Supervisor, type SupervisorOptions } from './supervisor.js';
