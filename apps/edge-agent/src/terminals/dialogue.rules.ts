import type { DialogueField, DialogueFrame, RecordedFrame } from '@tillward/contracts';
import { maskedWithin, plainWithin } from './plain-text.rules.js';

/** How many frames of work and how many of idle polls are kept; together what an entry may hold. */
export const WORK_FRAMES = 48;
export const IDLE_FRAMES = 16;
/** A frame beyond this many characters loses its last fields: a hostile terminal must not fill the gateway's memory. */
const MAX_FRAME_CHARACTERS = 4_096;
const MAX_FIELDS = 120;
const [MAX_NAME, MAX_TAG, MAX_VALUE] = [80, 120, 400];

/** A frame as it is kept: stamped, short enough, and with nothing in it that could be a card number, whatever the driver let through. */
export function recordedAt(frame: DialogueFrame, at: number): RecordedFrame {
  const name = maskedWithin(frame.name, MAX_NAME);
  const fields: DialogueField[] = [];
  let characters = name.length;
  for (const field of frame.fields.slice(0, MAX_FIELDS)) {
    const kept = {
      tag: plainWithin(field.tag, MAX_TAG),
      name: plainWithin(field.name, MAX_NAME),
      value: maskedWithin(field.value, MAX_VALUE),
    };
    characters += kept.tag.length + kept.name.length + kept.value.length;
    if (characters > MAX_FRAME_CHARACTERS) break;
    fields.push(kept);
  }
  return { direction: frame.direction, name, fields, bytes: frame.bytes, at };
}

/** A kept frame and its place in the dialogue. */
export interface PlacedFrame {
  readonly order: number;
  readonly frame: RecordedFrame;
}

/**
 * The frames for one entry of at most `maxBytes`, oldest first. Those of work come before those of idle polls, newer before older: what does not fit is the
 * oldest of the least interest.
 */
export function framesWithin(work: readonly PlacedFrame[], idle: readonly PlacedFrame[], maxBytes: number): RecordedFrame[] {
  const chosen: PlacedFrame[] = [];
  let bytes = 0;
  for (const placed of [...work.toReversed(), ...idle.toReversed()]) {
    bytes += utf8Length(JSON.stringify(placed.frame)) + 1;
    if (bytes > maxBytes) break;
    chosen.push(placed);
  }
  return chosen.sort((a, b) => a.order - b.order).map(({ frame }) => frame);
}

/** Bytes of well-formed text in UTF-8. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}

/** Whether at least `everyMs` lie between two instants of a clock that may jump either way; `last` null: there was none. */
export function dueAgain(last: number | null, now: number, everyMs: number): boolean {
  return last === null || Math.abs(now - last) >= everyMs;
}
