import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { TerminalProbe } from './power-switch.js';

/** Where a terminal answers, and how long its going and coming may take. */
export interface TcpProbeOptions {
  readonly host: string;
  readonly port: number;
  /** How long it may go on answering after its power is gone, default 10 s: capacitors, and the switch's own delay. */
  readonly goneWithinMs?: number;
  /** How long it may take to boot, default 120 s. */
  readonly backWithinMs?: number;
  /** Limit on one attempt to connect, default 1 s. */
  readonly timeoutMs?: number;
  /** Pause between two attempts, default 250 ms. */
  readonly pollMs?: number;
}

/** A terminal is gone only after this many refused attempts in a row: one may be lost on a bad network. */
const MISSES = 2;

/**
 * Looks whether a terminal accepts TCP connections, closing each at once. Close the driver's own link before: many terminals have room for one
 * client only.
 */
export function tcpProbe(options: TcpProbeOptions): TerminalProbe {
  const { host, port, goneWithinMs = 10_000, backWithinMs = 120_000, timeoutMs = 1_000, pollMs = 250 } = options;
  const until = async (wanted: boolean, looks: number, withinMs: number): Promise<boolean> => {
    const end = performance.now() + withinMs;
    let agreeing = 0;
    for (;;) {
      agreeing = (await accepts(host, port, timeoutMs)) === wanted ? agreeing + 1 : 0;
      if (agreeing >= looks) return true;
      if (performance.now() >= end) return false;
      await pause(pollMs);
    }
  };
  return {
    terminalGone: () => until(false, MISSES, goneWithinMs),
    terminalBack: () => until(true, 1, backWithinMs),
  };
}

function accepts(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (accepted: boolean) => {
      clearTimeout(limit);
      socket.destroy();
      resolve(accepted);
    };
    const limit = setTimeout(() => end(false), timeoutMs);
    socket.once('connect', () => end(true));
    socket.on('error', () => end(false));
  });
}
