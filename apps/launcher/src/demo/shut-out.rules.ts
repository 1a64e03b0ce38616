/** A gateway of the demo whose certificate was revoked since its agent got it. */
export interface ShutOutGateway {
  readonly city: string;
  readonly gateway: string;
  /** The agent's data folder. */
  readonly dataDir: string;
  /** Core's address. */
  readonly core: string;
  /** Why headquarters revoked the gateway; null: it was not, another machine was enrolled in its place. */
  readonly revokedFor: string | null;
}

/** What a person who starts the demo must know of such a gateway: why its agent stays away, and the two ways out. */
export function shutOutSentence({ city, gateway, dataDir, core, revokedFor }: ShutOutGateway): string {
  const why = revokedFor === null ? `${gateway} was enrolled on another machine` : `${gateway} was revoked (\u201c${revokedFor}\u201d)`;
  return (
    `${city}: ${why}, so its agent here is not let in and its terminals are unknown to core. To let it in again: ${core}, Fleet, Gateways, Issue claim, then ` +
    `\`node apps/edge-agent/bin/tillward-edge.mjs enroll --core ${core} --claim CLAIM --data "${dataDir}"\` and start again; or start over with \`npm start -- --fresh\``
  );
}
