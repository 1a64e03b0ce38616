import { queryOptions, useQuery } from '@tanstack/react-query';
import { ME_KEY, queryClient } from '../app/query-client.js';
import { execute, request } from '../graphql/client.js';
import { ServerFault } from '../graphql/failures.js';
import { type Language, MeDocument, type PersonFieldsFragment, type Role, SetLanguageDocument } from '../graphql/generated/graphql.js';
import { hangUp } from '../graphql/live.js';
import { showLanguage } from '../i18n/start.js';

/** The person at this screen. */
export type Person = PersonFieldsFragment;

/** Who is signed in; null when nobody is. */
export const meQuery = queryOptions({
  queryKey: ME_KEY,
  queryFn: async (): Promise<Person | null> => (await execute(MeDocument)).me ?? null,
  staleTime: 5 * 60_000,
});

/** The signed-in person. Only below the signed-in part of the page. */
export function useMe(): Person {
  const { data } = useQuery(meQuery);
  if (!data) throw new Error('useMe needs a signed-in person');
  return data;
}

/** How a sign-in can end. */
export type SignInOutcome = 'signedIn' | 'wrong' | 'tooMany';

/**
 * Signs a person in and shows their language; one that was `picked` right before wins over the account's, and becomes the account's.
 * @throws NotReachable, ServerFault
 */
export async function signIn(person: string, password: string, picked?: Language): Promise<SignInOutcome> {
  const response = await request('/api/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ person, password }),
  });
  if (response.status === 429) return 'tooMany';
  if (response.status === 400 || response.status === 401 || response.status === 403) return 'wrong';
  if (!response.ok) throw new ServerFault('Sign-in failed.', String(response.status));
  const me = await queryClient.fetchQuery({ ...meQuery, staleTime: 0 });
  if (me) await showLanguage(picked ?? me.language);
  // Signed in the person is, even if the account learns the language only when they choose it again.
  if (picked) void chooseLanguage(picked);
  return 'signedIn';
}

/** Ends the session here and on the server; what this person saw leaves the memory. */
export async function signOut(): Promise<void> {
  await request('/api/session', { method: 'DELETE' });
  hangUp();
  queryClient.clear();
  queryClient.setQueryData(ME_KEY, null);
}

/** Switches the language at once; the account learns it when the server can be reached. */
export async function chooseLanguage(language: Language): Promise<void> {
  await showLanguage(language);
  if (!queryClient.getQueryData(ME_KEY)) return;
  const { setLanguage } = await execute(SetLanguageDocument, { language });
  queryClient.setQueryData(ME_KEY, setLanguage);
}

/** Where a role starts its day. */
export const LANDING = { hq: '/fleet', manager: '/today', auditor: '/audit', cashier: '/training' } as const satisfies Record<Role, string>;
