export { type OutletFault, outletFault } from './outlet-faults.js';
export * from './simulated-pdu.js';
export * from './simulated-poe-switch.js';
export type { SnmpAccess } from './snmp-agent.js';
export * from './snmp-kinds.js';
