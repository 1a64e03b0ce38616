import { ask, form, Refusal } from './dialogs.js';
import { field, h, icon, say } from './dom.js';
import { language, switchLanguage } from './language.js';
import { showCode, teamPage } from './team.js';
import { reminderText, todayPage } from './today.js';
import { t } from './words.js';

/** How often everything is asked for when no event came, and how long the line may be silent before the page says so. */
const REFRESH_MS = 30_000;
const LOST_AFTER_MS = 4_000;
const EVENTS = ['reset', 'payment', 'terminal', 'refundRequest', 'handover', 'reminder'];

const page = document.getElementById('page');
/** What the page shows; `today` null before the gateway has settings. */
const state = { store: { storeName: null, timeZone: 'UTC' }, person: null, today: null, view: 'today', lost: false };
let shown = '';
let events = null;
let told = new Set();

async function start() {
  const session = await ask('GET', 'session').catch(lost);
  if (session) enter(session);
  render();
}

function enter({ person, ...store }) {
  state.store = store;
  state.person = person;
  if (person) void watch();
}

/** Leaves everything of the person who was here. */
function leave() {
  events?.close();
  events = null;
  Object.assign(state, { person: null, today: null, view: 'today', lost: false });
  told = new Set();
  document.getElementById('dialogs').replaceChildren();
  render();
}

function lost(error) {
  if (!(error instanceof Refusal)) throw error;
  if (error.code === 'signInRequired') {
    if (state.person) leave();
  } else {
    state.lost = true;
    render();
  }
  return null;
}

async function refresh() {
  const today = await ask('GET', 'today').catch(lost);
  if (!today || !state.person) return;
  state.lost = false;
  state.person = today.person;
  state.today = today.waiting ? null : today;
  announce();
  render();
}

/** New reminders are said once; they come and go without moving what somebody works on. */
function announce() {
  if (!state.today) return;
  const names = new Map(state.today.terminals.map(({ id, name }) => [id, name]));
  for (const reminder of state.today.reminders) {
    const name = `${reminder.reminderId} ${reminder.times}`;
    if (!told.has(name)) say(reminderText(reminder, names, state.today.store.timeZone));
    told.add(name);
  }
}

async function watch() {
  await refresh();
  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      void refresh();
    }, 250);
  };
  events?.close();
  events = new EventSource('api/events');
  for (const name of EVENTS) events.addEventListener(name, soon);
  events.addEventListener('open', soon);
  events.addEventListener('error', () => {
    setTimeout(() => {
      // Either the line is gone or the session is: asking tells which.
      if (events && events.readyState !== EventSource.OPEN) void refresh();
    }, LOST_AFTER_MS);
  });
}

setInterval(() => {
  if (state.person && document.visibilityState === 'visible') void refresh();
}, REFRESH_MS);
document.addEventListener('visibilitychange', () => {
  if (state.person && document.visibilityState === 'visible') void refresh();
});

/** Draws what changed. What has the focus keeps it. */
function render(force = false) {
  const now = JSON.stringify([language(), { ...state, today: state.today && { ...state.today, now: state.today.now.slice(0, 16) } }]);
  if (now === shown && !force) return;
  shown = now;
  document.documentElement.lang = language() === 'zh' ? 'zh-CN' : 'en';
  document.title = [state.store.storeName, t('title')].filter(Boolean).join(' · ');
  const focus = document.activeElement?.getAttribute('data-focus');
  page.replaceChildren(header(), main());
  if (focus) page.querySelector(`[data-focus="${CSS.escape(focus)}"]`)?.focus();
}

function header() {
  const { person, store } = state;
  const tab = (view, word) =>
    h(
      'button',
      {
        type: 'button',
        class: 'tab',
        'aria-current': state.view === view && 'page',
        'data-focus': `tab ${view}`,
        'data-testid': `tab-${view}`,
        onclick: () => show(view),
      },
      word,
    );
  return h(
    'header',
    {},
    h(
      'div',
      { class: 'bar' },
      h('h1', {}, store.storeName ?? 'Tillward', h('span', {}, t('title'))),
      h('div', { class: 'corner' }, languageButton(), person && whoButton(person)),
    ),
    person?.manager && h('nav', {}, tab('today', t('today')), tab('team', t('team'))),
    state.lost && h('p', { class: 'banner', role: 'alert' }, icon('warn'), t('lost')),
    h('p', { class: 'problem floating', id: 'problem', role: 'alert', tabindex: '-1', hidden: true }),
  );
}

