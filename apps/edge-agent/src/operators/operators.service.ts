import type { TillRefusalCode } from '@tillward/contracts';
import type { Clock } from '../clock.js';
import type { Journal, JournalTransaction } from '../journal/index.js';
import type { PolicyService } from '../policy/index.js';

/** An operator at work at a terminal. Not the terminal's own sign-on with the acquirer. */
export interface OperatorSession {
  terminal: string;
  operatorId: string;
  certificateId: string;
  certifiedUntil: string;
}

/** Who ended a session. */
export type SignedOffBy = 'till' | 'closing' | 'handover';

interface OperatorsContext {
  clock: Clock;
}

/**
 * Operator sign-on (DOMAIN.md section 4): only people the policy names and whose training certificate is valid now. Sessions survive restarts; every
 * sign-on, refusal and sign-off is journaled.
 */
export class OperatorService {
  readonly #context: OperatorsContext;
  readonly #journal: Journal;
  readonly #policy: PolicyService;
  readonly #sessions = new Map<string, OperatorSession>();

  constructor(context: OperatorsContext, journal: Journal, policy: PolicyService) {
    this.#context = context;
    this.#journal = journal;
    this.#policy = policy;
    for (const row of journal.store.prepare('SELECT * FROM operator_sessions').all()) {
      this.#sessions.set(String(row['terminal']), {
        terminal: String(row['terminal']),
        operatorId: String(row['operator_id']),
        certificateId: String(row['certificate_id']),
        certifiedUntil: String(row['certified_until']),
      });
    }
  }

  /** Who works at a terminal. */
  at(terminal: string): OperatorSession | undefined {
    return this.#sessions.get(terminal);
  }

  /** Until when an operator is certified by the policy in force (epoch ms); null when not, or not any more. */
  certifiedUntilMs(operatorId: string): number | null {
    const until = this.#policy.current?.operators.get(operatorId)?.certifiedUntil;
    return until ? Date.parse(until) : null;
  }

  /** Signs an operator on; whoever was there is handed over. A refusal is journaled too: somebody tried. */
  signOn(terminal: string, operatorId: string): { ok: true; session: OperatorSession } | { ok: false; code: TillRefusalCode } {
    const policy = this.#policy.current;
    if (!policy?.terminals.has(terminal)) return { ok: false, code: 'unknownTerminal' };
    const grant = policy.operators.get(operatorId);
    if (!grant) return this.#refuse(terminal, operatorId, 'unknownOperator');
    const { certificateId, certifiedUntil } = grant;
    if (!certificateId || !certifiedUntil || Date.parse(certifiedUntil) <= this.#context.clock.now()) {
      return this.#refuse(terminal, operatorId, 'operatorNotCertified');
    }
    const session: OperatorSession = { terminal, operatorId, certificateId, certifiedUntil };
    const before = this.#sessions.get(terminal);
    if (before?.operatorId === operatorId && before.certificateId === certificateId) return { ok: true, session: before };
    this.#journal.commit((tx) => {
      if (before) this.#end(tx, before, 'handover');
      this.#journal.store
        .prepare('INSERT INTO operator_sessions (terminal, operator_id, certificate_id, certified_until) VALUES (?, ?, ?, ?)')
        .run(terminal, operatorId, certificateId, certifiedUntil);
      tx.append('OperatorSignedOn', terminal, { operatorId, certificateId });
    });
    this.#sessions.set(terminal, session);
    return { ok: true, session };
  }

  /** Ends the session at a terminal, if there is one. */
  signOff(terminal: string, by: SignedOffBy): void {
    const session = this.#sessions.get(terminal);
    if (!session) return;
    this.#journal.commit((tx) => this.#end(tx, session, by));
    this.#sessions.delete(terminal);
  }

  #end(tx: JournalTransaction, session: OperatorSession, by: SignedOffBy): void {
    this.#journal.store.prepare('DELETE FROM operator_sessions WHERE terminal = ?').run(session.terminal);
    tx.append('OperatorSignedOff', session.terminal, { operatorId: session.operatorId, by });
  }

  #refuse(terminal: string, operatorId: string, code: 'unknownOperator' | 'operatorNotCertified'): { ok: false; code: TillRefusalCode } {
    this.#journal.commit((tx) => tx.append('OperatorSignOnRefused', terminal, { operatorId: operatorId.slice(0, 48), code }));
    return { ok: false, code };
  }
}
