const KEPT_AS = 'tillward-console-language';
let current = null;

/** The language shown now: chosen before, or the browser's. */
export function language() {
  current ??= localStorage.getItem(KEPT_AS) ?? (navigator.language.startsWith('zh') ? 'zh' : 'en');
  return current === 'zh' ? 'zh' : 'en';
}

/** Changes to the other language, and remembers that on this device. */
export function switchLanguage() {
  current = language() === 'en' ? 'zh' : 'en';
  localStorage.setItem(KEPT_AS, current);
}
