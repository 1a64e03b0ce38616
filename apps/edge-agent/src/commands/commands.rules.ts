import type { CommandBody } from '@tillward/contracts';

/** Where a command stands in the inbox. `received` means written there; all but the first two are final. */
export type CommandState = 'received' | 'started' | 'succeeded' | 'failed' | 'rejected' | 'expired';

/** Whether nothing more is to be done about a command. */
export function isAnswered(state: CommandState): boolean {
  return state !== 'received' && state !== 'started';
}

/** What is known when a command whose signature is core's arrives. */
export interface CommandSituation {
  command: Pick<CommandBody, 'store' | 'gateway' | 'terminal' | 'expiresAt' | 'notBefore'>;
  identity: { store: string; gateway: string };
  now: number;
  terminalKnown: boolean;
  /** State of the same command id in the inbox; null when it is new. */
  known: CommandState | null;
  /** The nonce was used by another command. */
  nonceUsed: boolean;
}

/** What to do with an arriving command. */
export type CommandDecision = { kind: 'accept' } | { kind: 'repeat' } | { kind: 'expired' } | { kind: 'reject'; reason: string };

/**
 * Judges an arriving command (P5: signature was checked before; here target, expiry and freshness). The same id again has no second effect: its answer is
 * in the journal already.
 */
export function judgeCommand(situation: CommandSituation): CommandDecision {
  const { command, identity } = situation;
  if (situation.known !== null) return { kind: 'repeat' };
  if (command.store !== identity.store || command.gateway !== identity.gateway)
    return { kind: 'reject', reason: 'it is for another gateway' };
  if (situation.nonceUsed) return { kind: 'reject', reason: 'its nonce was used before' };
  if (!situation.terminalKnown) return { kind: 'reject', reason: 'there is no such terminal in this store' };
  if (Date.parse(command.expiresAt) <= Date.parse(command.notBefore)) return { kind: 'reject', reason: 'it expires before it may start' };
  return Date.parse(command.expiresAt) <= situation.now ? { kind: 'expired' } : { kind: 'accept' };
}

/** What to do with an unfinished command found at start: one that had begun goes on whatever the time, one that had not may have expired. */
export function afterRestart(state: 'received' | 'started', expiresAtMs: number, now: number): 'continue' | 'start' | 'expire' {
  if (state === 'started') return 'continue';
  return expiresAtMs <= now ? 'expire' : 'start';
}
