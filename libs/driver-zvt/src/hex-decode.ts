import { type ApduField, describeApdu } from './describe.js';
import { FrameParser } from './frame.js';
import type { CharacterSet } from './text.js';

/** One APDU read from hexadecimal digits: as `describeApdu` tells it, with its size on the wire. */
export interface DecodedApdu {
  readonly control: string;
  readonly name: string;
  readonly direction: string;
  readonly bytes: number;
  readonly fields: readonly ApduField[];
}

/** What is wrong with hexadecimal digits, and at which byte (from 0, headers counted); null when the digits themselves are wrong. */
export interface HexMistake {
  readonly offset: number | null;
  readonly message: string;
}

/** APDUs in their order, up to the first mistake. */
export interface HexDecoding {
  readonly apdus: readonly DecodedApdu[];
  readonly mistake: HexMistake | null;
}

const MAX_DATA_BYTES = 0xffff;

/**
 * Reads hexadecimal digits, with any white space between them, as APDUs one behind the other. Never throws, and never tells more of a card
 * number than its last four digits.
 */
export function decodeHex(text: string, characterSet: CharacterSet = 'cp437'): HexDecoding {
  const digits = text.replace(/\s+/g, '');
  const strange = /[^0-9a-f]/i.exec(digits);
  if (strange) return mistaken(`"${strange[0]}" is no hexadecimal digit`);
  if (digits === '') return mistaken('there are no bytes');
  if (digits.length % 2 !== 0) return mistaken('there is half a byte: an odd number of hexadecimal digits');
  const bytes = Uint8Array.from(Buffer.from(digits, 'hex'));
  const { frames, error } = new FrameParser(MAX_DATA_BYTES).push(bytes);
  const apdus: DecodedApdu[] = [];
  let at = 0;
  for (const frame of frames) {
    const header = frame.data.length >= 0xff || bytes[at + 2] === 0xff ? 5 : 3;
    const { damage, dataBytes, ...told } = describeApdu(frame, { characterSet });
    if (damage) return { apdus, mistake: { offset: at + header + damage.offset, message: DAMAGE[damage.code] ?? damage.code } };
    apdus.push({ control: told.control, name: told.name, direction: told.direction, bytes: header + dataBytes, fields: told.fields });
    at += header + dataBytes;
  }
  if (error) {
    const message = error.code === 'unknownClass' ? `no APDU begins with ${hexByte(bytes[error.offset])}` : 'the APDU is too long';
    return { apdus, mistake: { offset: error.offset, message } };
  }
  return { apdus, mistake: at < bytes.length ? unfinished(bytes, at) : null };
}

/** Why data could not be read, for people. */
const DAMAGE: Readonly<Record<string, string>> = {
  truncated: 'the field that begins here is longer than what is left',
  badLength: 'the field that begins here has a length that is not written as the specification demands',
  tooDeep: 'containers are nested beyond every message of the specification',
  tooMany: 'a container holds more elements than any message of the specification',
};

function mistaken(message: string): HexDecoding {
  return { apdus: [], mistake: { offset: null, message } };
}

/** The bytes end in the middle of an APDU that begins at `at`. */
function unfinished(bytes: Uint8Array, at: number): HexMistake {
  const rest = bytes.length - at;
  if (rest < 3) return { offset: bytes.length, message: 'the bytes end before the length field' };
  const extended = bytes[at + 2] === 0xff;
  if (extended && rest < 5) return { offset: bytes.length, message: 'the bytes end in the extended length field' };
  const header = extended ? 5 : 3;
  const said = extended ? bytes[at + 3]! | (bytes[at + 4]! << 8) : bytes[at + 2]!;
  return { offset: at + 2, message: `the length says ${said} data bytes, ${rest - header} follow` };
}

function hexByte(byte: number | undefined): string {
  return (byte ?? 0).toString(16).padStart(2, '0');
}
