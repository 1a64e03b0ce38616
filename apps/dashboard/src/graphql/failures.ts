/** The server could not be reached, or did not answer in time: nothing is known about the request's effect. */
export class NotReachable extends Error {
  override readonly name = 'NotReachable';
}

/** The session ended or never was: the person has to sign in. */
export class SessionEnded extends Error {
  override readonly name = 'SessionEnded';
}

/** The server answered with a fault of its own. `code` is its stable code where it gave one. */
export class ServerFault extends Error {
  override readonly name = 'ServerFault';
  constructor(
    message: string,
    readonly code: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
