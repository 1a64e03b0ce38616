import { createInterface } from 'node:readline';
import { maskCardNumbers } from '@tillward/driver';
import { type CharacterSet, type DecodedApdu, decodeHex, type HexMistake } from '@tillward/driver-zvt';
import { ConfigMistake } from './command-errors.js';

/** Flags of `tillward zvt decode`. */
export interface ZvtDecodeFlags {
  readonly characterSet: string;
}

/** Where the command reads from and writes to. */
export interface ZvtDecodeStreams {
  readonly input: NodeJS.ReadableStream;
  readonly output: { write(text: string): unknown };
  readonly errors: { write(text: string): unknown };
}

const CHARACTER_SETS: readonly CharacterSet[] = ['cp437', 'zvt7', 'latin1', 'utf8'];

/**
 * Decodes APDUs given as hexadecimal digits and prints each as JSON, amounts in minor units, card numbers by their last four digits. All
 * arguments together are one run of bytes, so `06 0F 00` need not be quoted; several APDUs may follow each other. With `-` every line of the
 * standard input is such a run, printed as one line of JSON; a first word that is no hexadecimal number is its name, lines with `#` are
 * skipped. What is malformed is told with its byte offset; the exit status is then 1.
 */
export async function zvtDecode(words: readonly string[], flags: ZvtDecodeFlags, streams: ZvtDecodeStreams): Promise<number> {
  const characterSet = CHARACTER_SETS.find((name) => name === flags.characterSet);
  if (characterSet === undefined) throw new ConfigMistake(`--character-set is one of ${CHARACTER_SETS.join(', ')}`);
  if (words.length === 1 && words[0] === '-') return decodeLines(characterSet, streams);
  const { apdus, mistake } = decodeHex(words.join(' '), characterSet);
  for (const apdu of apdus) streams.output.write(`${JSON.stringify(apdu, null, 2)}\n`);
  if (mistake === null) return 0;
  streams.errors.write(`${mistakeText(mistake)}\n`);
  return 1;
}

async function decodeLines(characterSet: CharacterSet, { input, output, errors }: ZvtDecodeStreams): Promise<number> {
  let status = 0;
  let number = 0;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    const [, name, digits] = /^(\S*[^0-9a-f\s]\S*)?\s*(.*)$/is.exec(text) ?? [];
    const { apdus, mistake } = decodeHex(digits ?? '', characterSet);
    for (const apdu of apdus) output.write(`${JSON.stringify(named(apdu, name))}\n`);
    if (mistake === null) continue;
    errors.write(`line ${number}: ${mistakeText(mistake)}\n`);
    status = 1;
  }
  return status;
}

function named(apdu: DecodedApdu, name: string | undefined): DecodedApdu & { source?: string } {
  return name === undefined ? apdu : { source: maskCardNumbers(name), ...apdu };
}

function mistakeText({ offset, message }: HexMistake): string {
  return offset === null ? message : `byte ${offset}: ${message}`;
}
