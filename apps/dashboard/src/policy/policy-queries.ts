import { queryOptions } from '@tanstack/react-query';
import { execute } from '../graphql/client.js';
import {
  PolicyCatalogueDocument,
  type PolicyCatalogueQuery,
  type PolicyDocumentFieldsFragment,
  type PolicyLevel,
  PolicyPageDocument,
  PolicyStatusDocument,
  type PolicyStatusQuery,
} from '../graphql/generated/graphql.js';

/** A setting as the catalogue explains it. */
export type Setting = PolicyCatalogueQuery['policyCatalogue'][number];
/** What one gateway has applied. */
export type GatewayStatus = PolicyStatusQuery['policyStatus'][number];

/** Every setting there is, explained in both languages. Changes only with the program. */
export const catalogueQuery = queryOptions({
  queryKey: ['policyCatalogue'] as const,
  queryFn: async () => (await execute(PolicyCatalogueDocument)).policyCatalogue,
  staleTime: Number.POSITIVE_INFINITY,
});

/** The effective values at one level with the origin of each; null when it is not the viewer's to see. */
export const policyQuery = (level: PolicyLevel, storeId: string | null) =>
  queryOptions({
    queryKey: ['policy', level, storeId] as const,
    queryFn: async (): Promise<PolicyDocumentFieldsFragment | null> => (await execute(PolicyPageDocument, { level, storeId })).policy,
  });

/** Who has applied which version. While somebody has not, it is asked again every few seconds beside the live channel. */
export const policyStatusQuery = queryOptions({
  queryKey: ['policyStatus'] as const,
  queryFn: async () => (await execute(PolicyStatusDocument)).policyStatus,
  refetchInterval: ({ state }) => (state.data?.some((gateway) => gateway.appliedVersion !== gateway.desiredVersion) ? 4_000 : false),
});
