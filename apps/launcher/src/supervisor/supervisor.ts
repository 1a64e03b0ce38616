import { mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Part, type PartEvent, type PartSpec, type PartSurroundings } from './part.js';
import { reapPidFile } from './pid-file.js';

/** Where a supervisor keeps pidfiles and logs, and who hears about its parts. */
export interface SupervisorOptions {
  runDir: string;
  logDir: string;
  onEvent?: (event: PartEvent) => void;
}

/** Runs the processes of one system: each restarted when it crashes, all stopped in the reverse order of their stages. */
export class Supervisor {
  readonly #around: PartSurroundings;
  readonly #stages: { stage: number; part: Part }[] = [];
  /** When the launcher ends by a fault of its own, the parts end with it instead of becoming orphans. */
  readonly #endWithUs = () => this.killAll();
  #stopping = false;

  constructor(options: SupervisorOptions) {
    this.#around = { runDir: options.runDir, logDir: options.logDir, onEvent: options.onEvent ?? (() => undefined) };
    mkdirSync(options.runDir, { recursive: true, mode: 0o755 });
    mkdirSync(options.logDir, { recursive: true, mode: 0o755 });
    process.once('exit', this.#endWithUs);
  }

  /**
   * Ends what an earlier launcher left running in this run folder, by pidfile; returns the names. Nothing else is touched: a reused process
   * number is recognised by its start time.
   */
  async reapOrphans(): Promise<string[]> {
    const files = (await readdir(this.#around.runDir)).filter((file) => file.endsWith('.pid'));
    const ended = await Promise.all(
      files.map(async (file) => {
        const name = file.slice(0, -'.pid'.length);
        // SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for sessions that nobody will end.
        const signal = name === 'postgres' ? 'SIGINT' : 'SIGTERM';
        return (await reapPidFile(join(this.#around.runDir, file), { signal, graceMs: 3_000 })) === undefined ? undefined : name;
      }),
    );
    return ended.filter((name) => name !== undefined);
  }

  /** Starts a part and waits until it is ready. Parts of a higher stage are stopped first. One that did not get ready is stopped and forgotten: another may be started under its name. */
  async start(stage: number, spec: PartSpec): Promise<Part> {
    if (this.#stopping) throw new Error(`${spec.name} was not started: the system is stopping`);
    const part = new Part(spec, this.#around);
    const place = { stage, part };
    this.#stages.push(place);
    try {
      await part.start();
    } catch (error) {
      this.#stages.splice(this.#stages.indexOf(place), 1);
      throw error;
    }
    return part;
  }

  /** The part of this name, `undefined` when none was started here. */
  partOf(name: string): Part | undefined {
    return this.#stages.find(({ part }) => part.spec.name === name)?.part;
  }

  /** Names and process numbers of all parts. */
  parts(): { name: string; pid: number | undefined }[] {
    return this.#stages.map(({ part }) => ({ name: part.spec.name, pid: part.pid }));
  }

  /** Stops everything, highest stage first. Every part is gone afterwards, killed when it ignored its grace. */
  async stopAll(): Promise<void> {
    this.#stopping = true;
    const stages = [...new Set(this.#stages.map(({ stage }) => stage))].sort((a, b) => b - a);
    const failures: unknown[] = [];
    for (const stage of stages) {
      const results = await Promise.allSettled(this.#stages.filter((s) => s.stage === stage).map(({ part }) => part.stop()));
      for (const result of results) if (result.status === 'rejected') failures.push(result.reason);
    }
    process.off('exit', this.#endWithUs);
    if (failures.length > 0) throw new AggregateError(failures, 'some parts did not stop');
  }

  /** SIGKILL to everything, without waiting: the second Ctrl-C. */
  killAll(): void {
    this.#stopping = true;
    for (const { part } of this.#stages) part.abandon();
  }
}
