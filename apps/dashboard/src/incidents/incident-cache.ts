import type { InfiniteData } from '@tanstack/react-query';
import { queryClient } from '../app/query-client.js';
import type { IncidentFullFragment, IncidentsQuery } from '../graphql/generated/graphql.js';

/** Newer of two versions of one incident: an answer that was under way must not undo a later push. */
export function newer(a: IncidentFullFragment | null | undefined, b: IncidentFullFragment): IncidentFullFragment {
  if (!a) return b;
  return a.history.length > b.history.length ? a : b;
}

/**
 * Puts a newer version of an incident everywhere it is shown, in place: lists keep their order, nothing is added or removed.
 * Returns whether any list already showed it.
 */
export function rememberIncident(incident: IncidentFullFragment): boolean {
  queryClient.setQueryData<IncidentFullFragment | null>(['incident', incident.id], (before) => newer(before, incident));
  let known = false;
  queryClient.setQueriesData<InfiniteData<IncidentsQuery>>({ queryKey: ['incidents'] }, (data) => {
    if (!data) return data;
    const pages = data.pages.map((page) => ({
      incidents: {
        ...page.incidents,
        edges: page.incidents.edges.map((edge) => {
          if (edge.node.id !== incident.id) return edge;
          known = true;
          return { ...edge, node: incident };
        }),
      },
    }));
    return { ...data, pages };
  });
  return known;
}
