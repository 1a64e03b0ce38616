import { X509Certificate } from 'node:crypto';

/** From a certificate's beginning to its end, in milliseconds. */
export function lifeOf(certificate: string): number {
  const { validFrom, validTo } = new X509Certificate(certificate);
  return Date.parse(validTo) - Date.parse(validFrom);
}

/** A certificate's serial number as core writes it. */
export function serialOf(certificate: string): string {
  return new X509Certificate(certificate).serialNumber.toLowerCase().replace(/^0+/, '');
}
