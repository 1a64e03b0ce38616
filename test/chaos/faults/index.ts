import { CENTRE_FAULTS } from './centre.js';
import { CERTIFICATE_FAULTS } from './certificates.js';
import type { FaultKind } from './fault.js';
import { GATEWAY_FAULTS } from './gateways.js';
import { HOSTILE_FAULTS } from './hostile.js';
import { NETWORK_FAULTS } from './network.js';
import { TERMINAL_FAULTS } from './terminals.js';

export type { FaultContext, FaultKind, FaultMeans } from './fault.js';

/** Every kind of fault the exam knows, by name. */
export const FAULT_KINDS: ReadonlyMap<string, FaultKind> = new Map(
  [...CENTRE_FAULTS, ...GATEWAY_FAULTS, ...NETWORK_FAULTS, ...TERMINAL_FAULTS, ...HOSTILE_FAULTS, ...CERTIFICATE_FAULTS].map((fault) => [
    fault.kind,
    fault,
  ]),
);
