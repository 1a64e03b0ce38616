import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { ChainFile } from '@tillward/contracts';
import { AuditLog } from '../audit/index.js';
import { systemActor, UnitOfWork, type WorkContext } from '../database/index.js';
import type { Language, PersonActor, Viewer } from '../graphql/index.js';
import { CLOCK, type Clock } from '../platform.js';
import { hashPassword, passwordMatches } from './identity.password.js';
import { SESSION_ABSOLUTE_MS, SESSION_IDLE_MS, sessionIsValid, sessionNeedsTouch } from './identity.rules.js';
import {
  actorOfPerson,
  deleteSession,
  deleteSessionsBefore,
  findAccount,
  findSession,
  insertSession,
  type SessionRow,
  touchSession,
  updateLanguage,
} from './identity.store.js';

const SYSTEM = systemActor('identity');

/** A session just opened: the token goes into the cookie and is nowhere else. */
export interface OpenedSession {
  token: string;
  actor: PersonActor;
}

/** People and their sessions. The only writer of person, person_store and session. */
@Injectable()
export class Identity {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Signs in. Undefined when person and password don't belong together; which of the two was wrong is not said, not even by the time it takes. */
  async open(personId: string, password: string): Promise<OpenedSession | undefined> {
    const account = await this.work.run(SYSTEM, (ctx) => findAccount(ctx, personId));
    const matches = await passwordMatches(account?.passwordHash, password);
    if (account === undefined || !matches) {
      await this.work.run(SYSTEM, (ctx) => this.#refused(ctx, account?.id ?? null));
      return undefined;
    }
    const token = randomBytes(32).toString('base64url');
    const sessionId = randomUUID();
    await this.work.run(SYSTEM, async (ctx) => {
      const now = ctx.now();
      await deleteSessionsBefore(ctx, new Date(now.getTime() - SESSION_ABSOLUTE_MS), new Date(now.getTime() - SESSION_IDLE_MS));
      await insertSession(ctx, { id: sessionId, tokenHash: tokenHash(token), personId: account.id, at: now });
      await this.audit.append(ctx, {
        action: 'session.opened',
        storeId: null,
        subject: `session:${sessionId}`,
        summary: `${account.name} signed in`,
        actor: { id: account.id, name: account.name, role: account.role },
      });
    });
    return { token, actor: actorOfPerson(account) };
  }

  /** Whose session a token belongs to; undefined for one that is unknown or over. */
  async viewer(token: string): Promise<Viewer | undefined> {
    const hash = tokenHash(token);
    const session = await this.#validSession(hash);
    if (session === undefined) return undefined;
    return {
      actor: actorOfPerson(session),
      sessionId: session.sessionId,
      again: async () => {
        const now = await this.#validSession(hash);
        return now === undefined ? undefined : actorOfPerson(now);
      },
    };
  }

  /** Signs out. */
  async close(viewer: Viewer): Promise<void> {
    await this.work.run(SYSTEM, async (ctx) => {
      await deleteSession(ctx, viewer.sessionId);
      const { id, name, role } = viewer.actor;
      const subject = `session:${viewer.sessionId}`;
      await this.audit.append(ctx, {
        action: 'session.closed',
        storeId: null,
        subject,
        summary: `${name} signed out`,
        actor: { id, name, role },
      });
    });
  }

  /** Changes the language core and dashboard speak to this person. */
  async setLanguage(actor: PersonActor, language: Language): Promise<PersonActor> {
    await this.work.run(SYSTEM, (ctx) => updateLanguage(ctx, actor.id, language));
    return { ...actor, language };
  }

  /**
   * Creates missing people and brings name, role and stores of the others up to date; passwords and languages only at creation. Returns the
   * ids created. `stores` of people no longer named are left alone.
   */
  async provision(ctx: WorkContext, people: ChainFile['people']): Promise<string[]> {
    const known: { id: string }[] = await ctx.tx.query('SELECT id FROM person');
    const ids = new Set(known.map((row) => row.id));
    const missing = people.filter((person) => !ids.has(person.id));
    // A hash is slow on purpose: all at once on libuv's threads, because the start waits for them, and none for people who have theirs.
    const hashes = await Promise.all(missing.map((person) => hashPassword(person.password)));
    for (const [i, person] of missing.entries()) {
      await ctx.tx.query(
        `INSERT INTO person (id, name, role, language, password_hash, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)
         ON CONFLICT (id) DO NOTHING`,
        [person.id, person.name, person.role, person.language, hashes[i], ctx.now()],
      );
    }
    for (const person of people) await this.#update(ctx, person);
    for (const { id } of missing) {
      await this.audit.append(ctx, {
        action: 'person.provisioned',
        storeId: null,
        subject: `person:${id}`,
        summary: `Account ${id} created`,
      });
    }
    return missing.map(({ id }) => id);
  }

  async #update(ctx: WorkContext, person: ChainFile['people'][number]): Promise<void> {
    await ctx.tx.query('UPDATE person SET name = $2, role = $3, updated_at = $4 WHERE id = $1 AND (name, role) IS DISTINCT FROM ($2, $3)', [
      person.id,
      person.name,
      person.role,
      ctx.now(),
    ]);
    await ctx.tx.query('DELETE FROM person_store WHERE person_id = $1 AND NOT store_id = ANY($2)', [person.id, person.stores]);
    await ctx.tx.query('INSERT INTO person_store (store_id, person_id) SELECT unnest($2::text[]), $1 ON CONFLICT DO NOTHING', [
      person.id,
      person.stores,
    ]);
  }

  async #validSession(hash: string): Promise<SessionRow | undefined> {
    return await this.work.run(SYSTEM, async (ctx) => {
      const session = await findSession(ctx, hash);
      if (session === undefined) return undefined;
      const times = { createdAtMs: session.createdAt.getTime(), lastSeenAtMs: session.lastSeenAt.getTime() };
      const nowMs = this.clock.now().getTime();
      if (!sessionIsValid(times, nowMs)) return undefined;
      if (sessionNeedsTouch(times, nowMs)) await touchSession(ctx, session.sessionId, new Date(nowMs));
      return session;
    });
  }

  async #refused(ctx: WorkContext, personId: string | null): Promise<void> {
    await this.audit.append(ctx, {
      action: 'session.refused',
      storeId: null,
      subject: personId === null ? 'person:unknown' : `person:${personId}`,
      summary: 'A sign-in was refused',
      actor: { id: personId, name: 'anonymous', role: 'none' },
    });
  }
}

function tokenHash(token: string): string {
  return createHash('sha256').update(token, 'latin1').digest('hex');
}
