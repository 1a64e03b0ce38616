import { queryOptions } from '@tanstack/react-query';
import { execute } from '../graphql/client.js';
import { TerminalDialogueDocument, type TerminalDialogueQuery } from '../graphql/generated/graphql.js';
import type { TerminalPlace } from './terminal-queries.js';

/** A captured dialogue with its frames. */
export type Dialogue = NonNullable<NonNullable<TerminalDialogueQuery['terminal']>['dialogue']>;
/** One message of it. */
export type Frame = Dialogue['frames'][number];

/** The frames of the dialogue captured at that time. */
export const dialogueQuery = ({ storeId, id }: TerminalPlace, capturedAt: string) =>
  queryOptions({
    queryKey: ['terminalDialogue', storeId, id, capturedAt] as const,
    queryFn: async (): Promise<Dialogue | null> => (await execute(TerminalDialogueDocument, { storeId, id })).terminal?.dialogue ?? null,
    staleTime: Number.POSITIVE_INFINITY,
  });
