import { ask, cancelButton, form, openDialog, Refusal } from './dialogs.js';
import { chip, field, h } from './dom.js';
import { date, time } from './format.js';
import { t } from './words.js';

/** Shows a one-time code to the one person who gives it on. */
export function showCode({ operatorId, code, validUntil }, name, timeZone) {
  openDialog(
    t('codeFor', { name: name ?? operatorId }),
    h('p', { class: 'code', 'data-testid': 'code' }, code),
    h('p', { class: 'hint' }, t('codeUntil', { time: time(validUntil, timeZone), name: name ?? operatorId })),
    // The installer's codes, for which no name is shown, bind nobody.
    ...(name === null ? [] : [h('p', { class: 'hint' }, t('codeMeans', { name }))]),
    h('div', { class: 'buttons' }, cancelButton(t('close'))),
  );
}

/** The people of the store and the tills with tokens, for a manager. */
export function teamPage(store) {
  const page = h('div', { class: 'team' });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const show = async () => {
    try {
      const { team, tills } = await ask('GET', 'team');
      page.replaceChildren(problem, people(team), tillList(tills, team));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problem.textContent = error.message;
      page.replaceChildren(problem);
    }
  };
  const people = (team) =>
    h(
      'section',
      { class: 'card', 'aria-labelledby': 'people' },
      h('h2', { id: 'people' }, t('people')),
      h('ul', { class: 'rows' }, team.map(personRow)),
    );
  const personRow = (person) =>
    h(
      'li',
      {},
      h(
        'div',
        {},
        h('strong', {}, person.name),
        h('div', { class: 'muted' }, `${person.operatorId} · ${t(person.manager ? 'manager' : 'cashier')}`),
      ),
      h(
        'div',
        { class: 'chips' },
        person.certifiedUntil === null
          ? chip('warn', 'warn', t('notCertified'))
          : chip('ok', 'ok', t('certifiedUntil', { date: date(person.certifiedUntil, store.timeZone) })),
        person.hasPasscode ? chip('ok', 'ok', t('hasPasscode')) : chip('quiet', 'warn', t('noPasscode')),
      ),
      h(
        'button',
        {
          type: 'button',
          'data-testid': `code-${person.operatorId}`,
          onclick: async () => showCode(await ask('POST', 'codes', { operatorId: person.operatorId }), person.name, store.timeZone),
        },
        t('giveCode'),
      ),
    );
  const tillList = (tills, team) => {
    const nameOf = (id) => team.find(({ operatorId }) => operatorId === id)?.name ?? id;
    const row = (till) =>
      h(
        'li',
        {},
        h(
          'div',
          {},
          h('strong', {}, till.tillId),
          h('div', { class: 'muted' }, t('pairedBy', { name: nameOf(till.pairedBy), date: date(till.pairedAt, store.timeZone) })),
        ),
        h('button', { type: 'button', onclick: () => unpairDialog(till.tillId, show) }, t('unpair')),
      );
    return h(
      'section',
      { class: 'card', 'aria-labelledby': 'tills' },
      h('h2', { id: 'tills' }, t('tills')),
      tills.length === 0 ? h('p', { class: 'empty' }, t('noTills')) : h('ul', { class: 'rows' }, tills.map(row)),
      h('div', { class: 'buttons' }, h('button', { type: 'button', 'data-testid': 'pair', onclick: () => pairDialog(show) }, t('pair'))),
    );
  };
  void show();
  return page;
}

function pairDialog(done) {
  const tillId = field(
    t('tillId'),
    { type: 'text', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', maxlength: '48' },
    t('tillIdHint'),
  );
  const sheet = form(
    {
      submit: t('pair'),
      others: [cancelButton()],
      send: async () => {
        const { tillId: till, token } = await ask('POST', 'tills', { tillId: tillId.input.value.trim() });
        close();
        const shown = field(
          t('tokenFor', { till }),
          { type: 'text', readonly: true, class: 'mono', 'data-testid': 'token', onfocus: (event) => event.currentTarget.select() },
          t('tokenHint'),
        );
        shown.input.value = token;
        openDialog(t('tokenFor', { till }), shown.row, h('div', { class: 'buttons' }, cancelButton(t('close'))));
        await done();
      },
    },
    tillId.row,
  );
  const close = openDialog(t('pair'), sheet.element);
}

function unpairDialog(till, done) {
  const sheet = form(
    {
      submit: t('unpair'),
      danger: true,
      others: [cancelButton()],
      send: async () => {
        await ask('DELETE', `tills/${encodeURIComponent(till)}`);
        close();
        await done();
      },
    },
    h('p', {}, t('unpairWhat')),
  );
  const close = openDialog(t('unpairTitle', { till }), sheet.element);
}
