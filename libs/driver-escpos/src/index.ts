export * from './escpos-printer.js';
export {
  type PaperState,
  type PrinterError,
  type PrinterState,
  type PrinterStatus,
  printerStatus,
  type StatusAnswers,
} from './printer-status.rules.js';
