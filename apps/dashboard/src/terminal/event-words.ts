import type { TFunction } from 'i18next';
import type { Locale } from '../format/locale.js';
import { formatMoney } from '../format/money.js';
import { formatBusinessDay } from '../format/time.js';
import type { TerminalEventFieldsFragment, TerminalEventKind } from '../graphql/generated/graphql.js';
import { textOrCode } from '../i18n/use-texts.js';

type Event = TerminalEventFieldsFragment;

/** What the words are made with. */
export interface EventWords {
  readonly t: TFunction;
  readonly locale: Locale;
}

const NEGATED: Partial<Record<TerminalEventKind, (event: Event) => boolean>> = {
  TerminalDiagnosed: ({ healthy }) => healthy === false,
  TerminalRestarted: ({ healthy }) => healthy === false,
  PaymentResolved: ({ found }) => found === false,
  SettlementResolved: ({ found }) => found === false,
};

/** What happened, in a few words. */
export function eventTitle({ t }: EventWords, event: Event): string {
  const { kind, peripheral, peripheralState, step, subject: about } = event;
  if (peripheral && peripheralState) return peripheralWords(t, peripheral, peripheralState);
  if (kind === 'AcquirerTrafficObserved' && about) return textOrCode(t, 'acquirerEvent', about);
  if (step && kind === 'ClosingStepCompleted') return t('event.closingStep', { step: textOrCode(t, 'closingStep', step) });
  if (step && kind === 'OpeningStepCompleted') return t('event.openingStep', { step: textOrCode(t, 'openingStep', step) });
  return textOrCode(t, NEGATED[event.kind]?.(event) ? 'event.not' : 'event.title', event.kind);
}

const peripheralWords = (t: TFunction, kind: NonNullable<Event['peripheral']>, state: NonNullable<Event['peripheralState']>): string =>
  t('peripheral.told', { kind: t(`peripheral.kind.${kind}`), state: t(`peripheral.state.${state}`) });

const COUNTED: Partial<Record<TerminalEventKind, 'event.transactions' | 'event.frames' | 'event.times'>> = {
  StoredTransactionsSent: 'event.transactions',
  DialogueCaptured: 'event.frames',
  TerminalStreamAbandoned: 'event.times',
};

function counted({ t }: EventWords, { kind, count }: Event): string | null {
  if (count === null) return null;
  return t(COUNTED[kind] ?? 'fleet.saleCount', { count });
}

function device({ t }: EventWords, { model, software, serial }: Event): (string | null)[] {
  return [model, software && t('event.software', { software }), serial && t('event.serial', { serial })];
}

function booking({ t, locale }: EventWords, event: Event): (string | null)[] {
  const { amount, cardLast4, traceNo, receiptNo, batchNo, resultCode } = event;
  return [
    amount && formatMoney(amount, locale),
    counted({ t, locale }, event),
    cardLast4 && t('event.card', { last4: cardLast4 }),
    traceNo === null ? null : t('event.trace', { number: traceNo }),
    receiptNo === null ? null : t('event.receipt', { number: receiptNo }),
    batchNo === null ? null : t('event.batch', { number: batchNo }),
    resultCode && t('event.resultCode', { code: resultCode }),
  ];
}

function state({ t }: EventWords, { power, service, signedOn }: Event): (string | null)[] {
  return [
    power && t('event.power', { power: t(`power.${power}`) }),
    service && (power === 'off' || service === 'unknown') ? null : service && t(`service.${service}`),
    signedOn === null ? null : t(signedOn ? 'terminal.signedOn' : 'terminal.signedOff'),
  ];
}

function routine({ t, locale }: EventWords, { kind, step, outcome, overnight, businessDay }: Event): (string | null)[] {
  const steps = kind.startsWith('Open') ? 'openingStep' : 'closingStep';
  return [
    step && !kind.endsWith('StepCompleted') ? textOrCode(t, steps, step) : null,
    outcome === null || outcome === 'done' ? null : textOrCode(t, 'stepOutcome', outcome),
    overnight && textOrCode(t, 'overnight', overnight),
    kind === 'CloseProven' && businessDay ? formatBusinessDay(businessDay, locale) : null,
  ];
}

function subject({ t }: EventWords, event: Event): (string | null)[] {
  const { kind, subject: about, action, code, depth, localDateTime, means } = event;
  return [
    kind === 'DialogueCaptured' && about ? textOrCode(t, 'dialogueCause', about) : null,
    action && textOrCode(t, 'commandAction', action),
    depth && t(`action.depth.${depth}`),
    means && textOrCode(t, 'event.means', means),
    localDateTime?.replace('T', ' ') ?? null,
    code && textOrCode(t, kind === 'TerminalStreamAbandoned' ? 'streamBreak' : 'cause', code),
  ];
}

/** What the entry says beside its title, in the person's language; empty when it says nothing more. */
export function eventFacts(words: EventWords, event: Event): string {
  const { t } = words;
  if (!event.readable) return t('event.unreadable');
  const { operatorName, requestedBy, by } = event;
  const parts = [
    ...subject(words, event),
    ...state(words, event),
    ...routine(words, event),
    ...booking(words, event),
    ...device(words, event),
    operatorName,
    requestedBy,
    by && textOrCode(t, 'event.by', by),
  ];
  return parts.filter(Boolean).join(' · ');
}
