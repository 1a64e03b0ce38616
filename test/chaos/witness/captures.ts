import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How often a text went to a terminal, in what the exam's proxy kept of its line. The pieces of one direction are put together again first. */
export async function timesSent(folder: string, terminal: string, markers: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const sent = upward(await readFile(join(folder, `terminal-${terminal}.bin`))).toString('latin1');
  return new Map(markers.map((marker) => [marker, sent.split(marker).length - 1]));
}

/** The bytes that went up, of a file that network/fault-proxy.ts wrote: `\n<up or down> <length>\n` before each piece. */
function upward(capture: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < capture.length; ) {
    const end = capture.indexOf(0x0a, at + 1);
    if (end < 0) break;
    const [direction, length] = capture.toString('latin1', at + 1, end).split(' ');
    const piece = capture.subarray(end + 1, end + 1 + Number(length));
    if (direction === 'up') pieces.push(piece);
    at = end + 1 + Number(length);
  }
  return Buffer.concat(pieces);
}
