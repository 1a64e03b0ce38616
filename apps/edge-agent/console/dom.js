/** Elements are only ever made here, from plain text: the page's policy (Trusted Types) forbids everything else. */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Makes an element. `on…` are listeners, `true` an attribute without value, null and false leave an attribute or child out; strings become text.
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...unknown} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat(4).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const PATHS = {
  ok: 'M4 10.5l4 4 8-9',
  warn: 'M10 3l8 14H2zM10 8.5v4M10 14.8v.2',
  bad: 'M10 3a7 7 0 100 14 7 7 0 000-14zM7.5 7.5l5 5M12.5 7.5l-5 5',
  doubt: 'M10 3a7 7 0 100 14 7 7 0 000-14zM8 8a2 2 0 113 1.7c-.7.4-1 .8-1 1.6M10 13.8v.2',
  off: 'M10 3v7M6 5.5a6.5 6.5 0 108 0',
  busy: 'M10 3a7 7 0 107 7M10 6v4l3 2',
  person: 'M10 10a3.2 3.2 0 100-6.4A3.2 3.2 0 0010 10zM4 17c.6-3.4 2.8-5 6-5s5.4 1.6 6 5',
  bell: 'M5 14V9a5 5 0 0110 0v5l1.5 1.5h-13zM8.5 17h3',
};

/** A picture beside a word: it says nothing that the word does not. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  for (const [key, value] of Object.entries({ viewBox: '0 0 20 20', width: '16', height: '16', 'aria-hidden': 'true', class: 'icon' })) {
    svg.setAttribute(key, value);
  }
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

/** A state: picture and word, coloured by its tone (`ok`, `warn`, `bad`, `quiet`). */
export function chip(tone, name, word) {
  return h('span', { class: `chip ${tone}` }, icon(name), word);
}

let fields = 0;

/** A labelled input; `hint` is read with it. */
export function field(label, attributes, hint = null) {
  const id = `field-${++fields}`;
  const input = h('input', { id, ...(hint ? { 'aria-describedby': `${id}-hint` } : {}), ...attributes });
  return {
    input: /** @type {HTMLInputElement} */ (input),
    row: h('div', { class: 'field' }, h('label', { for: id }, label), input, hint && h('p', { class: 'hint', id: `${id}-hint` }, hint)),
  };
}

/** Says something to people who listen to the page. */
export function say(text) {
  document.getElementById('said').textContent = text;
}
