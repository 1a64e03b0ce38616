import { infiniteQueryOptions } from '@tanstack/react-query';
import { queryClient } from '../app/query-client.js';
import { execute } from '../graphql/client.js';
import { GatewayEnrolmentsDocument } from '../graphql/generated/graphql.js';

const LIST = 'gatewayEnrolments';

/** Gateways and their right to connect, by store, page by page. */
export const gatewaysQuery = infiniteQueryOptions({
  queryKey: [LIST] as const,
  queryFn: async ({ pageParam }) => (await execute(GatewayEnrolmentsDocument, { after: pageParam })).gatewayEnrolments,
  initialPageParam: null as string | null,
  getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
  // Certificates renew, and claims are used, without anybody doing something here.
  refetchInterval: 15_000,
});

/** Shows the gateways as they are now. */
export async function renewGateways(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: [LIST] });
}
