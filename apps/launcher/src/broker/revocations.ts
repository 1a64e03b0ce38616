import { readFileSync, statSync } from 'node:fs';
import { revokedCertificates } from '@tillward/contracts';
import type { Logger } from 'pino';

/**
 * The serial numbers core says are revoked, read again whenever its file changes. While the file can't be read the last known list stays in force;
 * before core has ever written it, nothing was revoked.
 */
export class Revocations {
  #serials: ReadonlySet<string> = new Set();
  #seen = '';
  #problem = '';

  constructor(
    private readonly file: string | undefined,
    private readonly logger: Logger,
  ) {}

  /** Who is revoked, as of the last {@link refresh}. */
  get serials(): ReadonlySet<string> {
    return this.#serials;
  }

  /** Looks at the file; true when the list is another one. */
  refresh(): boolean {
    if (this.file === undefined) return false;
    try {
      const { mtimeMs, ino, size } = statSync(this.file);
      const mark = `${mtimeMs} ${ino} ${size}`;
      if (mark === this.#seen) return false;
      const { version, revoked } = revokedCertificates.parse(JSON.parse(readFileSync(this.file, 'utf8')));
      this.#serials = new Set(revoked);
      this.#seen = mark;
      this.#problem = '';
      this.logger.info({ version, revoked: revoked.length }, 'list of revoked certificates read');
      return true;
    } catch (error) {
      const problem = (error as NodeJS.ErrnoException).code ?? 'not a list';
      if (problem !== this.#problem && problem !== 'ENOENT') {
        this.logger.error({ problem }, 'the list of revoked certificates can’t be read, the last one stays in force');
      }
      this.#problem = problem;
      return false;
    }
  }
}
