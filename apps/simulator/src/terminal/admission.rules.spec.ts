import { describe, expect, it } from 'vitest';
import { admissionOf, statusByteOf, type TerminalCondition } from './admission.rules.js';

const fine: TerminalCondition = { registered: true, signedOn: true, settlementNeeded: false, printerNotReady: false, cardInserted: false };

describe('what a terminal takes', () => {
  it.each([
    ['everything fine', {}, 'authorisation', null],
    ['unregistered: nothing but the way out', { registered: false }, 'authorisation', 0x6b],
    ['unregistered: registration', { registered: false }, 'registration', null],
    ['unregistered: status', { registered: false }, 'statusEnquiry', null],
    ['51 locks sales', { signedOn: false }, 'authorisation', 0x51],
    ['51 locks settlements', { signedOn: false }, 'endOfDay', 0x51],
    ['51 is cured by 06 93', { signedOn: false }, 'initialisation', null],
    ['51 leaves the enquiry open', { signedOn: false }, 'repeatReceipt', null],
    ['51 leaves the totals open', { signedOn: false }, 'turnoverTotals', null],
    ['F0 locks sales', { settlementNeeded: true }, 'authorisation', 0xf0],
    ['F0 is cured by 06 50', { settlementNeeded: true }, 'endOfDay', null],
    ['no paper: no sale', { printerNotReady: true }, 'authorisation', 0xcc],
    ['no paper: settlement', { printerNotReady: true }, 'endOfDay', null],
    ['card inside: no sale', { cardInserted: true }, 'authorisation', 0xdc],
  ] as const)('%s', (_name, change, command, code) => {
    expect(admissionOf({ ...fine, ...change }, command)).toBe(code);
  });

  it.each([
    [{}, 0x00],
    [{ signedOn: false, settlementNeeded: true }, 0x51],
    [{ settlementNeeded: true }, 0xf0],
    [{ cardInserted: true }, 0xdc],
    [{ printerNotReady: true }, 0xcc],
  ] as const)('status byte of %o', (change, byte) => {
    expect(statusByteOf({ ...fine, ...change })).toBe(byte);
  });
});
