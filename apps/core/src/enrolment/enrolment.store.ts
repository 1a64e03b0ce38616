import type { WorkContext } from '../database/index.js';

/** A certificate's row. */
export interface CertificateRow {
  readonly storeId: string;
  readonly serial: string;
  readonly gatewayId: string;
  readonly number: number;
  readonly fingerprint: string;
  readonly requestDigest: string;
  /** PEM. */
  readonly certificate: string;
  readonly issuedAt: Date;
  readonly notAfter: Date;
  readonly revokedAt: Date | null;
  readonly revokedReason: string | null;
}

const COLUMNS = `store_id AS "storeId", serial, gateway_id AS "gatewayId", number, fingerprint, request_digest AS "requestDigest", certificate,
  issued_at AS "issuedAt", not_after AS "notAfter", revoked_at AS "revokedAt", revoked_reason AS "revokedReason"`;

/** The gateway of a store, as provisioned; undefined when the actor sees no such store. */
export async function gatewayOfStore(ctx: WorkContext, storeId: string): Promise<string | undefined> {
  const rows: { id: string }[] = await ctx.tx.query(
    'SELECT gateway_id AS id FROM gateway WHERE store_id = $1 ORDER BY gateway_id LIMIT 1',
    [storeId],
  );
  return rows[0]?.id;
}

/** Keeps everything else from changing this gateway's certificates until the end of the transaction. False when there is no such gateway. */
export async function lockGateway(ctx: WorkContext, storeId: string, gatewayId: string): Promise<boolean> {
  const rows: unknown[] = await ctx.tx.query('SELECT 1 FROM gateway WHERE store_id = $1 AND gateway_id = $2 FOR UPDATE', [
    storeId,
    gatewayId,
  ]);
  return rows.length > 0;
}

