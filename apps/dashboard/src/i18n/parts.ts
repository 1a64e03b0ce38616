/**
 * Parts of the catalogues that only some pages need, by the top-level groups they hold; every other group is in `base`, which every page loads. The catalogues
 * themselves stay whole: the build cuts them (src/build/catalogue-parts.ts), and a spec keeps each group in its part's folder.
 */
export const CATALOGUE_PARTS = {
  approvals: { groups: ['approval'], folders: ['approvals'] },
  gateways: { groups: ['gatewayPage', 'enrolmentState'], folders: ['gateways'] },
  audit: { groups: ['audit', 'auditAction', 'auditWords'], folders: ['audit'] },
  // The log tells of quizzes.
  training: { groups: ['training', 'quiz'], folders: ['training', 'audit'] },
  duty: {
    groups: [
      'ifNot',
      'stepHow',
      'stepButton',
      'stepMode',
      'stepState',
      'phase',
      'historyAction',
      'historyDetail',
      'checkLine',
      'commandEffect',
      'today',
    ],
    folders: ['incidents', 'today'],
  },
  // All pages about money, and the log, which has days as well; each has texts of its own beside these.
  money: {
    groups: ['money', 'cardScheme', 'dayFault'],
    folders: ['days', 'charts', 'statements', 'differences', 'settlement', 'funding', 'terms'],
  },
  settlement: { groups: ['board'], folders: ['settlement'] },
  funding: { groups: ['funding'], folders: ['funding'] },
  terms: { groups: ['terms'], folders: ['terms'] },
  differences: { groups: ['difference'], folders: ['differences'] },
  statements: { groups: ['statement'], folders: ['statements'] },
  terminal: { groups: ['event', 'streamBreak', 'dialogue', 'dialogueCause', 'traffic', 'acquirerEvent'], folders: ['terminal'] },
} as const satisfies Record<string, { groups: readonly string[]; folders: readonly string[] }>;

/** A part of the catalogues: `base`, or one of the others. */
export type CataloguePart = 'base' | keyof typeof CATALOGUE_PARTS;

/** The groups of a catalogue that belong to a part, in the catalogue's order. */
export function partOf(catalogue: Readonly<Record<string, unknown>>, part: CataloguePart): Record<string, unknown> {
  const wanted: readonly string[] = part === 'base' ? [] : CATALOGUE_PARTS[part].groups;
  const elsewhere = new Set<string>(Object.values(CATALOGUE_PARTS).flatMap(({ groups }) => [...groups]));
  return Object.fromEntries(
    Object.entries(catalogue).filter(([group]) => (part === 'base' ? !elsewhere.has(group) : wanted.includes(group))),
  );
}
