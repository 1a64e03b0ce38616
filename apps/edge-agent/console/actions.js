import { ask, cancelButton, form, newKey, openDialog } from './dialogs.js';
import { chip, field, h, say } from './dom.js';
import { money, when } from './format.js';
import { t } from './words.js';

/** Counts the slips of a shift and changes the operator. */
export function handOverDialog(terminal, done) {
  const key = newKey();
  const slips = field(t('slips'), { type: 'number', inputmode: 'numeric', min: '0', max: '99999', required: true, autocomplete: 'off' });
  const incoming = field(t('takesOverId'), { type: 'text', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' });
  const passcode = field(t('takesOverPasscode'), { type: 'password', inputmode: 'numeric', autocomplete: 'off' });
  const nobody = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', id: 'nobody' }));
  const why = field(t('differenceReason'), { type: 'text', maxlength: '160' });
  why.row.hidden = true;
  const person = h('fieldset', {}, h('legend', {}, t('takesOver')), incoming.row, passcode.row);
  nobody.addEventListener('change', () => {
    incoming.row.hidden = passcode.row.hidden = nobody.checked;
  });
  person.append(h('label', { class: 'check', for: 'nobody' }, nobody, t('takesOverNobody')));
  const count = () => (slips.input.value === '' ? Number.NaN : Number(slips.input.value));
  // Another count is another request: it must not meet the answer of the first one.
  let attempt = 0;
  slips.input.addEventListener('input', () => {
    attempt += 1;
    why.row.hidden = true;
    sheet.button.textContent = t('handOver').replace('…', '');
  });
  const sheet = form(
    {
      submit: t('handOver').replace('…', ''),
      others: [cancelButton()],
      send: async () => {
        const request = {
          terminal: terminal.id,
          slips: count(),
          incoming: nobody.checked
            ? null
            : { operatorId: incoming.input.value.trim(), ...(passcode.input.value ? { passcode: passcode.input.value } : {}) },
          ...(why.row.hidden ? {} : { differenceReason: why.input.value.trim() }),
        };
        try {
          await ask('POST', 'handovers', request, { 'idempotency-key': `${key}:${attempt}${why.row.hidden ? '' : ':why'}` });
        } catch (error) {
          if (error.code === 'slipCountDiffers') {
            why.row.hidden = false;
            sheet.button.textContent = t('confirmDifference');
            why.input.focus();
          }
          throw error;
        }
        close();
        say(t('handoverDone'));
        done();
      },
    },
    h('p', { class: 'hint' }, t('handoverHint')),
    slips.row,
    why.row,
    person,
  );
  const close = openDialog(t('handoverTitle', { terminal: terminal.name }), sheet.element);
}

const STATES = { started: 'started', completed: 'completed', declined: 'declined', failed: 'failedState', inDoubt: 'inDoubt' };
const TONES = {
  started: ['quiet', 'busy'],
  completed: ['ok', 'ok'],
  declined: ['warn', 'warn'],
  failed: ['warn', 'bad'],
  inDoubt: ['bad', 'doubt'],
};

/** The newest payments of a terminal, each with a way to print its receipt again. */
export async function receiptsDialog(terminal, today) {
  const body = h('div', { class: 'payments' });
  openDialog(t('receiptsTitle', { terminal: terminal.name }), body, h('div', { class: 'buttons' }, cancelButton(t('close'))));
  const show = async () => {
    const { payments } = await ask('GET', `payments?terminal=${encodeURIComponent(terminal.id)}`);
    body.replaceChildren(payments.length === 0 ? h('p', { class: 'hint' }, t('noPayments')) : h('ul', {}, payments.map(row)));
  };
  const row = (payment) =>
    h(
      'li',
      { class: 'payment' },
      h('span', { class: 'amount' }, money(payment.transaction === 'sale' ? payment.amountMinor : -payment.amountMinor, payment.currency)),
      h('span', {}, when(payment.startedAt, today.now, today.store.timeZone)),
      h('span', {}, t(payment.transaction)),
      chip(...TONES[payment.state], t(STATES[payment.state])),
      h(
        'span',
        { class: 'muted' },
        [payment.booked?.cardName, payment.booked?.cardLast4 && `•••• ${payment.booked.cardLast4}`, payment.operatorName]
          .filter(Boolean)
          .join(' · '),
      ),
      payment.copies > 0 && h('span', { class: 'muted' }, t('copies', { n: payment.copies })),
      payment.state === 'completed' &&
        h('button', { type: 'button', onclick: () => reprintDialog(payment, terminal, show) }, t('printAgain')),
    );
  await show().catch((error) => body.replaceChildren(h('p', { class: 'problem', role: 'alert' }, error.message)));
}

function reprintDialog(payment, terminal, done) {
  const reason = field(t('reason'), { type: 'text', maxlength: '160', required: true });
  const choice = (value, word, checked) =>
    h('label', { class: 'check' }, h('input', { type: 'radio', name: 'where', value, checked }), word);
  const where = h(
    'fieldset',
    {},
    h('legend', {}, t('printWhere')),
    terminal.prints && choice('terminal', t('printTerminal'), true),
    choice('till', t('printHere'), !terminal.prints),
  );
  const lines = h('pre', { class: 'receipt', tabindex: '0', hidden: true });
  const sheet = form(
    {
      submit: t('print'),
      others: [cancelButton(t('close'))],
      send: async () => {
        const on = /** @type {HTMLInputElement} */ (where.querySelector('input:checked')).value;
        const copy = await ask('POST', `payments/${payment.paymentId}/reprints`, { reason: reason.input.value.trim(), on });
        sheet.button.hidden = true;
        where.hidden = reason.row.hidden = true;
        lines.hidden = !copy.lines;
        lines.textContent = (copy.lines ?? []).join('\n');
        sheet.element.prepend(h('p', { class: 'done' }, t('printed', { n: copy.copyNo })));
        say(t('printed', { n: copy.copyNo }));
        await done();
      },
    },
    reason.row,
    where,
    lines,
  );
  openDialog(t('printTitle'), sheet.element);
}

/** Terminals that can be closed now. */
export function closable(terminals) {
  return terminals.filter(({ sample }) => !['closed', 'closing', 'opening'].includes(sample.activity));
}

/** Says what will happen to what, asks why, and begins to close. */
export function closeDialog(today, chosen, done) {
  const boxes = closable(today.terminals).map((terminal) => {
    const box = /** @type {HTMLInputElement} */ (
      h('input', { type: 'checkbox', value: terminal.id, checked: chosen === null || chosen === terminal.id })
    );
    box.addEventListener('change', () => count());
    const { unsettledMinor, unsettledCount, currency } = terminal.sample;
    const has =
      unsettledCount > 0 &&
      h('span', { class: 'muted' }, t('closeHas', { terminal: terminal.name, amount: money(unsettledMinor, currency) }));
    return { box, row: h('label', { class: 'check' }, box, terminal.name, has) };
  });
  const reason = field(t('reason'), { type: 'text', maxlength: '160', required: true });
  const wanted = () => boxes.filter(({ box }) => box.checked).map(({ box }) => box.value);
  const count = () => {
    const n = wanted().length;
    sheet.button.textContent = n === 1 ? t('closeConfirmOne') : t('closeConfirm', { n });
    sheet.button.disabled = n === 0;
  };
  const sheet = form(
    {
      submit: '',
      danger: true,
      others: [cancelButton()],
      send: async () => {
        await ask('POST', 'close', { terminals: wanted(), reason: reason.input.value.trim() });
        close();
        say(t('closeStarted'));
        done();
      },
    },
    h('p', {}, t('closeWhat')),
    h(
      'div',
      { class: 'checks' },
      boxes.map(({ row }) => row),
    ),
    reason.row,
  );
  const close = openDialog(`${t('closeTitle')}: ${today.store.name}`, sheet.element);
  count();
}

/** A manager looks at a refund and decides, with the passcode once more. */
export function refundDialog(request, today, done) {
  const passcode = field(t('yourPasscode'), { type: 'password', inputmode: 'numeric', autocomplete: 'off' });
  const terminal = today.terminals.find(({ id }) => id === request.terminal)?.name ?? request.terminal;
  const decide = async (decision) => {
    await ask('POST', `refund-requests/${request.requestId}/decision`, {
      passcode: passcode.input.value,
      digest: request.digest,
      decision,
    });
    close();
    say(t(decision === 'approve' ? 'approved' : 'denied'));
    done();
  };
  const deny = h('button', { type: 'button', onclick: () => void sheet.run(() => decide('deny')) }, t('deny'));
  const sheet = form(
    { submit: t('approve'), others: [deny, cancelButton()], send: () => decide('approve') },
    h('p', {}, t('refundAsked', { name: request.askedByName, terminal, reason: request.reason })),
    h('p', { class: 'hint' }, t(request.originalPaymentId ? 'refundOfSale' : 'refundWithoutSale')),
    passcode.row,
  );
  const close = openDialog(t('refundTitle', { amount: money(request.amountMinor, request.currency) }), sheet.element);
}
