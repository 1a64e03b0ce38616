import type { Command } from '@tillward/driver-zvt';
import { describe, expect, it } from 'vitest';
import { admissionOf, statusByteOf, type TerminalCondition } from './admission.rules.js';

const fine: TerminalCondition = {
  registered: true,
  signedOn: true,
  settlementNeeded: false,
  diagnosisNeeded: false,
  clockWrong: false,
  outOfOrder: false,
  activationNeeded: false,
  printerNotReady: false,
  cardInserted: false,
};

describe('what a terminal takes', () => {
  it.each<[string, Partial<TerminalCondition>, Command['kind'], number | null]>([
    ['everything fine', {}, 'authorisation', null],
    ['unregistered: nothing but the way out', { registered: false }, 'authorisation', 0x6b],
    ['unregistered: registration', { registered: false }, 'registration', null],
    ['unregistered: status', { registered: false }, 'statusEnquiry', null],
    ['51 locks sales', { signedOn: false }, 'authorisation', 0x51],
    ['51 locks settlements', { signedOn: false }, 'endOfDay', 0x51],
    ['51 is cured by 06 93', { signedOn: false }, 'initialisation', null],
    ['51 leaves the enquiry open', { signedOn: false }, 'repeatReceipt', null],
    ['51 leaves the totals open', { signedOn: false }, 'turnoverTotals', null],
    ['C2 locks refunds', { diagnosisNeeded: true }, 'refund', 0xc2],
    ['C2 is cured by 06 70', { diagnosisNeeded: true }, 'diagnosis', null],
    ['62 locks sales', { clockWrong: true }, 'authorisation', 0x62],
    ['62 is cured by 06 91', { clockWrong: true }, 'setDateAndTime', null],
    ['F0 locks sales', { settlementNeeded: true }, 'authorisation', 0xf0],
    ['F0 locks reversals', { settlementNeeded: true }, 'reversal', 0xf0],
    ['F0 is cured by 06 50', { settlementNeeded: true }, 'endOfDay', null],
    ['F0 is not cured by 06 50 while 51 comes first', { settlementNeeded: true, signedOn: false }, 'endOfDay', 0x51],
    ['DF is cured by nothing', { outOfOrder: true }, 'endOfDay', 0xdf],
    ['no paper: no sale', { printerNotReady: true }, 'authorisation', 0xcc],
    ['no paper: settlement', { printerNotReady: true }, 'endOfDay', null],
    ['card inside: no sale', { cardInserted: true }, 'authorisation', 0xdc],
    ['card inside: no settlement, also as a cure', { cardInserted: true, settlementNeeded: true }, 'endOfDay', 0xdc],
  ])('%s', (_name, change, command, code) => {
    expect(admissionOf({ ...fine, ...change }, command)).toBe(code);
  });

  it.each([
    [{}, 0x00],
    [{ signedOn: false, settlementNeeded: true }, 0x51],
    [{ diagnosisNeeded: true, settlementNeeded: true }, 0xc2],
    [{ clockWrong: true }, 0x62],
    [{ settlementNeeded: true }, 0xf0],
    [{ outOfOrder: true, signedOn: false }, 0xdf],
    [{ activationNeeded: true }, 0xe4],
    [{ cardInserted: true }, 0xdc],
    [{ printerNotReady: true }, 0xcc],
  ] as const)('status byte of %o', (change, byte) => {
    expect(statusByteOf({ ...fine, ...change })).toBe(byte);
  });
});
