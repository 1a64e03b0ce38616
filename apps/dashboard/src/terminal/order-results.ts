import { createExternalStore, type ExternalStore } from '../app/external-store.js';
import { queryClient } from '../app/query-client.js';
import type { RefusalCode, TerminalCommandFieldsFragment } from '../graphql/generated/graphql.js';
import type { Answer, Write } from '../outbox/outbox.rules.js';

/** What the server said to an order given on this visit. */
export type OrderResult =
  | { readonly outcome: 'done'; readonly command: TerminalCommandFieldsFragment }
  | { readonly outcome: 'refused'; readonly code: RefusalCode }
  | { readonly outcome: 'lapsed' };

/** Results by the key of the write, for the dialog that waits for one. */
export const orderResults: ExternalStore<ReadonlyMap<string, OrderResult>> = createExternalStore<ReadonlyMap<string, OrderResult>>(
  new Map(),
);

/** Remembers the answer to an order and has its terminal's page ask again. */
export function noteOrder(key: string, write: Extract<Write, { kind: 'terminalAction' }>, answer: Answer): void {
  const result: OrderResult =
    answer.outcome === 'done' ? { outcome: 'done', command: answer.result as TerminalCommandFieldsFragment } : answer;
  orderResults.set(new Map([...orderResults.get(), [key, result]]));
  for (const about of ['terminal', 'terminalOrders']) {
    void queryClient.invalidateQueries({ queryKey: [about, write.storeId, write.terminalId] });
  }
}
