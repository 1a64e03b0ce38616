import { h } from './dom.js';
import { language } from './language.js';
import { t } from './words.js';

/** What the gateway said no to, as a sentence. */
export class Refusal extends Error {
  constructor(body) {
    super(body?.message?.[language()] ?? t('failed'));
    this.code = body?.code ?? 'internal';
  }
}

/**
 * Asks the gateway. Rejects with a {@link Refusal}, also when it can't be reached.
 * @returns {Promise<any>}
 */
export async function ask(method, path, body, headers = {}) {
  let response;
  try {
    response = await fetch(`api/${path}`, {
      method,
      headers: { 'x-tillward-console': '1', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      cache: 'no-store',
    });
  } catch (error) {
    // Browsers tell a page no more than that there was no answer.
    if (error instanceof TypeError) throw new Refusal({ message: { en: t('lost'), zh: t('lost') }, code: 'lost' });
    throw error;
  }
  const text = await response.text();
  const answer = text === '' ? null : JSON.parse(text);
  if (!response.ok) throw new Refusal(answer);
  return answer;
}

/** A random name for something that must happen once, however often it is sent. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('-');
}

/**
 * A form that sends once at a time and shows why it was refused.
 * @param {{ submit: string, danger?: boolean, send: () => Promise<void>, others?: HTMLElement[] }} options
 * @param {...unknown} rows
 */
export function form({ submit, danger = false, send, others = [] }, ...rows) {
  const problem = h('p', { class: 'problem', role: 'alert' });
  const button = /** @type {HTMLButtonElement} */ (
    h('button', { class: danger ? 'danger' : 'primary', type: 'submit', 'data-testid': 'submit' }, submit)
  );
  const run = async (work) => {
    if (button.disabled) return;
    button.disabled = true;
    problem.textContent = '';
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problem.textContent = error.message;
      problem.dataset.code = error.code;
    } finally {
      button.disabled = false;
    }
  };
  const element = h(
    'form',
    {
      novalidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        void run(send);
      },
    },
    rows,
    problem,
    h('div', { class: 'buttons' }, button, others),
  );
  return { element, button, problem, run };
}

/** Opens a dialog over the page; returns how to close it. Escape closes it too. */
export function openDialog(title, ...content) {
  const id = `dialog-${Date.now()}`;
  const dialog = /** @type {HTMLDialogElement} */ (
    h('dialog', { 'aria-labelledby': id, onclose: () => dialog.remove() }, h('h2', { id }, title), content)
  );
  document.getElementById('dialogs').append(dialog);
  dialog.showModal();
  return () => dialog.close();
}

/** A button that does nothing but close the dialog around it. */
export function cancelButton(word = t('cancel')) {
  return h('button', { type: 'button', onclick: (event) => event.currentTarget.closest('dialog').close() }, word);
}
