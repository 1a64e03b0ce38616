import { MessageError } from './message-error.js';
import type { Reader } from './reader.js';

/** What a message pair is about, as far as this driver speaks. */
export type MessageCategory =
  | 'Login'
  | 'Logout'
  | 'Diagnosis'
  | 'Payment'
  | 'Reversal'
  | 'Reconciliation'
  | 'GetTotals'
  | 'TransactionStatus'
  | 'Print'
  | 'Display'
  | 'Abort';

/** Version of the protocol this driver writes, and the major version it reads. */
export const PROTOCOL_VERSION = '3.0';

/** The header in front of every message, and in clear beside every encrypted one. */
export interface MessageHeader {
  readonly ProtocolVersion: string;
  readonly MessageClass: string;
  readonly MessageCategory: string;
  readonly MessageType: string;
  readonly ServiceID?: string;
  readonly DeviceID?: string;
  readonly SaleID?: string;
  readonly POIID: string;
}

const FIELDS = [
  'ProtocolVersion',
  'MessageClass',
  'MessageCategory',
  'MessageType',
  'ServiceID',
  'DeviceID',
  'SaleID',
  'POIID',
] as const satisfies readonly (keyof MessageHeader)[];

/** The header of a request. Print and Display are for a device of the terminal, all else is a service of it. */
export function requestHeader(category: MessageCategory, ids: { serviceId: string; saleId: string; poiId: string }): MessageHeader {
  return {
    ProtocolVersion: PROTOCOL_VERSION,
    MessageClass: category === 'Print' || category === 'Display' ? 'Device' : 'Service',
    MessageCategory: category,
    MessageType: 'Request',
    ServiceID: ids.serviceId,
    SaleID: ids.saleId,
    POIID: ids.poiId,
  };
}

/** Reads a header. */
export function readHeader(reader: Reader): MessageHeader {
  const optional = (key: 'ServiceID' | 'DeviceID' | 'SaleID') => {
    const value = reader.maybeText(key);
    return value === undefined ? {} : { [key]: value };
  };
  return {
    ProtocolVersion: reader.maybeText('ProtocolVersion') ?? PROTOCOL_VERSION,
    MessageClass: reader.text('MessageClass'),
    MessageCategory: reader.text('MessageCategory'),
    MessageType: reader.text('MessageType'),
    POIID: reader.text('POIID'),
    ...optional('ServiceID'),
    ...optional('DeviceID'),
    ...optional('SaleID'),
  };
}

/** The first field in which two headers differ; null when they say the same. */
export function headerDifference(a: MessageHeader, b: MessageHeader): string | null {
  return FIELDS.find((field) => a[field] !== b[field]) ?? null;
}

/** Checks that a header answers a request: same exchange, same partners, a response of the same protocol. Throws MessageError `otherMessage`. */
export function requireAnswer(request: MessageHeader, answer: MessageHeader): void {
  const same = (['MessageClass', 'MessageCategory', 'ServiceID', 'SaleID', 'POIID'] as const).find(
    (field) => request[field] !== answer[field],
  );
  if (same) throw new MessageError('otherMessage', `MessageHeader.${same}`);
  if (answer.MessageType !== 'Response') throw new MessageError('otherMessage', 'MessageHeader.MessageType');
  if (answer.ProtocolVersion.split('.')[0] !== PROTOCOL_VERSION.split('.')[0]) {
    throw new MessageError('otherMessage', 'MessageHeader.ProtocolVersion');
  }
}
