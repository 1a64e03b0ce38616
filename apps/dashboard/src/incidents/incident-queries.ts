import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { execute } from '../graphql/client.js';
import { type IncidentFilter, type IncidentFullFragment, IncidentPageDocument, IncidentsDocument } from '../graphql/generated/graphql.js';

/** Incidents that match, newest first as the server orders them, page by page. */
export const incidentsQuery = (filter: IncidentFilter) =>
  infiniteQueryOptions({
    queryKey: ['incidents', filter] as const,
    queryFn: ({ pageParam }) => execute(IncidentsDocument, { filter, after: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ incidents }) => (incidents.pageInfo.hasNextPage ? incidents.pageInfo.endCursor : undefined),
  });

/** One incident with its steps and history; null when it does not exist or is not the viewer's to see. */
export const incidentQuery = (id: string) =>
  queryOptions({
    queryKey: ['incident', id] as const,
    queryFn: async (): Promise<IncidentFullFragment | null> => (await execute(IncidentPageDocument, { id })).incident,
  });

/** Incidents somebody still has to deal with. */
export const OPEN_INCIDENTS: IncidentFilter = { state: ['open', 'acknowledged'] };
