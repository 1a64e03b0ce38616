import { createExternalStore, type ExternalStore } from '../app/external-store.js';

/** What a message is about, shown by icon and colour together. */
export type Tone = 'ok' | 'warn' | 'bad' | 'info';

/** A short message that leaves by itself. */
export interface Toast {
  readonly id: number;
  readonly tone: Tone;
  readonly text: string;
}

const STAY_MS = 6_000;
const MOST = 4;
let lastId = 0;

/** Messages on the screen, oldest first. */
export const toasts: ExternalStore<readonly Toast[]> = createExternalStore<readonly Toast[]>([]);

/** Text for screen readers only; each new one is spoken politely. */
export const spoken: ExternalStore<string> = createExternalStore('');

/** Takes a message off the screen. */
export function dismiss(id: number): void {
  toasts.set(toasts.get().filter((toast) => toast.id !== id));
}

/** Shows a message for a few seconds and has it spoken. Refusals and faults stay until dismissed. */
export function tell(tone: Tone, text: string): void {
  const id = ++lastId;
  toasts.set([...toasts.get().filter((toast) => toast.text !== text), { id, tone, text }].slice(-MOST));
  if (tone !== 'bad') setTimeout(() => dismiss(id), STAY_MS);
}

/** Has a change spoken to screen readers without showing anything. */
export const announce = (text: string): void => spoken.set(text);
