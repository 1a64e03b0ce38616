import type { Clock } from '../clock.js';
import { JournalUnavailableError } from '../journal/index.js';
import { errorFields, type Log } from '../log.js';
import { type AgentMessage, REPORT_EVERY_MS, readStarterMessage, type StarterMessage } from './update.protocol.js';
import type { UpdateSubject } from './update.subject.js';

/** The IPC channel of a process; `process` is one when a starter made it. */
export interface StarterChannel {
  send?: ((message: AgentMessage, callback: (error: Error | null) => void) => boolean) | undefined;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

/**
 * Reports to the starter of this process every two seconds, journals its events, and calls `stop` when an update may take over or when the starter is gone
 * (another agent may then be started, and one store has one agent). Returns false, and does nothing, in a process without a starter.
 */
export function reportToStarter(
  { clock, log }: { clock: Clock; log: Log },
  subject: UpdateSubject,
  channel: StarterChannel,
  stop: (reason: string) => void,
): boolean {
  if (!channel.send) return false;
  const send = (message: AgentMessage) => {
    // A starter that is gone is noticed by its disconnection.
    channel.send?.(message, () => undefined);
  };
  let cancel: () => void = () => {};
  const report = () => {
    send({ kind: 'report', problems: subject.problems().map((problem) => problem.slice(0, 200)), connected: subject.connected });
    cancel = clock.after(REPORT_EVERY_MS, report);
  };
  const end = (reason: string) => {
    cancel();
    stop(reason);
  };
  channel.on('message', (value) => {
    const message = readStarterMessage(value);
    if (message) answer(message);
  });
  channel.on('disconnect', () => {
    log.error({}, 'the starter is gone');
    end('starterGone');
  });
  const answer = (message: StarterMessage) => {
    if (message.kind === 'events') return record(message);
    const reasons = subject.reasonsToGoOn(message.when);
    if (reasons.length > 0) return send({ kind: 'busy', reasons });
    log.info({}, 'stopping for an update');
    end('update');
  };
  const record = ({ source, events }: Extract<StarterMessage, { kind: 'events' }>) => {
    try {
      subject.record(source, events);
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error;
      log.error(errorFields(error), 'update events could not be journaled, the next start tries again');
    }
  };
  report();
  return true;
}
