import { closable, closeDialog, handOverDialog, receiptsDialog, refundDialog } from './actions.js';
import { ask, Refusal } from './dialogs.js';
import { chip, h, icon, say } from './dom.js';
import { duration, money, time, when } from './format.js';
import { list, t } from './words.js';

/** The first page: what needs a person, what is open before closing, and every terminal. */
export function todayPage(today, refresh) {
  const names = new Map(today.terminals.map(({ id, name }) => [id, name]));
  return h(
    'div',
    { class: 'today' },
    h(
      'div',
      { class: 'alerts' },
      gatewayNotices(today),
      trainingDue(today),
      reminders(today, names, refresh),
      refunds(today, names, refresh),
    ),
    h('div', { class: 'columns' }, beforeClosing(today, refresh), terminals(today, refresh)),
  );
}

/** Does something at once and says what was refused. */
async function act(work, refresh) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const problem = document.getElementById('problem');
    problem.textContent = error.message;
    problem.hidden = false;
    problem.focus();
  }
  await refresh();
}

const NOTICES = {
  restrictedMode: 'restrictedMode',
  journalSpaceLow: 'journalSpaceLow',
  journalRefused: 'journalRefused',
  timeUnconfirmed: 'timeUnconfirmed',
};

/** What is wrong with the gateway itself; a code this page doesn't know yet is left to /readyz. */
function gatewayNotices({ notices }) {
  const shown = notices.filter((code) => code in NOTICES);
  return (
    shown.length > 0 &&
    h(
      'ul',
      { class: 'notices' },
      shown.map((code) => h('li', { class: 'notice warn' }, icon('warn'), h('p', {}, t(NOTICES[code])))),
    )
  );
}

function trainingDue({ person }) {
  return person.certifiedUntil === null && h('div', { class: 'notice warn' }, icon('warn'), h('p', {}, t('trainingDue')));
}

const REMINDERS = { closingSoon: 'closingSoon', leftOn: 'leftOn', closeBlocked: 'closeBlocked', inDoubt: 'doubtReminder' };

/** A reminder as a sentence. */
export function reminderText({ kind, terminals, at }, names, timeZone) {
  return t(REMINDERS[kind], { time: time(at, timeZone), terminals: list(terminals.map((id) => names.get(id) ?? id)) });
}

function reminders(today, names, refresh) {
  if (today.reminders.length === 0) return null;
  const row = (reminder) =>
    h(
      'li',
      { class: `notice ${reminder.kind === 'closingSoon' ? 'accent' : 'warn'}` },
      icon(reminder.kind === 'inDoubt' ? 'doubt' : 'bell'),
      h('p', {}, reminderText(reminder, names, today.store.timeZone)),
      h(
        'button',
        {
          type: 'button',
          'data-focus': `acknowledge ${reminder.reminderId}`,
          onclick: () => act(() => ask('POST', `reminders/${reminder.reminderId}`), refresh),
        },
        t('acknowledge'),
      ),
    );
  return h('section', { 'aria-label': t('reminders') }, h('ul', { class: 'notices' }, today.reminders.map(row)));
}

function refunds(today, names, refresh) {
  const { person, refunds: waiting } = today;
  const shown = waiting.filter(({ askedBy }) => person.manager || askedBy === person.operatorId);
  if (shown.length === 0) return null;
  const row = (request) =>
    h(
      'li',
      { class: 'notice accent' },
      icon('person'),
      h(
        'div',
        {},
        h('strong', {}, t('refundTitle', { amount: money(request.amountMinor, request.currency) })),
        h(
          'p',
          {},
          t('refundAsked', {
            name: request.askedByName,
            terminal: names.get(request.terminal) ?? request.terminal,
            reason: request.reason,
          }),
        ),
        h(
          'p',
          { class: 'muted' },
          request.askedBy === person.operatorId
            ? t('refundOwn')
            : t('refundUntil', { time: time(request.expiresAt, today.store.timeZone) }),
        ),
      ),
      request.askedBy !== person.operatorId &&
        h(
          'button',
          {
            type: 'button',
            class: 'primary',
            'data-focus': `refund ${request.requestId}`,
            onclick: () => refundDialog(request, today, refresh),
          },
          t('decide'),
        ),
    );
  return h(
    'section',
    { 'aria-labelledby': 'refunds' },
    h('h2', { id: 'refunds' }, t('refundsTitle')),
    h('ul', { class: 'notices' }, shown.map(row)),
  );
}

