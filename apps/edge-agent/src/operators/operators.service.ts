import type { StatementSync } from 'node:sqlite';
import type { TillRefusalCode } from '@tillward/contracts';
import type { Clock } from '../clock.js';
import type { Journal, JournalTransaction } from '../journal/index.js';
import { NO_REJECTIONS, type RejectionCount, recordRejection } from '../link/index.js';
import type { PolicyService } from '../policy/index.js';
import { Passcodes, type PasscodesOptions } from './passcodes.service.js';

/** An operator at work at a terminal. Not the terminal's own sign-on with the acquirer. */
export interface OperatorSession {
  terminal: string;
  operatorId: string;
  certificateId: string;
  certifiedUntil: string;
  /** Signed on with the passcode this person has now: it is known who this is. */
  verified: boolean;
}

/** Who ended a session. */
export type SignedOffBy = 'till' | 'closing' | 'handover';

/** A session, or why there is none. */
export type SignOnAnswer = { ok: true; session: OperatorSession } | { ok: false; code: TillRefusalCode };

/** What speaks against somebody working a terminal: certificate data, or the refusal. */
type Admission = { ok: true; certificateId: string; certifiedUntil: string } | { ok: false; code: TillRefusalCode };

interface OperatorsContext {
  clock: Clock;
}

/**
 * Operator sign-on (DOMAIN.md section 4): only people the policy names and whose training certificate is valid now. Sessions survive restarts; every
 * sign-on, refusal and sign-off is journaled.
 */
export class OperatorService {
  /** How people prove who they are. */
  readonly passcodes: Passcodes;
  readonly #context: OperatorsContext;
  readonly #journal: Journal;
  readonly #policy: PolicyService;
  /** Who chose another passcode may be another person than who signed on with the one before. */
  readonly #doubt: StatementSync;
  readonly #sessions = new Map<string, OperatorSession>();
  #refusals: RejectionCount = NO_REJECTIONS;

