import { readFileSync } from 'node:fs';
import { type CataloguePart, partOf } from '../i18n/parts.js';

/** The part of a Vite plugin that is used here. */
interface PartsPlugin {
  name: string;
  enforce: 'pre';
  load(this: { addWatchFile(file: string): void }, id: string): { code: string; moduleType: 'js' } | undefined;
}

const PARTED = /^(.*[\\/]i18n[\\/][\w-]+\.json)\?part=(\w+)$/;

/** Makes `import('./en.json?part=audit')` the groups of that part alone, so that a page loads the texts it shows. */
export function catalogueParts(): PartsPlugin {
  return {
    name: 'tillward-catalogue-parts',
    enforce: 'pre',
    load(id) {
      const [, file, part] = PARTED.exec(id) ?? [];
      if (file === undefined || part === undefined) return undefined;
      this.addWatchFile(file);
      const texts = partOf(JSON.parse(readFileSync(file, 'utf8')), part as CataloguePart);
      return { code: `export default ${JSON.stringify(texts)};`, moduleType: 'js' };
    },
  };
}
