/** What the budget needs to know of a built script. */
export interface BuiltScript {
  /** Gzipped size in bytes. */
  readonly bytes: number;
  /** Scripts it cannot run without, by file name. */
  readonly imports: readonly string[];
}

/** A page's limit in bytes of gzipped script. */
export interface Budget {
  readonly page: string;
  /** Scripts the page loads: entry, frame and its own chunk. */
  readonly roots: readonly string[];
  readonly limit: number;
}

/** Bytes of gzipped script a browser loads for these roots: everything they need, each once. */
export function scriptBytes(scripts: ReadonlyMap<string, BuiltScript>, roots: readonly string[]): number {
  const seen = new Set<string>();
  const queue = [...roots];
  let bytes = 0;
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const script = scripts.get(file);
    if (!script) throw new Error(`the build has no script ${file}`);
    bytes += script.bytes;
    queue.push(...script.imports);
  }
  return bytes;
}

/** One line per page, and whether it keeps its budget. */
export function judge(
  scripts: ReadonlyMap<string, BuiltScript>,
  budgets: readonly Budget[],
): { page: string; bytes: number; limit: number; kept: boolean }[] {
  return budgets.map(({ page, roots, limit }) => {
    const bytes = scriptBytes(scripts, roots);
    return { page, bytes, limit, kept: bytes <= limit };
  });
}
