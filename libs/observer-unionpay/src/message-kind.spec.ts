import { describe, expect, it } from 'vitest';
import { SILENT } from './message.fixtures.js';
import { kindOf, requestTypeOf, travels } from './message-kind.rules.js';

describe('what a message is about', () => {
  it.each([
    ['0800', '00', '001', 'signOn'],
    ['0800', '00', '003', 'signOn'],
    ['0810', '00', '004', 'signOn'],
    ['0800', '00', '370', 'other'],
    ['0820', '00', '002', 'signOff'],
    ['0820', '00', '301', 'echo'],
    ['0830', '00', '301', 'echo'],
    ['0820', '00', '362', 'status'],
    ['0820', '00', '401', 'other'],
    ['0200', '22', '000', 'sale'],
    ['0210', '22', '000', 'sale'],
    ['0200', '23', '000', 'void'],
    ['0200', '01', '000', 'other'],
    ['0220', '25', '000', 'refund'],
    ['0220', '24', '000', 'other'],
    ['0400', '22', '000', 'reversal'],
    ['0410', '23', null, 'reversal'],
    ['0500', '00', '201', 'settlement'],
    ['0510', '00', '201', 'settlement'],
    ['0500', '00', null, 'other'],
    ['0320', '00', '201', 'batchUpload'],
    ['0320', '00', '202', 'batchUploadEnd'],
    ['0330', '00', '207', 'batchUploadEnd'],
    ['0100', '10', '000', 'other'],
  ])('%s with 60.1 %s and 60.3 %s: %s', (messageType, transactionType, networkCode, kind) => {
    expect(kindOf({ ...SILENT, messageType, transactionType, networkCode })).toBe(kind);
  });

  it('finds the request of an answer, and which way each goes', () => {
    expect(['0810', '0210', '0230', '0410', '0800'].map(requestTypeOf)).toEqual(['0800', '0200', '0220', '0400', '0800']);
    expect(travels('0800', 'toHost')).toBe(true);
    expect(travels('0810', 'toHost')).toBe(false);
    expect(travels('0830', 'toTerminal')).toBe(true);
    expect(travels('0820', 'toTerminal')).toBe(false);
  });
});
