import type { WorkContext } from '../database/index.js';
import type { CertificateType, PageRequest } from '../graphql/index.js';
import type { PersonRow } from '../identity/index.js';

/** Stores a quiz handed in. */
export async function insertAttempt(
  ctx: WorkContext,
  attempt: { id: string; personId: string; courseId: string; courseVersion: number; score: number; passed: boolean },
): Promise<void> {
  await ctx.tx.query(
    'INSERT INTO quiz_attempt (id, person_id, course_id, course_version, at, score, passed) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    [attempt.id, attempt.personId, attempt.courseId, attempt.courseVersion, ctx.now(), attempt.score, attempt.passed],
  );
}

/** Stores a certificate. */
export async function insertCertificate(
  ctx: WorkContext,
  certificate: CertificateType & { personId: string; courseId: string; courseVersion: number },
): Promise<void> {
  await ctx.tx.query(
    'INSERT INTO certificate (id, person_id, course_id, course_version, issued_at, valid_until, score) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    [
      certificate.id,
      certificate.personId,
      certificate.courseId,
      certificate.courseVersion,
      certificate.issuedAt,
      certificate.validUntil,
      certificate.score,
    ],
  );
}

/** People among these who hold a certificate of a course that is still valid. */
export async function certifiedPeople(ctx: WorkContext, courseId: string, personIds: readonly string[]): Promise<Set<string>> {
  const rows: { personId: string }[] = await ctx.tx.query(
    'SELECT DISTINCT person_id AS "personId" FROM certificate WHERE course_id = $1 AND person_id = ANY($2) AND valid_until > $3',
    [courseId, personIds, ctx.now()],
  );
  return new Set(rows.map((row) => row.personId));
}

/** Where one person stands with a course. */
export interface RecordRow extends PersonRow {
  certificateId: string | null;
  issuedAt: Date | null;
  validUntil: Date | null;
  certificateScore: number | null;
  lastScore: number | null;
  lastAttemptAt: Date | null;
}

/** People who work terminals or run stores, and whether they belong to the store asked for. */
const LEARNERS = `FROM person p WHERE p.role IN ('cashier', 'manager')
  AND ($1::text IS NULL OR EXISTS (SELECT 1 FROM person_store ps WHERE ps.person_id = p.id AND ps.store_id = $1))`;

/** One page of records of a course, ordered by name, one row more than the page. With `personId`, only that person's. */
export async function listRecords(
  ctx: WorkContext,
  where: { courseId: string; storeId: string | null; personId: string | null },
  page: PageRequest,
): Promise<RecordRow[]> {
  const [name, id] = page.after ?? ['', ''];
  return await ctx.tx.query(
    `SELECT q.*, c.id AS "certificateId", c.issued_at AS "issuedAt", c.valid_until AS "validUntil", c.score AS "certificateScore",
            a.score AS "lastScore", a.at AS "lastAttemptAt"
       FROM (SELECT p.id, p.name, p.role, p.language ${LEARNERS} AND ($2::text IS NULL OR p.id = $2) AND (p.name, p.id) > ($3, $4)
              ORDER BY p.name, p.id LIMIT $5) q
       LEFT JOIN LATERAL (SELECT * FROM certificate WHERE person_id = q.id AND course_id = $6 ORDER BY valid_until DESC LIMIT 1) c ON true
       LEFT JOIN LATERAL (SELECT * FROM quiz_attempt WHERE person_id = q.id AND course_id = $6 ORDER BY at DESC LIMIT 1) a ON true
      ORDER BY q.name, q.id`,
    [where.storeId, where.personId, name, id, page.limit, where.courseId],
  );
}

/** How many records there are. */
export async function countRecords(ctx: WorkContext, where: { storeId: string | null; personId: string | null }): Promise<number> {
  const rows: { count: number }[] = await ctx.tx.query(`SELECT count(*) AS count ${LEARNERS} AND ($2::text IS NULL OR p.id = $2)`, [
    where.storeId,
    where.personId,
  ]);
  return rows[0]!.count;
}
