import { parseTopic, topicOf } from '@tillward/contracts';

/** What a broker needs of a client certificate; TLS has proven that the authority signed it and that the client has its key. */
export interface ClientCertificate {
  readonly gateway: string;
  readonly store: string;
  /** Lower-case hexadecimal without leading zeros. */
  readonly serial: string;
  readonly notAfterMs: number;
}

/** The fields of a peer certificate as Node gives them. */
export interface PeerFields {
  readonly subject?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
  readonly serialNumber?: string | undefined;
  readonly valid_to?: string | undefined;
}

/** Reads common name (gateway) and organisational unit (store). Undefined when either is missing, said twice or no name of ours. */
export function readCertificate(peer: PeerFields): ClientCertificate | undefined {
  const { CN: gateway, OU: store } = peer.subject ?? {};
  const notAfterMs = Date.parse(peer.valid_to ?? '');
  const serial = (peer.serialNumber ?? '').toLowerCase().replace(/^0+/, '');
  if (typeof gateway !== 'string' || typeof store !== 'string' || serial === '' || Number.isNaN(notAfterMs)) return undefined;
  // Both are topic levels: whatever a topic takes is a name.
  if (parseTopic(topicOf({ store, gateway, channel: 'live' })) === undefined) return undefined;
  return { gateway, store, serial, notAfterMs };
}

/** Why a certificate opens nothing; goes to the log. */
export type CertificateRefusal = 'certificateExpired' | 'certificateRevoked' | 'notItsClientId';

/** Judges a certificate at sign-in and again while its session lasts: TLS looked at it only once, before anything was revoked. */
export function refuseCertificate(
  certificate: ClientCertificate,
  clientId: string,
  revoked: ReadonlySet<string>,
  nowMs: number,
): CertificateRefusal | undefined {
  if (revoked.has(certificate.serial)) return 'certificateRevoked';
  if (nowMs > certificate.notAfterMs) return 'certificateExpired';
  return clientId === certificate.gateway ? undefined : 'notItsClientId';
}
