import type { NexoAnswer } from './response.js';

/**
 * Why an exchange whose bytes left has no end. `timeout`: no answer in time; `linkLost`: the connection went; `unreadable`: an answer came that
 * makes no sense; `notAuthentic`: one that the holder of the key did not write; `httpError`: an HTTP status that says nothing about the request.
 */
export type LossReason = 'timeout' | 'linkLost' | 'unreadable' | 'notAuthentic' | 'httpError';

/**
 * How an exchange ended. `notSent`: not a byte of the message left, because nobody answered or the one who answered is not our terminal
 * (`untrusted`). `refused`: the terminal said that it can't decrypt what we write (HTTP 401), so it did nothing. `empty`: done without a body, as
 * an Abort ends. `lost`: bytes left and no conclusive end came; for a money command that means in doubt.
 */
export type ExchangeEnd =
  | { readonly kind: 'busy' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'notSent'; readonly untrusted: boolean; readonly detail: string }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'answered'; readonly answer: NexoAnswer }
  | { readonly kind: 'empty' }
  | { readonly kind: 'lost'; readonly reason: LossReason; readonly detail: string };
