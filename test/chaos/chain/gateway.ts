import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Part, PartSpec, Supervisor } from 'tillward';
import { copyData, type GatewayDisk, restoreData } from '../machine/gateway-disk.js';
import type { ProcessControl } from '../machine/preload.js';
import type { FaultProxy } from '../network/fault-proxy.js';
import type { ExamStore } from './chain.js';

/** What a gateway of the exam is made of. */
export interface GatewayParts {
  readonly store: ExamStore;
  readonly spec: PartSpec;
  readonly stage: number;
  readonly supervisor: Supervisor;
  readonly disk: GatewayDisk;
  readonly control: ProcessControl;
  readonly link: FaultProxy;
  readonly tillUrl: string;
  readonly folder: string;
  readonly say: (line: string) => void;
}

/** What a gateway says of itself without a password (GET /readyz of its till interface). */
export interface GatewayReadiness {
  readonly ready: boolean;
  readonly mqttConnected: boolean;
  readonly policyVersion: number | null;
  readonly journalHead: number;
  readonly ackedThrough: number;
}

const START_AGAIN_MS = 500;
const READY_WITHIN_MS = 2_000;

/** One store's gateway: the agent's process, its disk, its line to the broker, its clock. */
export class Gateway {
  readonly #parts: GatewayParts;
  #part: Part | undefined;
  /** False while a fault keeps it down on purpose. */
  #wanted = false;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  get store(): ExamStore {
    return this.#parts.store;
  }
  get disk(): GatewayDisk {
    return this.#parts.disk;
  }
  get control(): ProcessControl {
    return this.#parts.control;
  }
  get link(): FaultProxy {
    return this.#parts.link;
  }
  get tillUrl(): string {
    return this.#parts.tillUrl;
  }

  /** First start; rejects when it doesn't get ready. */
  async start(): Promise<void> {
    this.#wanted = true;
    this.#part = await this.#parts.supervisor.start(this.#parts.stage, this.#parts.spec);
  }

  /** SIGKILL; the supervisor starts it again. */
  kill(): void {
    this.#part?.kill();
  }

  /** SIGSTOP or SIGCONT. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    const pid = this.#part?.pid;
    if (pid !== undefined) sendSignal(pid, name);
  }

  /** SIGKILL, and nobody starts it again before {@link bringUp}. Resolves when the process is gone. */
  async takeDown(): Promise<void> {
    this.#wanted = false;
    const pid = this.#part?.pid;
    this.#part?.abandon();
    while (pid !== undefined && isThere(pid)) await sleep(10);
  }

  /** Starts it again, as often as it takes: a start may fail while its disk is full. Resolves when it is ready. */
  async bringUp(): Promise<void> {
    this.#wanted = true;
    for (let attempt = 1; this.#wanted; attempt++) {
      try {
        await this.#part!.start();
        return;
      } catch (error) {
        this.#parts.say(`${this.store.gateway} did not start (attempt ${attempt}): ${(error as Error).message.split('\n')[0]}`);
        await sleep(START_AGAIN_MS);
      }
    }
  }

  /** The power fails: the process is frozen in whatever it was doing, and nothing that it had not synced is there when the power is back. */
  async losePower(roll: (below: number) => number, darkMs: number): Promise<void> {
    this.signal('SIGSTOP');
    await this.disk.losePower();
    this.link.forgetConnections();
    await this.takeDown();
    await sleep(darkMs);
    await this.disk.comeBack(roll);
    this.link.resetForgotten();
    await this.bringUp();
  }

  /** Keeps a copy of its data, as an administrator's backup or a copied virtual disk would. The process is frozen meanwhile. */
  async keepCopy(): Promise<void> {
    this.signal('SIGSTOP');
    try {
      await copyData(this.disk.dataDir, this.#copy);
    } finally {
      this.signal('SIGCONT');
    }
  }

  /** Comes back with the data of the last copy. */
  async restoreCopy(): Promise<void> {
    await this.takeDown();
    await restoreData(this.#copy, this.disk.dataDir);
    await this.bringUp();
  }

  /** What it says of itself; undefined when it says nothing within two seconds. */
  async readiness(): Promise<GatewayReadiness | undefined> {
    try {
      const response = await fetch(`${this.tillUrl}/readyz`, { signal: AbortSignal.timeout(READY_WITHIN_MS) });
      return (await response.json()) as GatewayReadiness;
    } catch (error) {
      if (error instanceof TypeError || error instanceof SyntaxError || (error as Error).name === 'TimeoutError') return undefined;
      throw error;
    }
  }

  get #copy(): string {
    return join(this.#parts.folder, 'old-copy');
  }
}

/** Signals a process; one that has just ended needs none. */
export function sendSignal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
