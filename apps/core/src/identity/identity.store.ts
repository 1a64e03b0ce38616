import type { Actor, WorkContext } from '../database/index.js';
import type { Language, PersonActor, PersonType, Role } from '../graphql/index.js';

/** A person's row. */
export interface PersonRow {
  id: string;
  name: string;
  role: Role;
  language: Language;
}

/** A person with password hash and stores, as sign-in needs it. */
export interface AccountRow extends PersonRow {
  passwordHash: string;
  stores: string[];
}

/** A session with the person it belongs to. */
export interface SessionRow extends PersonRow {
  sessionId: string;
  createdAt: Date;
  lastSeenAt: Date;
  stores: string[];
}

const STORES = 'ARRAY(SELECT ps.store_id FROM person_store ps WHERE ps.person_id = p.id ORDER BY ps.store_id) AS stores';

/** The account of a person id, or undefined. */
export async function findAccount(ctx: WorkContext, personId: string): Promise<AccountRow | undefined> {
  const rows: AccountRow[] = await ctx.tx.query(
    `SELECT p.id, p.name, p.role, p.language, p.password_hash AS "passwordHash", ${STORES} FROM person p WHERE p.id = $1`,
    [personId],
  );
  return rows[0];
}

/** The session with this token hash, valid or not. */
export async function findSession(ctx: WorkContext, tokenHash: string): Promise<SessionRow | undefined> {
  const rows: SessionRow[] = await ctx.tx.query(
    `SELECT s.id AS "sessionId", s.created_at AS "createdAt", s.last_seen_at AS "lastSeenAt", p.id, p.name, p.role, p.language, ${STORES}
       FROM session s JOIN person p ON p.id = s.person_id WHERE s.token_hash = $1`,
    [tokenHash],
  );
  return rows[0];
}

/** Stores a new session. */
export async function insertSession(
  ctx: WorkContext,
  session: { id: string; tokenHash: string; personId: string; at: Date },
): Promise<void> {
  await ctx.tx.query('INSERT INTO session (id, token_hash, person_id, created_at, last_seen_at) VALUES ($1, $2, $3, $4, $4)', [
    session.id,
    session.tokenHash,
    session.personId,
    session.at,
  ]);
}

/** Writes down that a session was used. */
export async function touchSession(ctx: WorkContext, sessionId: string, at: Date): Promise<void> {
  await ctx.tx.query('UPDATE session SET last_seen_at = $2 WHERE id = $1', [sessionId, at]);
}

/** Ends a session. */
export async function deleteSession(ctx: WorkContext, sessionId: string): Promise<void> {
  await ctx.tx.query('DELETE FROM session WHERE id = $1', [sessionId]);
}

/** Removes sessions begun or last used before these instants. */
export async function deleteSessionsBefore(ctx: WorkContext, created: Date, seen: Date): Promise<void> {
  await ctx.tx.query('DELETE FROM session WHERE created_at < $1 OR last_seen_at < $2', [created, seen]);
}

/** The people among these ids whom the actor sees, with those of their stores that the actor sees. */
export async function findPeople(ctx: WorkContext, ids: readonly string[]): Promise<PersonRow[]> {
  return await ctx.tx.query('SELECT id, name, role, language FROM person WHERE id = ANY($1)', [ids]);
}

/** Store ids of people, as far as the actor sees the stores. */
export async function storesOfPeople(ctx: WorkContext, ids: readonly string[]): Promise<Map<string, string[]>> {
  const rows: { personId: string; stores: string[] }[] = await ctx.tx.query(
    'SELECT person_id AS "personId", array_agg(store_id ORDER BY store_id) AS stores FROM person_store WHERE person_id = ANY($1) GROUP BY person_id',
    [ids],
  );
  return new Map(rows.map((row) => [row.personId, row.stores]));
}

/** Changes a person's language. */
export async function updateLanguage(ctx: WorkContext, personId: string, language: Language): Promise<void> {
  await ctx.tx.query('UPDATE person SET language = $2, updated_at = $3 WHERE id = $1', [personId, language, ctx.now()]);
}

/** A person as an actor: HQ and auditors see all stores, everybody else their own. */
export function actorOfPerson(person: PersonRow & { stores: readonly string[] }): PersonActor {
  const all = person.role === 'hq' || person.role === 'auditor';
  const actor: Extract<Actor, { kind: 'person' }> = {
    kind: 'person',
    id: person.id,
    name: person.name,
    role: person.role,
    language: person.language,
    stores: all ? '*' : person.stores,
  };
  return actor;
}

/** The GraphQL shape of an actor; its stores are resolved on demand. */
export function personOfActor(actor: PersonActor): PersonType {
  return { id: actor.id, name: actor.name, role: actor.role, language: actor.language };
}
