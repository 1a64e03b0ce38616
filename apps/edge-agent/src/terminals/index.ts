export { type DeviceFactory, networkDevices } from './device-factory.js';
export { enquiryDelayMs } from './enquiry.rules.js';
export { type ActorContext, TerminalActor, type TerminalDevices } from './terminal.actor.js';
export type { TerminalFacts } from './terminal.rules.js';
export { type SampleSource, sampleOf, Terminals } from './terminals.service.js';
