import type { TFunction } from 'i18next';
import { textOrCode } from '../i18n/use-texts.js';

/** Actions about money the list can be narrowed to. */
export const MONEY_ACTIONS = [
  'settlement.requested',
  'settlement.approved',
  'settlement.refused',
  'settlement.withdrawn',
  'batch.evidenceFrozen',
  'batch.uploadRecorded',
  'acquirer.saved',
  'acquirer.mapped',
  'provider.termsProposed',
  'provider.termsRefused',
  'provider.termsTakenBack',
  'provider.terms',
  'statement.arrived',
  'statement.imported',
  'statement.refused',
  'statement.withdrawalRequested',
  'statement.withdrawalApproved',
  'statement.withdrawalRefused',
  'statement.withdrawalTakenBack',
  'statement.withdrawn',
  'reconciliation.requested',
  'reconciliation.setting',
  'reconciliation.done',
  'difference.assigned',
  'difference.resolved',
  'difference.accepted',
  'difference.reopened',
  'remedy.requested',
  'remedy.approved',
  'remedy.refused',
  'remedy.withdrawn',
  'export.made',
] as const;

type Detail = Record<string, unknown>;
const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const detailOf = (value: unknown): Detail => (typeof value === 'object' && value !== null ? (value as Detail) : {});
const sizeOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);
const join = (...parts: string[]): string => parts.filter(Boolean).join(' · ');
/** What stands in front of these words of a canonical sentence: the name of a file or a batch's place stand nowhere else. */
const partOf = (summary: string, pattern: RegExp): string => pattern.exec(summary)?.[1] ?? '';

/** An entry about money in the person's language; undefined for one that is about something else. */
export function moneyWords(
  t: TFunction,
  { action, summary, detail: given }: { readonly action: string; readonly summary: string; readonly detail?: unknown },
  terminalName: (terminalId: string) => string,
): string | undefined {
  const detail = detailOf(given);
  switch (action as (typeof MONEY_ACTIONS)[number]) {
    case 'settlement.requested':
    case 'settlement.approved':
    case 'settlement.refused':
    case 'settlement.withdrawn':
      return join(
        textOrCode(t, 'auditWords.settlementKind', text(detail['kind'])),
        t('auditWords.batch', { batch: text(detail['batchNo']) }),
        terminalName(text(detail['terminalId'])),
      );
    case 'batch.evidenceFrozen':
    case 'batch.uploadRecorded':
      return join(
        t('auditWords.batch', { batch: partOf(summary, /batch (\S+) of/) }),
        terminalName(partOf(summary, / of (\S+) (?:frozen|taken)/)),
        text(detail['reference']),
      );
    case 'acquirer.saved':
      return text(detail['name']);
    case 'acquirer.mapped':
      return join(text(detail['acquirerId']), t('auditWords.mapped', { count: sizeOf(detail['entries']) }));
    case 'provider.terms':
      return join(text(detail['acquirerId']), t('auditWords.version', { version: text(detail['version']) }));
    case 'provider.termsProposed':
    case 'provider.termsRefused':
    case 'provider.termsTakenBack':
      return join(text(detail['acquirerId']), partOf(summary, /^Terms of \S+ \w+: (.*)$/s));
    case 'statement.arrived':
      return partOf(summary, /^(.*) arrived by/);
    case 'statement.imported':
      return join(partOf(summary, /^(.*?) imported: /), t('auditWords.rows', { count: Number(detail['rows']) }));
    case 'statement.refused':
      return partOf(summary, /^(.*) refused: /);
    case 'statement.withdrawalRequested':
    case 'statement.withdrawalApproved':
    case 'statement.withdrawalRefused':
    case 'statement.withdrawalTakenBack':
    case 'statement.withdrawn':
      return join(partOf(summary, /^Withdrawal of (.*?) \w+: /), partOf(summary, /^Withdrawal of .*? \w+: (.*)$/s));
    case 'reconciliation.requested':
    case 'reconciliation.done':
      return join(text(detail['acquirerId']), [text(detail['fromDay']), text(detail['toDay'])].join(' – '));
    case 'reconciliation.setting':
      return text(detail['acquirerId']);
    case 'difference.assigned':
    case 'difference.resolved':
    case 'difference.accepted':
    case 'difference.reopened':
      return join(t('auditWords.differences', { count: sizeOf(detail['differenceIds']) }), text(detailOf(detail['act'])['note']));
    case 'remedy.requested':
    case 'remedy.approved':
    case 'remedy.refused':
    case 'remedy.withdrawn':
      return join(textOrCode(t, 'auditWords.remedyKind', partOf(summary, /^(\w+) /)), partOf(summary, /^\w+ \w+: (.*)$/s));
    case 'export.made':
      return join(textOrCode(t, 'auditWords.table', text(detail['table'])), partOf(summary, / as (\w+)$/).toUpperCase());
    default:
      return undefined;
  }
}
