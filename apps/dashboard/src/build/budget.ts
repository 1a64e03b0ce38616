import { gzipSync } from 'node:zlib';
import type { CataloguePart } from '../i18n/parts.js';
import { type BuiltScript, judge } from './budget.rules.js';

const KB = 1000;
const LIMITS = { manager: 200 * KB, hq: 350 * KB, pictures: 180 * KB } as const;

/** A part of the larger catalogue. */
function texts(part: CataloguePart): string {
  return `/i18n/zh-CN.json?part=${part}`;
}

/** Chunks by the module they were made for. English or Chinese is loaded, the larger one counts. */
const PAGES: { page: string; modules: readonly string[]; limit: number; alone?: true }[] = [
  { page: 'sign-in', modules: ['/session/sign-in-page.tsx'], limit: LIMITS.manager },
  { page: 'today', modules: ['/app/shell.tsx', '/today/today-page.tsx', texts('duty')], limit: LIMITS.manager },
  {
    page: 'incident',
    modules: ['/app/shell.tsx', '/incidents/incident-page.tsx', '/incidents/incidents-page.tsx', texts('duty')],
    limit: LIMITS.manager,
  },
  {
    page: 'training',
    modules: ['/app/shell.tsx', '/training/training-page.tsx', '/training/course-page.tsx', texts('training')],
    limit: LIMITS.manager,
  },
  { page: 'fleet', modules: ['/app/shell.tsx', '/fleet/fleet-page.tsx', '/fleet/store-page.tsx'], limit: LIMITS.hq },
  { page: 'terminal', modules: ['/app/shell.tsx', '/terminal/terminal-page.tsx', texts('terminal')], limit: LIMITS.manager },
  { page: 'ask', modules: ['/app/shell.tsx', '/approvals/ask-page.tsx', texts('approvals')], limit: LIMITS.manager },
  { page: 'requests', modules: ['/app/shell.tsx', '/approvals/requests-page.tsx', texts('approvals')], limit: LIMITS.manager },
  { page: 'gateways', modules: ['/app/shell.tsx', '/gateways/gateways-page.tsx', texts('gateways')], limit: LIMITS.hq },
  { page: 'policy', modules: ['/app/shell.tsx', '/policy/policy-page.tsx'], limit: LIMITS.hq },
  {
    page: 'audit',
    modules: ['/app/shell.tsx', '/audit/audit-page.tsx', texts('money'), texts('training'), texts('audit')],
    limit: LIMITS.hq,
  },
  {
    page: 'settlement',
    modules: ['/app/shell.tsx', '/settlement/settlement-page.tsx', '/settlement/batch-page.tsx', texts('money'), texts('settlement')],
    limit: LIMITS.hq,
  },
  {
    page: 'differences',
    modules: ['/app/shell.tsx', '/differences/differences-page.tsx', texts('money'), texts('differences')],
    limit: LIMITS.hq,
  },
  {
    page: 'funding',
    modules: ['/app/shell.tsx', '/funding/funding-page.tsx', '/funding/fees-page.tsx', texts('money'), texts('funding')],
    limit: LIMITS.hq,
  },
  {
    page: 'terms',
    modules: ['/app/shell.tsx', '/terms/terms-page.tsx', '/terms/acquirer-terms-page.tsx', texts('money'), texts('terms')],
    limit: LIMITS.hq,
  },
  {
    page: 'statements',
    modules: ['/app/shell.tsx', '/statements/statements-page.tsx', '/statements/file-page.tsx', texts('statements')],
    limit: LIMITS.hq,
  },
  // What draws pictures comes after the page that shows them, and is counted by itself.
  { page: 'pictures', modules: ['/charts/engine.ts'], limit: LIMITS.pictures, alone: true },
];

interface Chunk {
  type: 'chunk';
  fileName: string;
  code: string;
  imports: string[];
  isEntry: boolean;
  facadeModuleId: string | null;
  moduleIds: string[];
}

/** The part of a Vite plugin that is used here. */
interface BudgetPlugin {
  name: string;
  apply: 'build';
  generateBundle(
    this: { info(text: string): void; error(text: string): never },
    options: unknown,
    bundle: Record<string, Chunk | { type: 'asset' }>,
  ): void;
}

/** Measures what each page loads and fails the build when one is over its budget (UX.md, Budgets). */
export function scriptBudget(): BudgetPlugin {
  return {
    name: 'tillward-script-budget',
    apply: 'build',
    generateBundle(_options, bundle) {
      const scripts = new Map<string, BuiltScript>();
      const madeFor = new Map<string, string>();
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        scripts.set(chunk.fileName, { bytes: gzipSync(chunk.code, { level: 9 }).length, imports: chunk.imports });
        for (const id of [chunk.facadeModuleId, ...chunk.moduleIds]) if (id) madeFor.set(id, chunk.fileName);
      }
      const fileOf = (module: string): string => {
        const found = [...madeFor].find(([id]) => id.replaceAll('\\', '/').endsWith(module));
        if (!found) throw new Error(`no chunk was made for ${module}`);
        return found[1];
      };
      const entry = Object.values(bundle).find((chunk): chunk is Chunk => chunk.type === 'chunk' && chunk.isEntry)?.fileName;
      if (!entry) throw new Error('the build has no entry');
      const budgets = PAGES.map(({ page, modules, limit, alone }) => ({
        page,
        limit,
        roots: alone ? modules.map(fileOf) : [entry, ...[texts('base'), ...modules].map(fileOf)],
      }));
      const results = judge(scripts, budgets);
      for (const { page, bytes, limit } of results) this.info(`${page}: ${(bytes / KB).toFixed(1)} of ${limit / KB} KB gzipped script`);
      const over = results.filter(({ kept }) => !kept);
      if (over.length > 0)
        this.error(`script budget exceeded: ${over.map(({ page, bytes, limit }) => `${page} ${bytes} > ${limit} bytes`).join(', ')}`);
    },
  };
}
