import { z } from 'zod';

/** Organisation and device identifiers: lower-case slugs, safe in an MQTT topic, a URL and a file name. */
export const slug = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/, 'lower-case letters, digits and inner hyphens, at most 48');

/** Lower-case hexadecimal SHA-256. */
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hexadecimal');

/** Base64 (RFC 4648 section 4, padded) of a 64-byte Ed25519 signature. */
export const ed25519Signature = z.string().regex(/^[A-Za-z0-9+/]{86}==$/, 'a base64 Ed25519 signature');

/** Base64 of a 32-byte raw Ed25519 public key. */
export const ed25519PublicKey = z.string().regex(/^[A-Za-z0-9+/]{43}=$/, 'a base64 raw Ed25519 public key');

/** ISO 4217 alphabetic code. */
export const currencyCode = z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 code such as EUR');

/** Integer minor units of the accompanying currency. Never a fraction, never a float. */
export const amountMinor = z.int();

/** A store's accounting date, decided by time zone and cut-off, written YYYY-MM-DD. */
export const businessDay = z.iso.date();

/** The last millisecond of the year 2199: an instant beyond it is a clock's fault, and not every reader could keep it. */
export const LAST_EPOCH_MS = Date.UTC(2200, 0, 1) - 1;

/** Milliseconds since the Unix epoch as the writer's clock said, up to {@link LAST_EPOCH_MS}. Never used for order. */
export const epochMs = z.int().nonnegative().max(LAST_EPOCH_MS);

/** Text of at most `max` UTF-16 code units without control characters (Unicode category Cc): U+0000, for one, is JSON that no database column holds. */
export function plainText(max: number) {
  return z
    .string()
    .max(max)
    .regex(/^\P{Cc}*$/u, 'text without control characters');
}

/** RFC 3339 instant in UTC. */
export const instant = z.iso.datetime({ offset: false, precision: 3 });

/** At most the last four digits of a card number: the only part that may ever be stored. */
export const cardLast4 = z.string().regex(/^[0-9]{4}$/, 'the last four digits of a card number and nothing else');
