/** Something a printer does with what it is sent. */
export type PrinterCommand =
  /** DLE EOT n: asks for its state, at once and whatever state it is in. */
  | { readonly kind: 'statusAsked'; readonly question: number }
  /** DLE ENQ n: asks it to recover from an error. */
  | { readonly kind: 'recover' }
  /** GS r n: asks for a sensor's state, in the order of what is printed. */
  | { readonly kind: 'sensorAsked'; readonly sensor: number }
  /** Bytes to print, commands for the layout among them. */
  | { readonly kind: 'print'; readonly bytes: Uint8Array };

/** What was understood, and the beginning of a command whose end is still to come. */
export interface PrinterStream {
  readonly commands: readonly PrinterCommand[];
  readonly rest: Uint8Array;
}

const DLE = 0x10;
const EOT = 0x04;
const ENQ = 0x05;
const GS = 0x1d;
const TRANSMIT_SENSOR = 0x72;
const COMMAND_BYTES = 3;

/** Splits what a client sent into commands that are answered and bytes to print (Epson ESC/POS command reference). Nothing is lost: `rest` goes before the next bytes. */
export function readPrinterStream(bytes: Uint8Array): PrinterStream {
  const commands: PrinterCommand[] = [];
  let printFrom = 0;
  let at = 0;
  const printUpTo = (end: number) => {
    if (end > printFrom) commands.push({ kind: 'print', bytes: bytes.subarray(printFrom, end) });
  };
  while (at < bytes.length) {
    if (bytes[at] !== DLE && bytes[at] !== GS) {
      at += 1;
      continue;
    }
    if (at + COMMAND_BYTES > bytes.length) break;
    const command = commandOf(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!);
    if (!command) {
      at += 1;
      continue;
    }
    printUpTo(at);
    commands.push(command);
    at += COMMAND_BYTES;
    printFrom = at;
  }
  printUpTo(at);
  return { commands, rest: bytes.subarray(at) };
}

function commandOf(first: number, second: number, third: number): PrinterCommand | null {
  if (first === DLE && second === EOT) return { kind: 'statusAsked', question: third };
  if (first === DLE && second === ENQ) return { kind: 'recover' };
  if (first === GS && second === TRANSMIT_SENSOR) return { kind: 'sensorAsked', sensor: third };
  return null;
}