function beforeClosing(today, refresh) {
  const { hours, store, now, person } = today;
  const until = Date.parse(hours.closesAt) - Date.parse(now);
  const opens = Date.parse(hours.opensAt) - Date.parse(now);
  const clock = hours.isOpen
    ? [
        h('strong', {}, t('closesAt', { time: time(hours.closesAt, store.timeZone) })),
        ' ',
        h('span', { class: 'muted' }, t('inTime', { duration: duration(until) })),
      ]
    : opens > 0
      ? [
          h('strong', {}, t('opensAt', { time: time(hours.opensAt, store.timeZone) })),
          ' ',
          h('span', { class: 'muted' }, t('inTime', { duration: duration(opens) })),
        ]
      : [h('strong', {}, t('closedSince', { time: time(hours.closesAt, store.timeZone) }))];
  const mayClose = (person.manager || person.certifiedUntil !== null) && closable(today.terminals).length > 0;
  return h(
    'section',
    { class: 'card before', 'aria-labelledby': 'before' },
    h('h2', { id: 'before' }, t('beforeClosing')),
    h('p', { class: 'clock' }, clock),
    h('ul', { class: 'checklist' }, checklist(today)),
    h('p', { class: 'muted small' }, t('zone', { zone: store.timeZone })),
    mayClose &&
      h(
        'button',
        {
          type: 'button',
          class: 'danger wide',
          'data-focus': 'close',
          'data-testid': 'close-now',
          onclick: () => closeDialog(today, null, refresh),
        },
        t('closeNow'),
      ),
  );
}

function checklist({ terminals, upload }) {
  const open = terminals.filter(({ sample }) => sample.activity !== 'closed');
  const doubt = terminals.filter(({ inDoubt }) => inDoubt);
  const onDuty = terminals.filter(({ operatorName }) => operatorName !== null);
  const sums = new Map();
  for (const { sample } of terminals) {
    const sum = sums.get(sample.currency) ?? { minor: 0, count: 0 };
    sums.set(sample.currency, { minor: sum.minor + sample.unsettledMinor, count: sum.count + sample.unsettledCount });
  }
  const unsettled = [...sums]
    .filter(([, { count }]) => count > 0)
    .map(([currency, { minor, count }]) => `${money(minor, currency)}, ${t('transactions', { n: count })}`);
  const item = (holds, name, good, bad, detail = null) =>
    h(
      'li',
      { class: holds ? 'todo' : 'fine' },
      icon(holds ? name : 'ok'),
      h('div', {}, holds ? bad : good, holds && detail && h('div', { class: 'muted' }, detail)),
    );
  return [
    item(open.length > 0, 'busy', t('checkTerminalsNone'), t('checkTerminals'), list(open.map(({ name }) => name))),
    item(unsettled.length > 0, 'busy', t('checkUnsettledNone'), t('checkUnsettled'), list(unsettled)),
    item(doubt.length > 0, 'doubt', t('checkDoubtNone'), t('checkDoubt'), list(doubt.map(({ name }) => name))),
    item(
      onDuty.length > 0,
      'person',
      t('checkOperatorsNone'),
      t('checkOperators'),
      list([...new Set(onDuty.map(({ operatorName }) => operatorName))]),
    ),
    item(
      upload.behind > 0 || !upload.connected,
      'busy',
      t('checkUploadNone'),
      t(upload.connected ? 'checkUpload' : 'checkUploadOffline', { n: upload.behind }),
    ),
  ];
}

function terminals(today, refresh) {
  const cards = today.terminals.map((terminal) => terminalCard(terminal, today, refresh));
  return h(
    'section',
    { 'aria-labelledby': 'terminals', class: 'terminals' },
    h('h2', { id: 'terminals' }, t('terminals')),
    cards.length === 0 ? h('p', { class: 'empty' }, t('noTerminals')) : h('ul', { class: 'cards' }, cards),
  );
}

