/** What kind of trouble the disk is in: no room, an I/O error, not writable, or in another process's hands. */
export type DiskTrouble = 'full' | 'ioError' | 'readOnly' | 'locked';

/** The store could not record anything (disk full, read-only, I/O error). Nothing was written; the caller must refuse the work it belongs to. */
export class JournalUnavailableError extends Error {
  override name = 'JournalUnavailableError';
  readonly trouble: DiskTrouble;

  constructor(message: string, trouble: DiskTrouble = 'locked', options?: ErrorOptions) {
    super(message, options);
    this.trouble = trouble;
  }
}

/** The disk is short of room and this would have begun new work; running work may still be recorded. */
export class NewWorkRefusedError extends JournalUnavailableError {
  override name = 'NewWorkRefusedError';
}

/** What is on disk contradicts itself: the hash chain or the numbering is broken. The agent must not append to it. */
export class JournalCorruptError extends Error {
  override name = 'JournalCorruptError';
}

/** The database file is damaged: SQLite can't read it. What it held is lost to the agent and kept for people to look at. */
export class JournalDamagedError extends JournalCorruptError {
  override name = 'JournalDamagedError';
}