  constructor(context: OperatorsContext, journal: Journal, policy: PolicyService, options: PasscodesOptions = {}) {
    this.#context = context;
    this.#journal = journal;
    this.#policy = policy;
    const within = (_tx: JournalTransaction, operatorId: string) => this.#doubt.run(operatorId);
    const after = (operatorId: string) => {
      for (const session of this.#sessions.values()) if (session.operatorId === operatorId) session.verified = false;
    };
    this.passcodes = new Passcodes(context, journal, { within, after }, options);
    this.#doubt = journal.store.prepare('UPDATE operator_sessions SET verified = 0 WHERE operator_id = ?');
    for (const row of journal.store.prepare('SELECT * FROM operator_sessions').all()) {
      this.#sessions.set(String(row['terminal']), {
        terminal: String(row['terminal']),
        operatorId: String(row['operator_id']),
        certificateId: String(row['certificate_id']),
        certifiedUntil: String(row['certified_until']),
        verified: row['verified'] === 1,
      });
    }
  }

  /** Who works at a terminal. */
  at(terminal: string): OperatorSession | undefined {
    return this.#sessions.get(terminal);
  }

  /** What people call an operator; the id of one the policy no longer names. */
  nameOf(operatorId: string): string {
    return this.#policy.current?.operators.get(operatorId)?.name ?? operatorId;
  }

  /** Whether the policy in force lets this person decide for the store. */
  isManager(operatorId: string): boolean {
    return this.#policy.current?.operators.get(operatorId)?.role === 'manager';
  }

  /** Until when an operator is certified by the policy in force (epoch ms); null when not, or not any more. */
  certifiedUntilMs(operatorId: string): number | null {
    const until = this.#policy.current?.operators.get(operatorId)?.certifiedUntil;
    return until ? Date.parse(until) : null;
  }

  /** Signs an operator on who proved, or by a passcode that was never chosen need not prove, who they are. */
  async identifyAndSignOn(terminal: string, operatorId: string, passcode: string | undefined, place: string): Promise<SignOnAnswer> {
    const admission = this.#admit(operatorId);
    if (!this.#policy.current?.terminals.has(terminal)) return { ok: false, code: 'unknownTerminal' };
    if (!admission.ok) return this.refuse(terminal, operatorId, admission.code);
    const identity = await this.passcodes.identify(operatorId, passcode, place);
    return identity.ok ? this.signOn(terminal, operatorId, identity.verified) : this.refuse(terminal, operatorId, identity.code);
  }

  /** Signs an operator on; whoever was there is signed off. A refusal is journaled too: somebody tried. `verified`: the caller has checked a passcode. */
  signOn(terminal: string, operatorId: string, verified = false): SignOnAnswer {
    if (!this.#policy.current?.terminals.has(terminal)) return { ok: false, code: 'unknownTerminal' };
    const admission = this.#admit(operatorId);
    if (!admission.ok) return this.refuse(terminal, operatorId, admission.code);
    const { certificateId, certifiedUntil } = admission;
    const session: OperatorSession = { terminal, operatorId, certificateId, certifiedUntil, verified };
    const before = this.#sessions.get(terminal);
    if (before && sameSession(before, session)) return { ok: true, session: before };
    this.#journal.commit((tx) => this.#change(tx, before, session));
    this.#sessions.set(terminal, session);
    return { ok: true, session };
  }

  /** Why somebody can't work a terminal now, or null. Nothing is recorded. */
  refusalFor(operatorId: string): TillRefusalCode | null {
    const admission = this.#admit(operatorId);
    return admission.ok ? null : admission.code;
  }

  /** Records that somebody was refused; whoever tries without end does not fill the journal. */
  refuse(terminal: string, operatorId: string, code: TillRefusalCode): { ok: false; code: TillRefusalCode } {
    const { record, count } = recordRejection(this.#refusals, this.#context.clock.now());
    this.#refusals = count;
    if (record) this.#journal.commit((tx) => tx.append('OperatorSignOnRefused', terminal, { operatorId: operatorId.slice(0, 48), code }));
    return { ok: false, code };
  }

  /**
   * Changes who works at a terminal together with the entry that says why; `incoming` null: nobody follows. The caller has asked {@link refusalFor}. Throws
   * JournalUnavailableError when nothing was written.
   */
  handOver<T>(terminal: string, incoming: { operatorId: string; verified: boolean } | null, record: (tx: JournalTransaction) => T): T {
    const before = this.#sessions.get(terminal);
    const admission = incoming && this.#admit(incoming.operatorId);
    const session = incoming && admission?.ok ? { terminal, ...admission, ...incoming } : null;
    if (incoming && !session) throw new Error(`${incoming.operatorId} was not admitted`);
    const result = this.#journal.commit((tx) => {
      const written = record(tx);
      this.#change(tx, before, session);
      return written;
    });
    if (session) this.#sessions.set(terminal, sessionOf(session));
    else this.#sessions.delete(terminal);
    return result;
  }

  /** Ends the session at a terminal, if there is one. */
  signOff(terminal: string, by: SignedOffBy): void {
    const session = this.#sessions.get(terminal);
    if (!session) return;
    this.#journal.commit((tx) => this.#end(tx, session, by));
    this.#sessions.delete(terminal);
  }

  #admit(operatorId: string): Admission {
    const grant = this.#policy.current?.operators.get(operatorId);
    if (!grant) return { ok: false, code: 'unknownOperator' };
    const { certificateId, certifiedUntil } = grant;
    if (!certificateId || !certifiedUntil || Date.parse(certifiedUntil) <= this.#context.clock.now()) {
      return { ok: false, code: 'operatorNotCertified' };
    }
    return { ok: true, certificateId, certifiedUntil };
  }

  #change(tx: JournalTransaction, before: OperatorSession | undefined, session: OperatorSession | null): void {
    if (before) this.#end(tx, before, 'handover');
    if (!session) return;
    const { terminal, operatorId, certificateId, certifiedUntil, verified } = session;
    this.#journal.store
      .prepare('INSERT INTO operator_sessions (terminal, operator_id, certificate_id, certified_until, verified) VALUES (?, ?, ?, ?, ?)')
      .run(terminal, operatorId, certificateId, certifiedUntil, verified ? 1 : 0);
    tx.append('OperatorSignedOn', terminal, { operatorId, certificateId, ...(verified ? { verified } : {}) });
  }

  #end(tx: JournalTransaction, session: OperatorSession, by: SignedOffBy): void {
    this.#journal.store.prepare('DELETE FROM operator_sessions WHERE terminal = ?').run(session.terminal);
    tx.append('OperatorSignedOff', session.terminal, { operatorId: session.operatorId, by });
  }
}

function sameSession(a: OperatorSession, b: OperatorSession): boolean {
  return a.operatorId === b.operatorId && a.certificateId === b.certificateId && (a.verified || !b.verified);
}

function sessionOf({ terminal, operatorId, certificateId, certifiedUntil, verified }: OperatorSession): OperatorSession {
  return { terminal, operatorId, certificateId, certifiedUntil, verified };
}
