import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { rootCertificates, type TLSSocket } from 'node:tls';

/** What TLS says when only the time is wrong. Which of several faults it reports is not defined, so nothing is concluded from it. */
const DATE_FAULTS: ReadonlySet<string> = new Set(['CERT_NOT_YET_VALID', 'CERT_HAS_EXPIRED']);
/** Extended key usage of a TLS server (RFC 5280 section 4.2.1.12). */
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const MAX_CHAIN = 4;

/** How a server's certificate was found. */
export type ServerVerdict = 'trusted' | 'trustedButDated' | { readonly refused: string };

/**
 * Judges the server at the other end of a socket that was opened with `rejectUnauthorized: false`, right at `secureConnect`. A gateway's clock may be
 * years off, with nobody near to set it, and then every certificate looks expired or not yet valid: such a server is accepted when everything but the time is right, which
 * is checked here from the beginning. What that gives away: whoever holds a broker's old key could listen; he could forge nothing (P5).
 *
 * @param authorities PEM certificates that may have signed it; without any, those that come with Node.
 */
export function judgeServer(socket: TLSSocket, host: string, authorities: string | undefined): ServerVerdict {
  if (socket.authorized) return 'trusted';
  const fault = authorizationFault(socket);
  if (!DATE_FAULTS.has(fault)) return { refused: fault };
  const leaf = socket.getPeerX509Certificate();
  if (leaf === undefined) return { refused: 'no certificate' };
  const isItsName = isIP(host) === 0 ? leaf.checkHost(host, { subject: 'never' }) : leaf.checkIP(host);
  if (isItsName === undefined) return { refused: 'the certificate is for another name' };
  // Node calls the extended key usage so; a certificate without one may be anything.
  if (leaf.keyUsage !== undefined && !leaf.keyUsage.includes(SERVER_AUTH)) return { refused: 'the certificate is no server’s' };
  return leadsTo(leaf, rootsOf(authorities)) ? 'trustedButDated' : { refused: 'the certificate is of another authority' };
}

function authorizationFault(socket: TLSSocket): string {
  const error = socket.authorizationError as unknown;
  return typeof error === 'string' ? error : String((error as { code?: string } | null)?.code ?? 'not authorized');
}

/** Follows signatures from a certificate to one of the roots. */
function leadsTo(leaf: X509Certificate, roots: readonly X509Certificate[]): boolean {
  let current = leaf;
  for (let i = 0; i < MAX_CHAIN; i++) {
    const child = current;
    if (roots.some((root) => isIssuedBy(child, root))) return true;
    const issuer = child.issuerCertificate;
    if (issuer === undefined || !isIssuedBy(child, issuer)) return false;
    current = issuer;
  }
  return false;
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function rootsOf(authorities: string | undefined): X509Certificate[] {
  const blocks = authorities?.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? rootCertificates;
  return blocks.map((pem) => new X509Certificate(pem));
}
