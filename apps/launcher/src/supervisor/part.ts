import { type ChildProcess, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LogFile } from './log-file.js';
import { endProcess, writePidFile } from './pid-file.js';
import type { ProcessIdentity } from './process-identity.js';
import { afterExit, NEVER_RESTARTED, type RestartHistory } from './restart.rules.js';

/** One process of the system. */
export interface PartSpec {
  /** Unique; names the log and the pidfile, so letters, digits and hyphens only. */
  name: string;
  command: string;
  args: readonly string[];
  cwd?: string;
  /** The whole environment: nothing is inherited but what stands here. */
  env: Readonly<Record<string, string>>;
  uid?: number;
  gid?: number;
  /** `line`: the part logs `"msg":"ready"`. A function: resolves when the part answers, rejects when it never will. */
  ready: 'line' | ((part: { exited: () => string | undefined }) => Promise<void>);
  readyTimeoutMs: number;
  stopSignal: NodeJS.Signals;
  /** Milliseconds from the stop signal to SIGKILL. */
  stopGraceMs: number;
}

/** What a supervisor tells the one who started it. Texts are sentences for a person. */
export type PartEvent =
  | { kind: 'started'; part: string; pid: number }
  | { kind: 'ready'; part: string; afterMs: number }
  | { kind: 'crashed'; part: string; how: string; restartInMs: number }
  /** It said that its settings are wrong: another start can't help. */
  | { kind: 'gaveUp'; part: string; how: string }
  | { kind: 'stopped'; part: string };

/** Folders and listener shared by all parts. */
export interface PartSurroundings {
  runDir: string;
  logDir: string;
  onEvent: (event: PartEvent) => void;
}

/** A part ended before it was ready. The message is its last words; `status` is its exit status, null when a signal ended it. */
export class PartEndedEarly extends Error {
  override name = 'PartEndedEarly';

  constructor(
    message: string,
    readonly status: number | null,
  ) {
    super(message);
  }
}

/** The newest log bytes kept to explain a failed start. */
const TAIL_BYTES = 4_000;
const READY_MARK = '"msg":"ready"';
/** Exit status of a wrong or missing setting: starting again can't help. */
const EXIT_CONFIG = 78;

/** A supervised process: started, restarted when it crashes, stopped. */
export class Part {
  readonly spec: PartSpec;
  readonly #around: PartSurroundings;
  readonly #log: LogFile;
  readonly pidFile: string;
  #child: ChildProcess | undefined;
  #identity: ProcessIdentity | undefined;
  #wanted = false;
  #lives = 0;
  #history: RestartHistory = NEVER_RESTARTED;
  #tail = '';
  #readySeen = false;
  #restart: NodeJS.Timeout | undefined;
  #launching: Promise<void> = Promise.resolve();

  constructor(spec: PartSpec, around: PartSurroundings) {
    this.spec = spec;
    this.#around = around;
    this.#log = new LogFile(join(around.logDir, `${spec.name}.log`));
    this.pidFile = join(around.runDir, `${spec.name}.pid`);
  }

  /** Process number of the current life. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** How often the process was started. */
  get lives(): number {
    return this.#lives;
  }

