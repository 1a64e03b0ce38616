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

/** A package as a file of a workspace imports it. */
export interface ImportedPackage {
  /** Package name, without a path inside of it. */
  name: string;
  /** Path of the importing file from the repository's root. */
  file: string;
  /** Only tests see the file: a spec or what specs share. */
  testOnly: boolean;
}

const NOT_SOURCES = /(^|\/)(node_modules|dist|output|generated|planted)(\/|$)/;
// Biome writes module names in single quotes; Node's own modules are written with their `node:`.
const IMPORT = /(?:\bfrom|\bimport\(?|@import)\s*'((?:@[\w-]+\/)?\w[\w.-]*)(?:\/[^']*)?'/g;

/** Every package imported by a file of the workspace in `folder`, Node's own modules and relative imports left out. */
export function importedPackages(root: string, folder: string): ImportedPackage[] {
  const files = globSync(`${folder}/**/*.{ts,tsx,mts,mjs,css}`, { cwd: root, exclude: (path) => NOT_SOURCES.test(path) });
  return files
    .filter((file) => !NOT_SOURCES.test(file))
    .flatMap((file) => {
      const testOnly = folder === 'test' || /\.(spec|fixtures)\.tsx?$/.test(file) || /^libs\/driver\/.+\.contract\.ts$/.test(file);
      const names = [...readFileSync(join(root, file), 'utf8').matchAll(IMPORT)].map((match) => match[1] as string);
      return [...new Set(names)].map((name) => ({ name, file, testOnly }));
    });
}
