/**
 * Why a message could not be read.
 * `notJson`: it isn't JSON, or no object; `missing`: a field that must be there isn't; `wrongType`: a field holds another kind of value;
 * `badValue`: a value no terminal may send; `tooMany`: a list beyond its limit; `otherMessage`: it answers something else than what was asked.
 */
export type MessageErrorCode = 'notJson' | 'missing' | 'wrongType' | 'badValue' | 'tooMany' | 'otherMessage';

/** A message that can't be read. `path` names the field (`PaymentResponse.Response.Result`). Holds no content. */
export class MessageError extends Error {
  constructor(
    readonly code: MessageErrorCode,
    readonly path: string,
  ) {
    super(`nexo message unreadable at ${path === '' ? 'its start' : path}: ${code}`);
    this.name = 'MessageError';
  }
}
