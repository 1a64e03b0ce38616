import { spawn } from 'node:child_process';
import type { StarterMessage } from './update.protocol.js';

/** How an agent's process ended. */
export interface AgentEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A started agent. Its process ends by itself when its starter's does. */
export interface AgentProcess {
  pid: number | undefined;
  send(message: StarterMessage): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Asks it to stop. */
  terminate(): void;
  kill(): void;
  /** Resolves once, when the process has ended or could not be made. */
  ended: Promise<AgentEnd>;
}

/** What to start. */
export interface AgentCommand {
  node: string;
  entry: string;
  folder: string;
}

/** Starts an agent with an IPC channel; what it prints goes where the starter's output goes. */
export function startAgentProcess({ node, entry, folder }: AgentCommand, environment: NodeJS.ProcessEnv): AgentProcess {
  const child = spawn(node, [entry], { cwd: folder, env: environment, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  return {
    pid: child.pid,
    send(message) {
      // A child that is just ending can't be told anything more; its end is noticed by itself.
      if (child.connected) child.send(message, () => undefined);
    },
    onMessage: (listener) => void child.on('message', listener),
    terminate: () => void child.kill('SIGTERM'),
    kill: () => void child.kill('SIGKILL'),
    ended: new Promise((resolve) => {
      child.once('error', () => resolve({ code: null, signal: null }));
      child.once('exit', (code, signal) => resolve({ code, signal }));
    }),
  };
}
