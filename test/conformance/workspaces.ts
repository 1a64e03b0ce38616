import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A workspace of the repository as its package.json describes it. */
export interface Workspace {
  name: string;
  /** Path from the repository's root, such as `libs/money`. */
  folder: string;
  /** The one nx tag, which decides what it may import (DESIGN.md). */
  tag: string;
  dependencies: Readonly<Record<string, string>>;
  devDependencies: Readonly<Record<string, string>>;
}

/** Every workspace below `root`, by folder name. */
export function workspaces(root: string): Workspace[] {
  return globSync(['apps/*/package.json', 'libs/*/package.json', 'test/package.json'], { cwd: root })
    .toSorted()
    .map((path) => {
      const manifest = JSON.parse(readFileSync(join(root, path), 'utf8')) as Partial<Workspace> & { nx?: { tags?: string[] } };
      const [tag, ...more] = manifest.nx?.tags ?? [];
      if (manifest.name === undefined || tag === undefined || more.length > 0)
        throw new Error(`${path} must have a name and exactly one nx tag`);
      return {
        name: manifest.name,
        folder: dirname(path),
        tag,
        dependencies: manifest.dependencies ?? {},
        devDependencies: manifest.devDependencies ?? {},
      };
    });
}
