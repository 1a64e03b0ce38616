import { z } from 'zod';
import { currencyCode, ed25519PublicKey, slug } from './identifiers.js';
import { provisionedTerminal } from './terminal-connection.js';

/** Core signs in to the broker under this name: no gateway's certificate may say it. */
const gatewayId = slug.refine((id) => id !== 'core', 'core is the name of core itself');

const settings = z.record(z.string(), z.json());

/**
 * The file that provisions a chain: core applies it at every start (environment variable CHAIN_FILE), creating what is missing and updating what
 * changed. Settings given here are set again at every start; people's passwords only when the person is created.
 */
export const chainFile = z.strictObject({
  chain: z.strictObject({ id: slug, name: z.string().min(1).max(80) }),
  settings: settings.default({}),
  stores: z
    .array(
      z.strictObject({
        id: slug,
        name: z.string().min(1).max(80),
        city: z.string().min(1).max(80),
        /** The region it is counted in; its city where none is given. */
        region: z.string().min(1).max(80).optional(),
        timeZone: z.string().min(1).max(64),
        currency: currencyCode,
        /** A gateway that enrols brings its journal key with it; `publicKey` is for one that can't, and is set again at every start. */
        gateway: z.strictObject({ id: gatewayId, publicKey: ed25519PublicKey.optional() }),
        terminals: z.array(provisionedTerminal).max(200),
        settings: settings.default({}),
      }),
    )
    .min(1)
    .refine(
      (stores) => new Set(stores.map(({ gateway }) => gateway.id)).size === stores.length,
      'a gateway id is its name at the broker: unique in the chain',
    ),
  /**
   * Acquirers and what was agreed with them, for chains that are set up from a file. Only what core doesn't know yet is taken: from then on terms change by two people of headquarters. `fees` and `funding` are
   * written as in GraphQL's ProviderTermsInput.
   */
  acquirers: z
    .array(
      z.strictObject({
        id: slug,
        name: z.string().min(1).max(80),
        fees: z.json().optional(),
        funding: z.json().optional(),
      }),
    )
    .max(100)
    .optional(),
  people: z.array(
    z.strictObject({
      id: slug,
      name: z.string().min(1).max(80),
      role: z.enum(['hq', 'manager', 'cashier', 'auditor']),
      language: z.enum(['en', 'zh']),
      /** Stores a manager or cashier may see and act in; HQ and auditors see all. */
      stores: z.array(slug).default([]),
      password: z.string().min(8).max(200),
      /** Course ids the person already holds a certificate for (demo chains). */
      certified: z.array(slug).default([]),
    }),
  ),
});
export type ChainFile = z.infer<typeof chainFile>;
