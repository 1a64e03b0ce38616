import { readFileSync } from 'node:fs';

/** The part of a Vite plugin that is used here. */
interface DocumentsPlugin {
  name: string;
  enforce: 'pre';
  load(
    this: { addWatchFile(file: string): void },
    id: string,
  ): { code: string; moduleSideEffects: false; moduleType: 'js' | 'ts' } | undefined;
}

/** One generated file, taken apart. */
export interface TakenApart {
  /** The file with its documents, and the class they are of, re-exported from modules of their own. */
  readonly rest: string;
  /** The code of each of those modules, by the name it exports. */
  readonly modules: ReadonlyMap<string, string>;
}

const FILE = /[\\/]graphql[\\/]generated[\\/]graphql\.ts$/;
const CLASS = 'TypedDocumentString';
/** As graphql-codegen writes it with `documentMode: 'string'`; a document holds no backtick. */
const DOCUMENT = /export const (\w+) = new TypedDocumentString\(`([^`]*)`(, \{[^}]*\})?\) as unknown as TypedDocumentString<[^;]*>;/g;
const CLASS_CODE = `export class ${CLASS} extends String {
  constructor(value, meta) {
    super(value);
    this.value = value;
    this.__meta__ = meta;
  }
  toString() {
    return this.value;
  }
}`;

/**
 * Takes the generated GraphQL file apart: each document becomes a module, so that a page carries the documents it sends and no others. Line breaks and
 * indentation go, they mean nothing (GraphQL specification, section 2.1.2).
 */
export function takeApart(source: string): TakenApart {
  const modules = new Map([[CLASS, CLASS_CODE]]);
  const rest = source.replace(DOCUMENT, (_whole, name: string, text: string, meta = '') => {
    const plain = text.replaceAll(/\s*\n\s*/g, ' ').trim();
    const code = `import { ${CLASS} } from './graphql.ts?document=${CLASS}';\nexport const ${name} = /* @__PURE__ */ new ${CLASS}(${JSON.stringify(plain)}${meta});`;
    modules.set(name, code);
    return `export { ${name} } from './graphql.ts?document=${name}';`;
  });
  const at = rest.indexOf(`export class ${CLASS}`);
  const end = rest.indexOf('\n}\n', at) + 3;
  if (at < 0 || end < 3) throw new Error(`the generated GraphQL file has no class ${CLASS}`);
  return { rest: `${rest.slice(0, at)}export { ${CLASS} } from './graphql.ts?document=${CLASS}';\n${rest.slice(end)}`, modules };
}

/** Gives every GraphQL document a module of its own, so that it travels with the pages that send it. */
export function separateDocuments(): DocumentsPlugin {
  return {
    name: 'tillward-documents',
    enforce: 'pre',
    load(id) {
      const [file = '', query] = id.split('?', 2);
      if (!FILE.test(file)) return undefined;
      this.addWatchFile(file);
      const { rest, modules } = takeApart(readFileSync(file, 'utf8'));
      if (query === undefined) return { code: rest, moduleSideEffects: false, moduleType: 'ts' };
      const code = modules.get(query.replace(/^document=/, ''));
      return code === undefined ? undefined : { code, moduleSideEffects: false, moduleType: 'js' };
    },
  };
}