  /** Starts and waits until ready. Rejects with the end of the log when the first start fails; later crashes are restarted. */
  async start(): Promise<void> {
    this.#wanted = true;
    const startedAt = performance.now();
    try {
      this.#launching = this.#launch();
      await this.#launching;
      await this.#untilReady();
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#around.onEvent({ kind: 'ready', part: this.spec.name, afterMs: performance.now() - startedAt });
  }

  /** Stops for good; SIGKILL after the grace. Safe to call twice. */
  async stop(): Promise<void> {
    this.#wanted = false;
    clearTimeout(this.#restart);
    // A life that is just beginning must be known before it can be ended. A failed launch has nothing to end.
    await Promise.allSettled([this.#launching]);
    const identity = this.#identity;
    if (identity !== undefined) await endProcess(identity, { signal: this.spec.stopSignal, graceMs: this.spec.stopGraceMs });
    this.#identity = undefined;
    await rm(this.pidFile, { force: true });
    this.#around.onEvent({ kind: 'stopped', part: this.spec.name });
  }

  /** Kills this life with SIGKILL, as a power cut would. The supervisor starts the next one. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  /** Kills for good and at once, without waiting for the end. */
  abandon(): void {
    this.#wanted = false;
    clearTimeout(this.#restart);
    this.kill();
  }

  /** Resolves when the current life has said that it is ready. */
  async untilReady(timeoutMs = this.spec.readyTimeoutMs): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!this.#readySeen) {
      if (performance.now() > deadline) throw new Error(`${this.spec.name} was not ready within ${timeoutMs} ms`);
      await sleep(20);
    }
  }

  async #launch(): Promise<void> {
    const { command, args, env, cwd, uid, gid } = this.spec;
    this.#readySeen = false;
    this.#tail = '';
    this.#lives += 1;
    // A session of its own: a Ctrl-C at the terminal reaches only the launcher, which then stops the parts in order.
    const child = spawn(command, [...args], {
      env: { ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    });
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => this.#hear(chunk));
    child.stderr.on('data', (chunk: Buffer) => this.#hear(chunk));
    const launchedAt = performance.now();
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => reject(new Error(`${this.spec.name} can't be started: ${error.message}`, { cause: error })));
    });
    child.once('exit', (code, signalName) => this.#ended(child, signalName ?? `exit code ${code}`, code, performance.now() - launchedAt));
    this.#identity = await writePidFile(this.pidFile, child.pid!);
    this.#around.onEvent({ kind: 'started', part: this.spec.name, pid: child.pid! });
  }

  #hear(chunk: Buffer): void {
    this.#log.write(chunk);
    this.#tail = (this.#tail + chunk.toString('utf8')).slice(-TAIL_BYTES);
    if (!this.#readySeen && this.spec.ready === 'line' && this.#tail.includes(READY_MARK)) this.#readySeen = true;
  }

  async #untilReady(): Promise<void> {
    const { ready, name, readyTimeoutMs } = this.spec;
    const exited = () => this.#exitSentence();
    const deadline = performance.now() + readyTimeoutMs;
    if (typeof ready === 'function') {
      await ready({ exited });
      this.#readySeen = true;
      return;
    }
    while (!this.#readySeen) {
      const gone = exited();
      if (gone !== undefined) throw new PartEndedEarly(gone, this.#child?.exitCode ?? null);
      if (!this.#wanted) throw new Error(`${name} was stopped before it was ready`);
      if (performance.now() > deadline) throw new Error(`${name} was not ready within ${readyTimeoutMs / 1000} s:\n${this.#tail.trim()}`);
      await sleep(10);
    }
  }

  #exitSentence(): string | undefined {
    const child = this.#child;
    if (child === undefined || (child.exitCode === null && child.signalCode === null)) return undefined;
    return `${this.spec.name} ended (${child.signalCode ?? `exit code ${child.exitCode}`}) before it was ready:\n${this.#tail.trim()}`;
  }

  #ended(child: ChildProcess, how: string, code: number | null, livedMs: number): void {
    if (child !== this.#child || !this.#wanted) return;
    // A part that never became ready in its first life has a fault that the person starting it must see, not a crash to recover from.
    if (this.#lives === 1 && !this.#readySeen) return;
    if (code === EXIT_CONFIG) {
      this.#around.onEvent({ kind: 'gaveUp', part: this.spec.name, how });
      return;
    }
    this.#history = afterExit(this.#history, livedMs);
    this.#around.onEvent({ kind: 'crashed', part: this.spec.name, how, restartInMs: this.#history.delayMs });
    this.#scheduleAgain();
  }

  #scheduleAgain(): void {
    this.#restart = setTimeout(() => void this.#startAgain(), this.#history.delayMs);
  }

  async #startAgain(): Promise<void> {
    const startedAt = performance.now();
    try {
      this.#launching = this.#launch();
      await this.#launching;
      await this.#untilReady();
      this.#around.onEvent({ kind: 'ready', part: this.spec.name, afterMs: performance.now() - startedAt });
    } catch (error) {
      // Its own exit, if that was the reason, has scheduled the next attempt; a slow one may still get ready.
      this.#log.write(Buffer.from(`${JSON.stringify({ level: 40, part: 'supervisor', msg: (error as Error).message })}\n`));
      if (this.#wanted && this.#child?.pid === undefined) this.#scheduleAgain();
    }
  }
}
