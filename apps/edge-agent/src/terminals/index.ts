export { NetworkDevices } from './device-factory.js';
export { enquiryDelayMs } from './enquiry.rules.js';
export { type ActorContext, TerminalActor } from './terminal.actor.js';
export type { DeviceFactory, PrinterReader, TerminalDevices, TrafficListener, TrafficSource } from './terminal.devices.js';
export type { JobKind, TerminalFacts } from './terminal.rules.js';
export { type SampleSource, sampleOf, Terminals } from './terminals.service.js';
export { judgeWatchedClose, type WatchedClose } from './watched.rules.js';
