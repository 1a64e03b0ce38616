import type { TFunction } from 'i18next';
import type { Locale } from '../format/locale.js';
import { formatBusinessDay } from '../format/time.js';
import { textOrCode } from '../i18n/use-texts.js';

/** The lines the automatic checks write, and the catalogue's sentence for each. */
const CHECK_LINES: readonly [RegExp, string, readonly string[]][] = [
  [/^batch (\d+) is settled$/, 'settled', ['batch']],
  [/^no unsettled payments$/, 'nothing', []],
  [/^no close proof yet$/, 'noProof', []],
  [/^close of (\d{4}-\d{2}-\d{2}) proven by journal entry (\d+)$/, 'proven', ['day', 'seq']],
];
const BATCH_LINE = /^batch (\d+) is ([a-zA-Z]+), (\d+) payments$/;

type Say = (key: string, values: Record<string, string | number>) => string;

/** What an automatic check found, in the person's language. A line nobody taught us is shown as it is. */
export function checkWords(t: TFunction, locale: Locale, detail: string): string {
  const say = t as unknown as Say;
  const lines = detail.split('; ').map((line) => {
    const batch = BATCH_LINE.exec(line);
    if (batch) {
      return say('checkLine.unsettled', {
        batch: batch[1] ?? '',
        state: textOrCode(t, 'batchState', batch[2] ?? ''),
        count: Number(batch[3]),
      });
    }
    for (const [pattern, key, names] of CHECK_LINES) {
      const found = pattern.exec(line);
      if (!found) continue;
      const values = Object.fromEntries(names.map((name, at) => [name, found[at + 1] ?? '']));
      if (values['day']) values['day'] = formatBusinessDay(values['day'], locale);
      return say(`checkLine.${key}`, values);
    }
    return line;
  });
  return lines.join(t('list.separator'));
}

/** Catalogue key of an event in an incident's history: dots separate catalogue levels, so they become underscores. */
export const historyKey = (action: string): string => action.replaceAll('.', '_');

const SYSTEM_ACTORS = new Set(['commands', 'detector', 'fleet', 'identity', 'policy', 'provisioning', 'system', 'telemetry']);

/** Who acted: a person's name, or the system in the person's language. */
export const actorWords = (t: TFunction, actor: string): string => (SYSTEM_ACTORS.has(actor) ? t('actor.system') : actor);

function commandOutcome(t: TFunction, rest: string): string {
  if (rest.startsWith('the gateway reports success')) return t('checkLine.noEvidence');
  const [state = '', code = '', ...words] = rest.split(', ');
  const parts = [textOrCode(t, 'commandState', state), code === '' ? '' : textOrCode(t, 'cause', code), ...words];
  return parts.filter(Boolean).join(t('list.separator'));
}

/**
 * What a history event says beside its action. The server writes `code` or `code: words`; codes are said in the person's language, words
 * somebody wrote stay as they are.
 */
export function historyWords(t: TFunction, locale: Locale, action: string, detail: string | null): string | null {
  if (detail === null || detail === '') return null;
  const [, code = '', words = ''] = /^([A-Za-z]+)(?:: (.*))?$/s.exec(detail) ?? [];
  if (code === '') return detail;
  if (action === 'opened' || action === 'closeBlocked') return textOrCode(t, 'cause', code);
  const title = textOrCode(t, 'stepTitle', code);
  if (action === 'step.commandSent' || words === '') return title;
  const said = action === 'step.commandFailed' ? commandOutcome(t, words) : checkWords(t, locale, words);
  return t('historyDetail', { title, said });
}
