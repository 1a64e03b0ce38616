import type { TFunction } from 'i18next';
import type { Language } from '../graphql/generated/graphql.js';
import { inLanguage, textOrCode } from '../i18n/use-texts.js';
import type { Setting } from '../policy/policy-queries.js';
import { settingTitle, valueText } from '../policy/setting-value.js';
import type { AuditRow } from './audit-queries.js';
import { MONEY_ACTIONS, moneyWords } from './money-words.js';

/** Actions the log can hold; the catalogue has a name for each. */
export const AUDIT_ACTIONS = [
  'session.opened',
  'session.closed',
  'session.refused',
  'person.provisioned',
  'policy.updated',
  'policy.provisioned',
  'command.created',
  'command.finished',
  'incident.opened',
  'incident.acknowledged',
  'incident.stepDone',
  'incident.stepSkipped',
  'incident.resolved',
  'quiz.passed',
  'quiz.failed',
  'certificate.provisioned',
  'enrolment.claimIssued',
  'gateway.enrolled',
  'gateway.renewed',
  'gateway.revoked',
  'fleetRequest.asked',
  'fleetRequest.approved',
  'fleetRequest.refused',
  'fleetRequest.withdrawn',
  'fleetRequest.expired',
  ...MONEY_ACTIONS,
] as const;

/** Catalogue key of an audit action: dots separate catalogue levels, so an action's dot becomes an underscore. */
export const auditKey = (action: string): string => action.replaceAll('.', '_');

/** What the words are made with. */
export interface WordContext {
  readonly t: TFunction;
  readonly language: Language;
  readonly catalogue: readonly Setting[];
  readonly terminalName: (storeId: string | null, terminalId: string) => string;
  readonly courseTitle: (courseId: string) => string;
}

type Detail = Record<string, unknown>;
const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

function changesWords({ t, language, catalogue }: WordContext, changes: unknown): string {
  if (!Array.isArray(changes)) return '';
  return (changes as Detail[])
    .map((change) => {
      const setting = catalogue.find(({ key }) => key === change['key']);
      if (!setting) return text(change['key']);
      const say = (value: unknown) =>
        value === null || value === undefined ? t('policy.willInherit') : valueText(setting, value, t, language);
      const title = settingTitle(setting, language);
      if ('to' in change) return t('auditWords.change', { title, from: say(change['from']), to: say(change['to']) });
      return t('auditWords.setting', { title, value: say(change['value']) });
    })
    .join(t('list.separator'));
}

function incidentWords(context: WordContext, row: AuditRow, detail: Detail): string {
  const [, kind = text(detail['kind']), terminal = text(detail['terminalId'])] = /([a-z][A-Za-z]+) at (\S+)/.exec(row.summary) ?? [];
  const where = terminal === '' ? '' : context.terminalName(row.storeId, terminal);
  return [textOrCode(context.t, 'incidentKind', kind), where].filter(Boolean).join(' · ');
}

/**
 * An entry's summary in the person's language, made of its detail. The log itself keeps one canonical English sentence, which the entry's page shows
 * as recorded; an action this version does not know shows that sentence.
 */
export function auditWords(context: WordContext, row: AuditRow): string {
  const { t } = context;
  const detail = (row.detail ?? {}) as Detail;
  const join = (...parts: string[]) => parts.filter(Boolean).join(' · ');
  switch (row.action as (typeof AUDIT_ACTIONS)[number]) {
    case 'session.opened':
    case 'session.closed':
    case 'session.refused':
      return '–';
    case 'person.provisioned':
      return row.subject.replace(/^person:/, '');
    case 'policy.updated':
      return join(changesWords(context, detail['changes']), text(detail['reason']));
    case 'policy.provisioned':
      return changesWords(context, detail['changes']);
    case 'command.created':
      return join(textOrCode(t, 'commandAction', text(detail['action'])), context.terminalName(row.storeId, text(detail['terminalId'])));
    case 'command.finished':
      return join(textOrCode(t, 'commandState', text(detail['state'])), detail['code'] ? textOrCode(t, 'cause', text(detail['code'])) : '');
    case 'incident.opened':
      return join(incidentWords(context, row, detail), textOrCode(t, 'cause', text(detail['cause'])));
    case 'incident.acknowledged':
    case 'incident.resolved':
      return incidentWords(context, row, detail);
    case 'incident.stepDone':
    case 'incident.stepSkipped':
      return join(textOrCode(t, 'stepTitle', text(detail['step'])), text(detail['skipReason']) || text(detail['note']));
    case 'quiz.passed':
    case 'quiz.failed':
      return join(context.courseTitle(text(detail['courseId'])), t('training.percent', { score: text(detail['score']) }));
    case 'certificate.provisioned':
      return join(context.courseTitle(text(detail['courseId'])), row.subject.replace(/^person:/, ''));
    case 'enrolment.claimIssued':
    case 'gateway.enrolled':
    case 'gateway.renewed':
    case 'gateway.revoked':
      return join(text(detail['gatewayId']), text(detail['reason']));
    case 'fleetRequest.asked':
    case 'fleetRequest.approved':
    case 'fleetRequest.refused':
    case 'fleetRequest.withdrawn':
    case 'fleetRequest.expired':
      return join(
        t('auditWords.fleetRequest', { action: textOrCode(t, 'commandAction', text(detail['action'])), count: Number(detail['count']) }),
        text(detail['reason']),
      );
    default:
      return moneyWords(t, row, (terminalId) => context.terminalName(row.storeId, terminalId)) ?? row.summary;
  }
}

/** Title of a course by its id, as far as the courses are loaded. */
export function courseTitles(
  language: Language,
  courses: readonly { id: string; titleEn: string; titleZh: string }[],
): (id: string) => string {
  return (id) => {
    const course = courses.find((each) => each.id === id);
    return course ? inLanguage(language, course.titleEn, course.titleZh) : id;
  };
}
