import { type DocumentNode, TokenKind } from 'graphql';
import { holdsStorableText, isStorableText, TEXT_REFUSED } from '../http/index.js';
import { ImpossibleValue } from './graphql.errors.js';

/**
 * Refuses a request that holds a text which can't be kept as it was sent, wherever it is: in a literal, in a variable, in a member or a key of a JSON value. Looked at here and not in each scalar, because
 * those of the specification (String, ID) are read by the executor's compiled code, which asks no scalar. Throws {@link ImpossibleValue}.
 */
export function refuseUnstorable(document: DocumentNode, variables: Readonly<Record<string, unknown>> | null | undefined): void {
  if (!holdsStorableText(variables)) throw new ImpossibleValue(TEXT_REFUSED);
  for (let token = document.loc?.startToken; token; token = token.next ?? undefined) {
    const isText = token.kind === TokenKind.STRING || token.kind === TokenKind.BLOCK_STRING;
    if (isText && !isStorableText(token.value)) throw new ImpossibleValue(TEXT_REFUSED);
  }
}
