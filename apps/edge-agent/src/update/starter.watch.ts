import type { AgentEnd, AgentProcess } from './starter.agent-process.js';
import { readAgentMessage } from './update.protocol.js';
import { type StarterLimits, watchMove } from './update.rules.js';

/** What the watch tells while an agent runs. */
export interface WatchEvents {
  /** At every report. `problems` is empty when it is healthy. */
  reported(problems: readonly string[]): void;
  /** It has been healthy long enough. False: that could not be recorded; it is called again at the next look. */
  confirm(): boolean;
  /** At every look, about once a second. */
  looked(): void;
  /** It would not stop for an update now. */
  busy(reasons: readonly string[]): void;
}

/** How a watched run ended: by itself, by us because it hung, because its trial is over, or because we were told to stop. */
export interface WatchEnd {
  why: 'ended' | 'hung' | 'gaveUp' | 'toldToStop';
  end: AgentEnd;
  /** It was healthy at least once. */
  everHealthy: boolean;
  /** Whether it was connected to the broker at its last report. */
  connected: boolean;
}

/** A look that comes late counts as no more than this many looks: time the whole machine slept is nobody's fault. */
const MOST_LOOKS_AT_ONCE = 5;

/** Watches one run of an agent to its end. */
export class AgentWatch {
  readonly #agent: AgentProcess;
  readonly #limits: StarterLimits;
  readonly #events: WatchEvents;
  /** Null: not on trial. `mustConnect`: healthy includes being connected to the broker. */
  #trial: { mustConnect: boolean } | null;
  #watchedMs = 0;
  #silentMs = 0;
  #healthyMs: number | null = null;
  #everHealthy = false;
  #connected = false;
  #lastLook = performance.now();
  #why: WatchEnd['why'] = 'ended';
  #stopping = false;

  constructor(agent: AgentProcess, trial: { mustConnect: boolean } | null, limits: StarterLimits, events: WatchEvents) {
    this.#agent = agent;
    this.#trial = trial;
    this.#limits = limits;
    this.#events = events;
    agent.onMessage((message) => this.#receive(message));
  }

  /** Resolves when the agent has ended. An abort of `signal` stops it. */
  async run(signal: AbortSignal): Promise<WatchEnd> {
    const looking = setInterval(() => this.#look(), this.#limits.tickMs);
    const stop = () => this.#stop('toldToStop');
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const end = await this.#agent.ended;
    clearInterval(looking);
    signal.removeEventListener('abort', stop);
    return { why: this.#why, end, everHealthy: this.#everHealthy, connected: this.#connected };
  }

  #receive(value: unknown): void {
    const message = readAgentMessage(value);
    if (!message) return;
    if (message.kind === 'busy') return this.#events.busy(message.reasons);
    this.#silentMs = 0;
    this.#connected = message.connected;
    const missing = this.#trial?.mustConnect && !message.connected ? ['broker: not connected, the release before was'] : [];
    const problems = [...message.problems, ...missing];
    if (problems.length > 0) this.#healthyMs = null;
    else {
      this.#healthyMs ??= 0;
      this.#everHealthy = true;
    }
    this.#events.reported(problems);
  }

  #look(): void {
    const now = performance.now();
    const passed = Math.min(now - this.#lastLook, MOST_LOOKS_AT_ONCE * this.#limits.tickMs);
    this.#lastLook = now;
    if (this.#stopping) return;
    this.#watchedMs += passed;
    this.#silentMs += passed;
    if (this.#healthyMs !== null) this.#healthyMs += passed;
    const facts = {
      onTrial: this.#trial !== null,
      watchedMs: this.#watchedMs,
      silentMs: this.#silentMs,
      healthyMs: this.#healthyMs,
    };
    const move = watchMove(facts, this.#limits);
    if (move === 'confirm' && this.#events.confirm()) this.#trial = null;
    if (move === 'giveUp') this.#stop('gaveUp');
    // It does not answer: asking it to stop would be no use.
    if (move === 'kill') this.#end('hung');
    this.#events.looked();
  }

  #stop(why: WatchEnd['why']): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#why = why;
    this.#agent.terminate();
    const limit = setTimeout(() => this.#agent.kill(), this.#limits.stopMs);
    void this.#agent.ended.then(() => clearTimeout(limit));
  }

  #end(why: WatchEnd['why']): void {
    this.#stopping = true;
    this.#why = why;
    this.#agent.kill();
  }
}
