import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import type { Edit } from './mutants.js';

const run = promisify(execFile);
/** Not copied: history, packages, caches and what runs left behind. */
const LEFT_OUT: ReadonlySet<string> = new Set(['node_modules', '.git', '.tillward', '.nx', 'output', 'coverage', '.vite-temp']);

/** A copy of the project in a folder of its own, built, in which sources may be broken on purpose. */
export class TreeCopy {
  private constructor(
    readonly root: string,
    private readonly node: string,
  ) {}

  /** Copies `from` to `to`, with links to its installed packages, and builds the copy. */
  static async make(from: string, to: string): Promise<TreeCopy> {
    await cp(from, to, {
      recursive: true,
      preserveTimestamps: true,
      verbatimSymlinks: true,
      filter: (source) => !LEFT_OUT.has(basename(source)) && !source.endsWith('.log'),
    });
    await linkPackages(from, to);
    const tree = new TreeCopy(to, process.execPath);
    await tree.build();
    return tree;
  }

  /** Applies edits; resolves with how to take them back. Rejects, with nothing changed, when one does not fit its file exactly once. */
  async edit(edits: readonly Edit[]): Promise<() => Promise<void>> {
    const before = new Map<string, string>();
    const after = new Map<string, string>();
    for (const edit of edits) {
      const path = join(this.root, edit.file);
      const text = after.get(path) ?? (await readFile(path, 'utf8'));
      if (!before.has(path)) before.set(path, text);
      after.set(path, applyEdit(text, edit));
    }
    for (const [path, text] of after) await writeFile(path, text);
    return async () => {
      for (const [path, text] of before) await writeFile(path, text);
    };
  }

  /** Builds what changed. A mutant that no longer compiles says what a changed source made of it. */
  async build(): Promise<void> {
    await run(this.node, [join(this.root, 'node_modules/typescript/bin/tsc'), '-b', 'test'], {
      cwd: this.root,
      maxBuffer: 16 * 1024 * 1024,
    }).catch((error: { stdout?: string }) => {
      throw new Error(`the copy does not compile:\n${error.stdout ?? ''}`, { cause: error });
    });
  }
}

/** The text with the edit made. Throws when what is to be replaced does not stand there exactly once. */
export function applyEdit(text: string, { file, find, replace }: Edit): string {
  const pattern = typeof find === 'string' ? find : new RegExp(find.source, `${find.flags.replace('g', '')}g`);
  const times = typeof pattern === 'string' ? text.split(pattern).length - 1 : [...text.matchAll(pattern)].length;
  if (times !== 1) throw new Error(`${file}: ${String(find)} stands there ${times} times, not once`);
  return typeof find === 'string' ? text.replace(find, () => replace) : text.replace(find, replace);
}

/** Every package stays where it is installed; the project's own ones lead into the copy. */
async function linkPackages(from: string, to: string): Promise<void> {
  await linkFolder(join(from, 'node_modules'), join(to, 'node_modules'), from, to);
  for (const group of ['apps', 'libs', '.']) {
    for (const name of group === '.' ? ['test'] : await readdir(join(from, group))) {
      const own = join(group, name, 'node_modules');
      if (existsSync(join(from, own))) await linkFolder(join(from, own), join(to, own), from, to);
    }
  }
}

async function linkFolder(source: string, target: string, from: string, to: string): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const name of await readdir(source)) {
    const path = join(source, name);
    const entry = await lstat(path);
    if (entry.isSymbolicLink()) await symlink(moved(resolve(source, await readlink(path)), from, to), join(target, name));
    // A scope may hold the project's own packages.
    else if (entry.isDirectory() && name.startsWith('@')) await linkFolder(path, join(target, name), from, to);
    else await symlink(path, join(target, name));
  }
}

/** A link into the project's workspaces leads to the copy's. */
function moved(path: string, from: string, to: string): string {
  const inside = relative(from, path);
  const own = !inside.startsWith('..') && !inside.split(sep).includes('node_modules');
  return own ? join(to, inside) : path;
}
