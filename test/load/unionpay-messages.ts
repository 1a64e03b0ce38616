/** Where the trace number lies in both frames: after length 2, TPDU 5, head 6, type 2, bitmap 8, fields 3 (3 bytes) and 4 (6 bytes). */
const TRACE_AT = 32;
const TRACE_BYTES = 3;
const HEAD = '6000030000603100310000';

const text = (value: string) => Buffer.from(value, 'latin1').toString('hex');

function frame(body: string): Buffer {
  const bytes = Buffer.from(`${HEAD}${body}`, 'hex');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A sale as a terminal asks for it, of ordinary size: fields 3, 4, 11, 22, 25, 41, 42, 49, 55, 60, 64; 55 is empty of meaning. */
export function saleFrame(terminalId: string): Buffer {
  const fields = `000000 000000001250 000000 0210 00 ${text(terminalId)} ${text('TILLWARD0000001')} ${text('156')} 0140 ${'00'.repeat(140)} 0013 22000001000600 ${'00'.repeat(8)}`;
  return frame(`0200 3020048000C08211 ${fields}`.replaceAll(' ', ''));
}

/** The host's approval: fields 3, 4, 11, 12, 13, 37, 39, 41, 42, 49, 60, 64. */
export function approvalFrame(terminalId: string): Buffer {
  const fields = `000000 000000001250 000000 101530 1121 ${text('000000000001')} ${text('00')} ${text(terminalId)} ${text('TILLWARD0000001')} ${text('156')} 0011 220000010000 ${'00'.repeat(8)}`;
  return frame(`0210 303800000AC08011 ${fields}`.replaceAll(' ', ''));
}

/** Writes a trace number into a frame. */
export function setTrace(bytes: Buffer, traceNo: number): void {
  bytes.write(String(traceNo % 1_000_000).padStart(TRACE_BYTES * 2, '0'), TRACE_AT, 'hex');
}

/** Copies the trace number of one frame into another. */
export function copyTrace(from: Buffer, to: Buffer): void {
  from.copy(to, TRACE_AT, TRACE_AT, TRACE_AT + TRACE_BYTES);
}

/** The terminal's number in a sale. */
export function terminalOf(sale: Buffer): string {
  return sale.toString('latin1', TRACE_AT + TRACE_BYTES + 3, TRACE_AT + TRACE_BYTES + 11);
}
