export { type PrinterFault, printerFault } from './printer-faults.js';
export * from './printer-kind.js';
export * from './simulated-printer.js';
