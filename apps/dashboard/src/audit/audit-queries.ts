import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { auditSearch } from '../app/searches.js';
import { checkedDays } from '../days/days.rules.js';
import { execute } from '../graphql/client.js';
import { AuditEntriesDocument, type AuditEntriesQuery, type AuditFilter, AuditVerificationDocument } from '../graphql/generated/graphql.js';

/** An entry of the log. */
export type AuditRow = AuditEntriesQuery['auditEntries']['edges'][number]['node'];

/** What the address asks for, as the server understands it. Days are UTC; the last one is included, and one that can't be asked for is left out. */
export function auditFilterOf(search: ReturnType<typeof auditSearch>): AuditFilter {
  const { text, action, actor, store } = search;
  const { from, to } = checkedDays(search).days;
  return {
    ...(text ? { text } : {}),
    ...(action ? { action } : {}),
    ...(actor ? { actor } : {}),
    ...(store ? { storeId: store } : {}),
    ...(from ? { from: `${from}T00:00:00.000Z` } : {}),
    ...(to ? { to: `${to}T23:59:59.999Z` } : {}),
  };
}

/** Entries that match, newest first, page by page. */
export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter] as const,
    queryFn: ({ pageParam }) => execute(AuditEntriesDocument, { filter, after: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ auditEntries }) => (auditEntries.pageInfo.hasNextPage ? auditEntries.pageInfo.endCursor : undefined),
  });

/** The server's recomputation of the whole chain. */
export const verificationQuery = queryOptions({
  queryKey: ['auditVerification'] as const,
  queryFn: async () => (await execute(AuditVerificationDocument)).auditVerification,
  staleTime: 60_000,
});

/** Whether two neighbours of the log hold together, as far as this page can see: null when one of them is not loaded. */
export function linked(earlier: Pick<AuditRow, 'hash'> | undefined, later: Pick<AuditRow, 'prevHash'> | undefined): boolean | null {
  return earlier && later ? earlier.hash === later.prevHash : null;
}
