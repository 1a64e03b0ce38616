import { createHash } from 'node:crypto';
import type { RefundRequest } from '@tillward/contracts';

/**
 * What an approval is bound to: SHA-256 over everything a refund is, who asked for it and under which key, each part with its length before it, so that no other
 * refund has the same digest.
 */
export function refundDigest(request: RefundRequest, askedBy: string, idempotencyKey: string): string {
  const { terminal, amountMinor, currency, tillId, originalPaymentId = '', reason } = request;
  const hash = createHash('sha256');
  for (const part of [
    'tillward refund 1',
    terminal,
    String(amountMinor),
    currency,
    tillId,
    originalPaymentId,
    reason,
    askedBy,
    idempotencyKey,
  ]) {
    const bytes = Buffer.from(part, 'utf8');
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest('hex');
}
