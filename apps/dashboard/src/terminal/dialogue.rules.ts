import type { Frame } from './dialogue-queries.js';

/** Time of day to the millisecond in a zone, as a protocol's reader wants it. */
export function preciseTime(at: string, timeZone: string): string {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
  return `${clock.format(new Date(at))}.${String(new Date(at).getUTCMilliseconds()).padStart(3, '0')}`;
}

/** A frame with so few fields is shown with them; longer ones open when asked. */
const FEW_FIELDS = 4;

/** Whether a frame is shown with its fields from the start. */
export const opensItself = (frame: Frame): boolean => frame.fields.length > 0 && frame.fields.length <= FEW_FIELDS;

/** The whole dialogue as plain text, to be pasted into a ticket: masked as it is on the screen, in the specification's words. */
export function dialogueText(
  head: { readonly terminal: string; readonly store: string; readonly capturedAt: string; readonly cause: string },
  frames: readonly Frame[],
): string {
  const lines = [`${head.terminal}, ${head.store}`, `${head.capturedAt} ${head.cause}`, ''];
  for (const { at, direction, name, bytes, fields } of frames) {
    lines.push(`${at} ${direction === 'sent' ? '>>' : '<<'} ${name} (${bytes} B)`);
    for (const field of fields) lines.push(`    ${field.tag} ${field.name}: ${field.value}`);
  }
  return `${lines.join('\n')}\n`;
}
