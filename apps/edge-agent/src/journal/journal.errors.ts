/** The store could not record anything (disk full, read-only, I/O error). Nothing was written; the caller must refuse the work it belongs to. */
export class JournalUnavailableError extends Error {
  override name = 'JournalUnavailableError';
}

/** What is on disk contradicts itself: the hash chain or the numbering is broken. The agent must not append to it. */
export class JournalCorruptError extends Error {
  override name = 'JournalCorruptError';
}
