/**
 * Why the data of a frame could not be read.
 * `truncated`: a field says it is longer than what is left; `badLength`: a length is not written as the spec demands; `unknownBitmap`: a tag
 * without a known length, so that nothing after it can be read; `tooDeep` and `tooMany`: TLV containers nested, or filled, beyond what any
 * message of the spec needs, which is what somebody does who wants to keep us busy.
 */
export type DecodeErrorCode = 'truncated' | 'badLength' | 'unknownBitmap' | 'tooDeep' | 'tooMany';

/** Damage in a frame's data. `offset` counts from the first data byte and names the field that can't be read. Holds no content. */
export class DecodeError extends Error {
  constructor(
    readonly code: DecodeErrorCode,
    readonly offset: number,
  ) {
    super(`ZVT data unreadable at byte ${offset}: ${code}`);
    this.name = 'DecodeError';
  }
}