function languageButton() {
  const change = () => {
    switchLanguage();
    render(true);
  };
  return h(
    'button',
    {
      type: 'button',
      class: 'plain',
      lang: language() === 'en' ? 'zh-CN' : 'en',
      'aria-label': t('languageLabel'),
      'data-focus': 'language',
      'data-testid': 'language',
      onclick: change,
    },
    t('language'),
  );
}

function whoButton(person) {
  const signOut = async () => {
    await ask('DELETE', 'session').catch(lost);
    leave();
  };
  return h(
    'div',
    { class: 'who' },
    h('span', {}, person.name, h('small', {}, t(person.manager ? 'manager' : 'cashier'))),
    h('button', { type: 'button', class: 'plain', 'data-focus': 'sign-out', 'data-testid': 'sign-out', onclick: signOut }, t('signOut')),
  );
}

function show(view) {
  state.view = view;
  render(true);
}

function main() {
  const { person, today, view, store } = state;
  if (!person) return h('main', { class: 'narrow' }, view === 'choose' ? chooseCard() : view === 'install' ? installCard() : signInCard());
  if (view === 'team' && person.manager) return h('main', {}, teamPage(store));
  if (!today) return h('main', {}, h('p', { class: 'empty' }, t('waiting')));
  return h('main', {}, todayPage(today, refresh));
}

const personField = () =>
  field(t('personId'), {
    type: 'text',
    autocomplete: 'username',
    autocapitalize: 'none',
    spellcheck: 'false',
    'data-focus': 'person',
    'data-testid': 'person',
  });
const secretField = (label, testId, autocomplete = 'off', hint = null) =>
  field(label, { type: 'password', inputmode: 'numeric', autocomplete, 'data-focus': testId, 'data-testid': testId }, hint);
const link = (word, view) =>
  h('button', { type: 'button', class: 'plain', 'data-focus': view, 'data-testid': `to-${view}`, onclick: () => show(view) }, word);

let chosen = false;

function signInCard() {
  const person = personField();
  const passcode = secretField(t('passcode'), 'passcode');
  const send = async () => {
    const session = await ask('POST', 'session', { operatorId: person.input.value.trim(), passcode: passcode.input.value });
    chosen = false;
    state.view = 'today';
    enter(session);
    render(true);
  };
  const sheet = form({ submit: t('signIn'), send }, chosen && h('p', { class: 'done' }, t('passcodeChosen')), person.row, passcode.row);
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, t('signIn')),
    sheet.element,
    h('div', { class: 'links' }, link(t('firstTime'), 'choose'), link(t('installer'), 'install')),
  );
}

function chooseCard() {
  const person = personField();
  const code = secretField(t('code'), 'one-time-code', 'one-time-code');
  const first = secretField(t('newPasscode'), 'passcode', 'off', t('passcodeHint'));
  const again = secretField(t('newPasscodeAgain'), 'passcode-again');
  const send = async () => {
    if (first.input.value !== again.input.value)
      throw new Refusal({ code: 'differs', message: { en: t('passcodesDiffer'), zh: t('passcodesDiffer') } });
    await ask('POST', 'passcode', { operatorId: person.input.value.trim(), code: code.input.value.trim(), passcode: first.input.value });
    chosen = true;
    show('today');
  };
  const sheet = form(
    { submit: t('choosePasscode'), send, others: [link(t('back'), 'today')] },
    h('p', { class: 'hint' }, t('chooseHint')),
    person.row,
    code.row,
    first.row,
    again.row,
  );
  return h('section', { class: 'card' }, h('h2', {}, t('choosePasscode')), sheet.element);
}

function installCard() {
  const token = field(t('installerToken'), {
    type: 'password',
    autocomplete: 'off',
    'data-focus': 'installer',
    'data-testid': 'installer',
  });
  const person = personField();
  const send = async () => {
    const code = await ask('POST', 'codes', { operatorId: person.input.value.trim(), installerToken: token.input.value });
    showCode(code, null, state.store.timeZone);
    show('choose');
  };
  const sheet = form(
    { submit: t('giveCode'), send, others: [link(t('back'), 'today')] },
    h('p', { class: 'hint' }, t('installerHint')),
    token.row,
    person.row,
  );
  return h('section', { class: 'card' }, h('h2', {}, t('installer')), sheet.element);
}

void start();
