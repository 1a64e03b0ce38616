/**
 * Why the data of a frame could not be read.
 * `truncated`: a field says it is longer than what is left; `badLength`: a length is not written as the spec demands; `badDigit`: a packed
 * decimal holds something else; `unknownBitmap`: a tag without a known length, so that nothing after it can be read.
 */
export type DecodeErrorCode = 'truncated' | 'badLength' | 'badDigit' | 'unknownBitmap';

/** Damage in a frame's data. `offset` counts from the first data byte. Holds no content. */
export class DecodeError extends Error {
  constructor(
    readonly code: DecodeErrorCode,
    readonly offset: number,
  ) {
    super(`ZVT data unreadable at byte ${offset}: ${code}`);
    this.name = 'DecodeError';
  }
}
