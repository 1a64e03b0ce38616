import type { DialogueField, DialogueFrame } from '@tillward/driver';
import { type ApduField, describeApdu } from './describe.js';
import { type Frame, FrameParser } from './frame.js';
import type { CharacterSet } from './text.js';

/** What a dialogue's record takes of one frame. */
const MAX_FIELDS = 120;
const MAX_VALUE = 400;
const MAX_TAG = 120;
const MAX_NAME = 80;

/**
 * A frame as a dialogue keeps it: decoded, masked, TLV tags beyond the allow-list named and not told. Fields of containers follow their
 * container, with its tag before their own (`06.1F07`).
 */
export function dialogueFrame(direction: DialogueFrame['direction'], frame: Frame, characterSet: CharacterSet): DialogueFrame {
  const { control, name, fields, dataBytes, damage } = describeApdu(frame, { characterSet, keptOnly: true });
  const flat = fields.flatMap((field) => flatten(field, ''));
  if (damage) flat.unshift({ tag: '', name: 'damage', value: `${damage.code} at byte ${damage.offset}` });
  return {
    direction,
    name: `${control} ${name}`.slice(0, MAX_NAME),
    fields: flat.slice(0, MAX_FIELDS),
    bytes: dataBytes + (dataBytes >= 0xff ? 5 : 3),
  };
}

/** The same of bytes that we wrote ourselves: one whole frame. */
export function sentFrame(bytes: Uint8Array, characterSet: CharacterSet): DialogueFrame {
  const frame = new FrameParser(0xffff).push(bytes).frames[0];
  if (!frame) throw new Error('what we send is not a frame');
  return dialogueFrame('sent', frame, characterSet);
}

function flatten(field: ApduField, path: string): DialogueField[] {
  const own = field.tag.replace(/^(BMP|TLV) /, '');
  const tag = path === '' ? own : own === '' ? path : `${path}.${own}`;
  const told = { tag: tag.slice(0, MAX_TAG), name: field.name.slice(0, MAX_NAME) };
  if (field.fields) return field.fields.flatMap((inner) => flatten(inner, tag));
  return [{ ...told, value: textOf(field).slice(0, MAX_VALUE) }];
}

function textOf({ value, hex, hidden, meaning }: ApduField): string {
  if (hidden !== undefined) return `(${hidden} bytes not shown)`;
  const text = value === undefined ? (hex ?? '') : String(value);
  return meaning === undefined ? text : `${text} ${meaning}`;
}
