import { IntrinsicException } from '@nestjs/common';

/** Why a GraphQL request got an error instead of data. Stable codes in `errors[].extensions.code`. */
export type RequestErrorCode =
  | 'malformedRequest'
  | 'methodNotAllowed'
  | 'invalidInput'
  | 'tooComplex'
  | 'unauthenticated'
  | 'notAllowed'
  | 'unavailable'
  | 'internal';

/** An error whose message may be shown to the caller; everything else is a bug and is shown only as an id. Intrinsic: Nest doesn't log it. */
export class RequestError extends IntrinsicException {
  readonly extensions: { code: RequestErrorCode; field?: string };
  readonly statusCode: number;

  constructor(code: RequestErrorCode, message: string, statusCode: number, field?: string) {
    super(message);
    this.name = new.target.name;
    this.extensions = field === undefined ? { code } : { code, field };
    this.statusCode = statusCode;
  }
}

/** The request is not what the schema says. */
export class MalformedRequest extends RequestError {
  constructor(message: string) {
    super('malformedRequest', message, 400);
  }
}

/** An argument of a query is out of its range; mutations return `InvalidInput` instead. */
export class InvalidArgument extends RequestError {
  constructor(field: string, message: string) {
    super('invalidInput', message, 200, field);
  }
}

/** A value is written wrong or doesn't exist, such as the 45th of a month; it is found before the field it is for is known. */
export class ImpossibleValue extends RequestError {
  constructor(message: string) {
    super('invalidInput', message, 400);
  }
}

/** The request would cost more than any screen needs. */
export class TooComplex extends RequestError {
  constructor(message: string) {
    super('tooComplex', message, 400);
  }
}

/** Nobody is signed in, or the session ended. */
export class Unauthenticated extends RequestError {
  constructor() {
    super('unauthenticated', 'Sign in first.', 200);
  }
}

/** The person is signed in, but this field is not for the person's role. */
export class AccessRefused extends RequestError {
  constructor() {
    super('notAllowed', 'This is not for your role.', 200);
  }
}
