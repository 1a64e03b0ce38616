const SYNCHRONISATION_BYTES = 6;
const REPETITIONS = 16;
const ADDRESS_BYTES = 6;

/** The address `text` names, as six bytes; null when it names none. Twelve hexadecimal digits, with `:` or `-` between each two, or nothing. */
export function ethernetAddress(text: string): Buffer | null {
  const digits = text.match(/^[0-9a-f]{2}([:-]?)(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}$/i) ? text.replace(/[:-]/g, '') : '';
  return digits === '' ? null : Buffer.from(digits, 'hex');
}

/** The 102 bytes a sleeping network card waits for: six times FF, then its own address sixteen times (AMD, Magic Packet Technology, 20213). */
export function magicPacket(address: Uint8Array): Buffer {
  if (address.length !== ADDRESS_BYTES) throw new RangeError(`an Ethernet address has ${ADDRESS_BYTES} bytes, not ${address.length}`);
  return Buffer.concat([Buffer.alloc(SYNCHRONISATION_BYTES, 0xff), ...Array.from({ length: REPETITIONS }, () => address)]);
}
