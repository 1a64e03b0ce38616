import type { ObservedMessage } from './message.rules.js';

/** Who says a message: the terminal asks, the host answers. */
export type Direction = 'toHost' | 'toTerminal';

/** What a request is about; a response is about the same as its request. */
export type MessageKind =
  | 'signOn'
  | 'signOff'
  | 'echo'
  | 'status'
  | 'sale'
  | 'void'
  | 'refund'
  | 'reversal'
  | 'settlement'
  | 'batchUpload'
  | 'batchUploadEnd'
  /** Key and parameter downloads, enquiries, pre-authorisations: passed on and not followed. */
  | 'other';

const SIGN_ON_CODES = new Set(['001', '003', '004']);
const UPLOAD_END_CODES = new Set(['202', '207']);

/** The type of the message that asked: 0810 → 0800. The same type when it is a request itself. */
export function requestTypeOf(messageType: string): string {
  return isResponseType(messageType) ? `${messageType.slice(0, 2)}${Number(messageType[2]) - 1}${messageType[3]}` : messageType;
}

/** Whether somebody answers with this type: the third digit is odd (ISO 8583:1987, message type, "function"). */
export function isResponseType(messageType: string): boolean {
  return (messageType.charCodeAt(2) & 1) === 1;
}

/** Whether a message of this type may travel this way. */
export function travels(messageType: string, direction: Direction): boolean {
  return isResponseType(messageType) === (direction === 'toTerminal');
}

/** Says what a request is about by its type and field 60 alone; field 3 would say the same of voids and refunds and need not be read. */
export function kindOf(message: ObservedMessage): MessageKind {
  const { networkCode, transactionType } = message;
  switch (requestTypeOf(message.messageType)) {
    case '0800':
      return networkCode !== null && SIGN_ON_CODES.has(networkCode) ? 'signOn' : 'other';
    case '0820':
      return managementKind(networkCode);
    case '0200':
      return transactionType === '22' ? 'sale' : transactionType === '23' ? 'void' : 'other';
    case '0220':
      return transactionType === '25' ? 'refund' : 'other';
    case '0320':
      return networkCode !== null && UPLOAD_END_CODES.has(networkCode) ? 'batchUploadEnd' : 'batchUpload';
    case '0400':
      return 'reversal';
    case '0500':
      return networkCode === '201' ? 'settlement' : 'other';
    default:
      return 'other';
  }
}

function managementKind(networkCode: string | null): MessageKind {
  switch (networkCode) {
    case '002':
      return 'signOff';
    case '301':
      return 'echo';
    case '362':
      return 'status';
    default:
      return 'other';
  }
}
