import type { InfiniteData } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { useEffect } from 'react';
import { fleetQuery, rememberStore } from '../fleet/fleet-queries.js';
import { FleetChangedDocument, IncidentChangedDocument, type IncidentsQuery, type Role } from '../graphql/generated/graphql.js';
import { follow, onReconnected } from '../graphql/live.js';
import { useTexts } from '../i18n/use-texts.js';
import { rememberIncident } from '../incidents/incident-cache.js';
import { announce, tell } from '../ui/announcer.js';
import { createExternalStore, type ExternalStore } from './external-store.js';
import { queryClient } from './query-client.js';

/** Incidents that were opened while the person looked at something else: lists show a button instead of moving. */
export const unseenIncidents: ExternalStore<readonly string[]> = createExternalStore<readonly string[]>([]);

/** Shows the new incidents in the lists. */
export async function showUnseen(): Promise<void> {
  unseenIncidents.set([]);
  await queryClient.invalidateQueries({ queryKey: ['incidents'] });
}

const somethingListed = (): boolean =>
  queryClient
    .getQueriesData<InfiniteData<IncidentsQuery>>({ queryKey: ['incidents'] })
    .some(([, data]) => data?.pages.some((page) => page.incidents.edges.length > 0));

const refused = (reason: unknown): void => console.error('a live subscription was refused', reason);

/** Asks for the rollout again at most once a second, however many gateways report at once. */
function rolloutWatcher(): (store: { id: string; gateway: { policyVersion: number | null; online: boolean } | null }) => void {
  const seen = new Map<string, string>();
  let planned = false;
  const ask = () => {
    planned = false;
    void queryClient.invalidateQueries({ queryKey: ['policyStatus'] });
  };
  return ({ id, gateway }) => {
    const state = `${gateway?.policyVersion ?? '-'} ${gateway?.online ?? '-'}`;
    if (seen.get(id) === state) return;
    seen.set(id, state);
    if (!planned) setTimeout(ask, 1000);
    planned = true;
  };
}

function followIncidents(t: TFunction): () => void {
  const known = new Set<string>();
  return follow(
    IncidentChangedDocument,
    ({ incidentChanged }) => {
      const shown = rememberIncident(incidentChanged);
      const fresh = !shown && incidentChanged.state === 'open' && !known.has(incidentChanged.id);
      known.add(incidentChanged.id);
      if (!fresh) return;
      unseenIncidents.set([...unseenIncidents.get(), incidentChanged.id]);
      // Nothing can move in an empty list: there the incident shows itself.
      if (!somethingListed()) void showUnseen();
      const text = t('live.newIncident', { kind: t(`incidentKind.${incidentChanged.kind}`), store: incidentChanged.store.name });
      announce(text);
      tell('warn', text);
    },
    refused,
  );
}

/** Keeps everything on the screen current while somebody is signed in, and asks again after the channel was lost. */
export function useLiveUpdates(role: Role): void {
  const { t } = useTexts();
  useEffect(() => {
    const noteRollout = rolloutWatcher();
    const stops = [
      follow(
        FleetChangedDocument,
        ({ fleetChanged }) => {
          rememberStore(fleetChanged);
          noteRollout(fleetChanged);
        },
        refused,
      ),
      // Cashiers see no incidents; the server would refuse them.
      role === 'cashier' ? () => undefined : followIncidents(t),
      onReconnected(() => {
        void queryClient.invalidateQueries({ queryKey: fleetQuery.queryKey });
        for (const key of ['store', 'terminal', 'incident', 'incidents', 'policyStatus'])
          void queryClient.invalidateQueries({ queryKey: [key] });
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [t, role]);
}