/** Stores a claim; open ones of the same store end with it. */
export async function insertClaim(
  ctx: WorkContext,
  claim: { storeId: string; id: string; gatewayId: string; codeHash: string; issuedBy: string; expiresAt: Date },
): Promise<void> {
  await endClaims(ctx, claim.storeId);
  await ctx.tx.query(
    `INSERT INTO enrolment_claim (store_id, id, gateway_id, code_hash, issued_by, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [claim.storeId, claim.id, claim.gatewayId, claim.codeHash, claim.issuedBy, ctx.now(), claim.expiresAt],
  );
}

/** Ends a store's open claims. */
export async function endClaims(ctx: WorkContext, storeId: string): Promise<void> {
  await ctx.tx.query('UPDATE enrolment_claim SET expires_at = $2 WHERE store_id = $1 AND used_at IS NULL AND expires_at > $2', [
    storeId,
    ctx.now(),
  ]);
}

/** E1: uses a claim up, in one statement, so that of two who try at the same time one gets nothing. Returns the gateway it was for. */
export async function useClaim(ctx: WorkContext, storeId: string, codeHash: string, requestDigest: string): Promise<string | undefined> {
  const [rows] = (await ctx.tx.query(
    `UPDATE enrolment_claim SET used_at = $3, request_digest = $4
      WHERE store_id = $1 AND code_hash = $2 AND used_at IS NULL AND expires_at > $3 RETURNING gateway_id AS "gatewayId"`,
    [storeId, codeHash, ctx.now(), requestDigest],
  )) as [{ gatewayId: string }[], number];
  return rows[0]?.gatewayId;
}

/** The gateway a claim was used for by exactly this request, and whose journal key is still the one it brought. */
export async function usedClaim(
  ctx: WorkContext,
  storeId: string,
  used: { codeHash: string; requestDigest: string; journalKey: string },
): Promise<string | undefined> {
  const rows: { gatewayId: string }[] = await ctx.tx.query(
    `SELECT c.gateway_id AS "gatewayId" FROM enrolment_claim c JOIN gateway g USING (store_id, gateway_id)
      WHERE c.store_id = $1 AND c.code_hash = $2 AND c.request_digest = $3 AND g.public_key = $4`,
    [storeId, used.codeHash, used.requestDigest, used.journalKey],
  );
  return rows[0]?.gatewayId;
}

/** Stores a certificate with the next number of its gateway, whose row must be locked. */
export async function insertCertificate(
  ctx: WorkContext,
  row: Omit<CertificateRow, 'number' | 'revokedAt' | 'revokedReason'>,
): Promise<void> {
  await ctx.tx.query(
    `INSERT INTO gateway_certificate (store_id, serial, gateway_id, number, fingerprint, request_digest, certificate, issued_at, not_after)
     SELECT $1, $2, $3, coalesce(max(number), 0) + 1, $4, $5, $6, $7, $8 FROM gateway_certificate WHERE store_id = $1 AND gateway_id = $3`,
    [row.storeId, row.serial, row.gatewayId, row.fingerprint, row.requestDigest, row.certificate, row.issuedAt, row.notAfter],
  );
}

/** A certificate and how many newer ones its gateway has. */
export async function findCertificate(
  ctx: WorkContext,
  storeId: string,
  serial: string,
): Promise<(CertificateRow & { newerOnes: number }) | undefined> {
  const rows: (CertificateRow & { newerOnes: number })[] = await ctx.tx.query(
    `SELECT ${COLUMNS}, (SELECT count(*) FROM gateway_certificate n WHERE n.store_id = c.store_id AND n.gateway_id = c.gateway_id
                            AND n.number > c.number) AS "newerOnes"
       FROM gateway_certificate c WHERE store_id = $1 AND serial = $2`,
    [storeId, serial],
  );
  return rows[0];
}

/** The certificate made for a request, if one was. */
export async function certificateOfRequest(ctx: WorkContext, storeId: string, requestDigest: string): Promise<CertificateRow | undefined> {
  const rows: CertificateRow[] = await ctx.tx.query(
    `SELECT ${COLUMNS} FROM gateway_certificate WHERE store_id = $1 AND request_digest = $2`,
    [storeId, requestDigest],
  );
  return rows[0];
}

/** E6: revokes every certificate of a gateway that isn't yet. Returns their serial numbers. */
export async function revokeCertificates(ctx: WorkContext, storeId: string, gatewayId: string, reason: string): Promise<string[]> {
  const [rows] = (await ctx.tx.query(
    `UPDATE gateway_certificate SET revoked_at = $3, revoked_reason = $4
      WHERE store_id = $1 AND gateway_id = $2 AND revoked_at IS NULL RETURNING serial`,
    [storeId, gatewayId, ctx.now(), reason],
  )) as [{ serial: string }[], number];
  return rows.map((row) => row.serial);
}

/** How far core knows this gateway's journal: what another machine in its place must go beyond. */
export async function journalPosition(ctx: WorkContext, storeId: string, gatewayId: string): Promise<{ epoch: number; session: number }> {
  const rows: { epoch: number | null; session: number | null }[] = await ctx.tx.query(
    `SELECT c.epoch, p.session FROM gateway g
       LEFT JOIN gateway_cursor c USING (store_id, gateway_id) LEFT JOIN gateway_presence p USING (store_id, gateway_id)
      WHERE g.store_id = $1 AND g.gateway_id = $2`,
    [storeId, gatewayId],
  );
  return { epoch: Number(rows[0]?.epoch ?? 0), session: Number(rows[0]?.session ?? 0) };
}

/** Says that brokers have something new to know. */
export async function bumpVersion(ctx: WorkContext): Promise<void> {
  await ctx.tx.query('UPDATE enrolment_head SET version = version + 1');
}

/** Changes whenever a certificate was made or revoked. */
export async function readVersion(ctx: WorkContext): Promise<number> {
  const rows: { version: number }[] = await ctx.tx.query('SELECT version FROM enrolment_head');
  return Number(rows[0]?.version ?? 0);
}

/** Revoked certificates that would still be valid, oldest first. */
export async function listRevoked(ctx: WorkContext): Promise<{ storeId: string; gatewayId: string; serial: string; revokedAt: Date }[]> {
  return await ctx.tx.query(
    `SELECT store_id AS "storeId", gateway_id AS "gatewayId", serial, revoked_at AS "revokedAt" FROM gateway_certificate
      WHERE revoked_at IS NOT NULL AND not_after > $1 ORDER BY revoked_at, serial`,
    [ctx.now()],
  );
}

/** Gateways with a certificate that opens something. */
export async function listAdmitted(ctx: WorkContext): Promise<{ storeId: string; gatewayId: string }[]> {
  return await ctx.tx.query(
    `SELECT DISTINCT store_id AS "storeId", gateway_id AS "gatewayId" FROM gateway_certificate WHERE revoked_at IS NULL
      ORDER BY store_id, gateway_id`,
  );
}

/** A gateway with its newest certificate and its open claim. */
export interface EnrolmentRow {
  readonly storeId: string;
  readonly gatewayId: string;
  readonly serial: string | null;
  readonly fingerprint: string | null;
  readonly issuedAt: Date | null;
  readonly notAfter: Date | null;
  readonly revokedAt: Date | null;
  readonly revokedReason: string | null;
  readonly claimUntil: Date | null;
}

const ENROLMENTS = `
  SELECT g.store_id AS "storeId", g.gateway_id AS "gatewayId", c.serial, c.fingerprint, c.issued_at AS "issuedAt", c.not_after AS "notAfter",
         c.revoked_at AS "revokedAt", c.revoked_reason AS "revokedReason",
         (SELECT max(expires_at) FROM enrolment_claim e WHERE e.store_id = g.store_id AND e.gateway_id = g.gateway_id
             AND e.used_at IS NULL AND e.expires_at > $1) AS "claimUntil"
    FROM gateway g
    LEFT JOIN LATERAL (SELECT * FROM gateway_certificate n WHERE n.store_id = g.store_id AND n.gateway_id = g.gateway_id
                        ORDER BY n.number DESC LIMIT 1) c ON true`;

/** A page of the actor's gateways, by store. */
export async function listEnrolments(
  ctx: WorkContext,
  where: { storeId: string | null },
  page: { limit: number; after?: readonly [string, string] | undefined },
): Promise<EnrolmentRow[]> {
  return await ctx.tx.query(
    `${ENROLMENTS} WHERE ($2::text IS NULL OR g.store_id = $2) AND ($3::text IS NULL OR (g.store_id, g.gateway_id) > ($3, $4))
      ORDER BY g.store_id, g.gateway_id LIMIT $5`,
    [ctx.now(), where.storeId, page.after?.[0] ?? null, page.after?.[1] ?? null, page.limit],
  );
}

/** How many gateways {@link listEnrolments} finds in all pages. */
export async function countEnrolments(ctx: WorkContext, where: { storeId: string | null }): Promise<number> {
  const rows: { n: number }[] = await ctx.tx.query('SELECT count(*) AS n FROM gateway WHERE $1::text IS NULL OR store_id = $1', [
    where.storeId,
  ]);
  return rows[0]?.n ?? 0;
}

/** One gateway's row. */
export async function findEnrolment(ctx: WorkContext, storeId: string, gatewayId: string): Promise<EnrolmentRow | undefined> {
  const rows: EnrolmentRow[] = await ctx.tx.query(`${ENROLMENTS} WHERE g.store_id = $2 AND g.gateway_id = $3`, [
    ctx.now(),
    storeId,
    gatewayId,
  ]);
  return rows[0];
}