/** The one state of a terminal that matters most. */
function standing({ power, sample, inDoubt, watchedOnly }) {
  if (inDoubt) return chip('bad', 'doubt', t('inDoubt'));
  if (sample.activity === 'blocked') return chip('bad', 'bad', t('activity.blocked'));
  if (sample.activity === 'closed') return chip('quiet', 'off', t('activity.closed'));
  if (power !== 'on') return power === 'off' ? chip('quiet', 'off', t('power.off')) : chip('warn', 'warn', t('power.unknown'));
  if (sample.activity !== 'idle') return chip('accent', 'busy', t(`activity.${sample.activity}`));
  if (!['ready', 'unknown', 'busy'].includes(sample.service)) return chip('warn', 'warn', t(`service.${sample.service}`));
  if (!sample.signedOn) return chip('warn', 'warn', t('service.signOnNeeded'));
  return watchedOnly ? chip('quiet', 'ok', t('watched')) : chip('ok', 'ok', t('activity.idle'));
}

function peripherals({ sample }) {
  return Object.entries(sample.device?.peripherals ?? {})
    .filter(([, state]) => state !== 'ready' && state !== 'unknown')
    .map(([part, state]) => chip('warn', 'warn', `${t(`peripheral.${part}`)}: ${t(`state.${state}`)}`));
}

function terminalCard(terminal, today, refresh) {
  const { sample, operatorName, problem } = terminal;
  const { timeZone } = today.store;
  const facts = [
    [
      t('unsettled'),
      sample.unsettledCount === 0
        ? money(0, sample.currency)
        : `${money(sample.unsettledMinor, sample.currency)}, ${t('transactions', { n: sample.unsettledCount })}`,
    ],
    [t('lastUse'), sample.lastUseAt === null ? t('never') : when(sample.lastUseAt, today.now, timeZone)],
    terminal.lastHandover && [t('lastHandover'), handoverLine(terminal.lastHandover, today)],
  ].filter(Boolean);
  return h(
    'li',
    { class: 'card terminal', 'data-testid': `terminal-${terminal.id}` },
    h('div', { class: 'head' }, h('h3', {}, terminal.name), h('div', { class: 'chips' }, standing(terminal), peripherals(terminal))),
    problem && h('p', { class: 'problem' }, t('stoppedAt', { step: t(`step.${problem.step}`), code: t(`code.${problem.code}`) })),
    h('p', { class: 'operator' }, icon('person'), operatorName ?? t('nobody')),
    h(
      'dl',
      {},
      facts.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
    ),
    h('div', { class: 'buttons' }, terminalButtons(terminal, today, refresh)),
  );
}

function handoverLine(handover, today) {
  return t(handover.differs ? 'handoverDiffered' : 'handoverLine', {
    time: when(handover.at, today.now, today.store.timeZone),
    from: handover.outgoingName,
    to: handover.incomingName ?? t('nobodyYet'),
    slips: handover.slips,
    transactions: handover.transactions,
  });
}

function terminalButtons(terminal, today, refresh) {
  const { person } = today;
  const { operatorId, activity } = terminal.sample;
  if (terminal.watchedOnly) return [];
  const button = (name, word, onclick) =>
    h('button', { type: 'button', 'data-focus': `${name} ${terminal.id}`, 'data-testid': `${name}-${terminal.id}`, onclick }, word);
  const mine = operatorId === person.operatorId;
  const open = !['closed', 'closing', 'blocked'].includes(activity);
  const signOn = () => ask('POST', 'operator-sessions', { terminal: terminal.id }).then(() => say(t('signOnHere')));
  return [
    open &&
      !mine &&
      person.certifiedUntil !== null &&
      operatorId === null &&
      button('sign-on', t('signOnHere'), () => act(signOn, refresh)),
    operatorId !== null && (mine || person.manager) && button('hand-over', t('handOver'), () => handOverDialog(terminal, refresh)),
    operatorId !== null &&
      (mine || person.manager) &&
      button('sign-off', t('signOffHere'), () => act(() => ask('DELETE', `operator-sessions/${terminal.id}`), refresh)),
    button('receipts', t('receipts'), () => receiptsDialog(terminal, today)),
  ];
}
