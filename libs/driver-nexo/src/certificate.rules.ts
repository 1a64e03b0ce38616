import type { TerminalTrust } from './options.js';

/** The certificate that a terminal showed. */
export interface ShownCertificate {
  readonly commonName: string;
  /** SHA-256 of the certificate in hexadecimal, with colons. */
  readonly fingerprint256: string;
}

const DOMAIN = 'terminal.adyen.com';
/** Terminals without a certificate of their own share this name. */
const LEGACY_NAME = 'legacy-terminal-certificate';

/** What is wrong with a trust that could never match anything; null when nothing is. */
export function trustProblem(trust: TerminalTrust): string | null {
  if (trust.kind === 'fingerprint') {
    return /^[0-9a-f]{64}$/.test(bareHex(trust.sha256)) ? null : 'a certificate fingerprint is 64 hexadecimal digits (SHA-256)';
  }
  return trust.pem.includes('-----BEGIN CERTIFICATE-----') ? null : 'a root certificate is PEM text';
}

/**
 * Why a certificate isn't that of our terminal; null when it is. The chain to a trusted root has been checked before (kind `ca`); here it is the name,
 * which is not a host name but `<POIID>.<environment>.terminal.adyen.com` (vendor: "Validate the terminal certificate"). The vendor takes any
 * terminal's name; we take this terminal's, so that two swapped terminals are noticed.
 */
export function certificateObjection(shown: ShownCertificate, trust: TerminalTrust, poiId: string): string | null {
  if (trust.kind === 'fingerprint') {
    return bareHex(shown.fingerprint256) === bareHex(trust.sha256) ? null : 'the certificate has another fingerprint than the pinned one';
  }
  const environments = trust.environment === undefined ? ['live', 'test'] : [trust.environment];
  const names = environments.flatMap((world) => [poiId, LEGACY_NAME].map((name) => `${name}.${world}.${DOMAIN}`.toLowerCase()));
  if (names.includes(shown.commonName.toLowerCase())) return null;
  return `the certificate is not in the name of terminal ${poiId} (${environments.join(' or ')})`;
}

function bareHex(text: string): string {
  return text.replaceAll(':', '').toLowerCase();
}
