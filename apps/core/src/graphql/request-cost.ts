import { type DocumentNode, type FieldNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';

/** Greatest cost of one request. The dashboard's dearest page costs about a tenth of it. */
export const MAX_COST = 100_000;
/** Deepest nesting of fields; GraphiQL's introspection needs 13. */
export const MAX_DEPTH = 15;
/** Most tokens of one document; the parser stops there. */
export const MAX_TOKENS = 4_000;
/** What a field with a list of objects is taken to hold when the request doesn't say. */
const LIST_GUESS = 10;
/** Rows a connection gives when the request doesn't say. */
const PAGE_GUESS = 50;

/** Fields that hold lists of objects without being connections. */
const LISTS: ReadonlySet<string> = new Set([
  'terminals',
  'stores',
  'steps',
  'history',
  'policyStatus',
  'policyCatalogue',
  'values',
  'courses',
  'lessons',
  'questions',
  'options',
  'actions',
  'parameters',
  'fields',
  'frames',
  'cardTotals',
  'evidence',
  'lifeEvents',
  'acquirers',
  'mapping',
  'providerTerms',
  'termsProposals',
  'amountTolerances',
  'checks',
  'totals',
  'targets',
  'blocked',
  'unsettledSums',
  'days',
  'differenceOwners',
  'kinds',
  'feeReport',
  'differences',
]);
/** Lists that never hold more than so many. */
const SHORT_LISTS: ReadonlyMap<string, number> = new Map([['peripherals', 3]]);
const CONNECTIONS: ReadonlySet<string> = new Set([
  'incidents',
  'auditEntries',
  'batches',
  'settlementBoard',
  'transactions',
  'settlementRequests',
  'trainingRecords',
  'gatewayEnrolments',
  'commands',
  'statementFiles',
  'reconciliationRuns',
  'comparedBatches',
  'payouts',
  'feeChecks',
  'remedyRequests',
  'correctingEntries',
  'statementRows',
  'bankEntries',
  'fleetRequests',
]);
/** Names that are connections in one place and lists in another. */
const SOMETIMES_CONNECTIONS: ReadonlySet<string> = new Set(['stores', 'fundsAtRisk', 'differences']);
/** What one look through a terminal's journal costs beside its rows: no index leads to a terminal's entries. */
const JOURNAL_SEARCH = 4_000;

/**
 * What a validated document costs at most: every field 1, all below a list times the list's length. Stops counting above {@link MAX_COST}.
 * The document must have been validated, or fragments could contain themselves.
 */
export function costOf(document: DocumentNode, variables: Readonly<Record<string, unknown>> | null | undefined): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const known = new Map<SelectionSetNode, number>();
  const costOfSelections = (set: SelectionSetNode | undefined): number => {
    if (set === undefined) return 0;
    const before = known.get(set);
    if (before !== undefined) return before;
    let cost = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD)
        cost += ownCost(selection) + lengthOf(selection, variables ?? {}) * costOfSelections(selection.selectionSet);
      else if (selection.kind === Kind.INLINE_FRAGMENT) cost += costOfSelections(selection.selectionSet);
      else cost += costOfSelections(fragments.get(selection.name.value)?.selectionSet);
    }
    known.set(set, cost);
    return cost;
  };
  let cost = 0;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) cost += costOfSelections(definition.selectionSet);
  }
  return cost;
}

function ownCost(field: FieldNode): number {
  return isTerminalHistory(field) ? JOURNAL_SEARCH : 1;
}

function lengthOf(field: FieldNode, variables: Readonly<Record<string, unknown>>): number {
  const name = field.name.value;
  const isConnection = CONNECTIONS.has(name) || isTerminalHistory(field) || (SOMETIMES_CONNECTIONS.has(name) && selects(field, 'edges'));
  if (!isConnection) return SHORT_LISTS.get(name) ?? (LISTS.has(name) ? LIST_GUESS : 1);
  const first = field.arguments?.find((argument) => argument.name.value === 'first')?.value;
  if (first?.kind === Kind.INT) return Number(first.value);
  const given = first?.kind === Kind.VARIABLE ? variables[first.name.value] : undefined;
  return typeof given === 'number' ? given : PAGE_GUESS;
}

/** Of the fields named `history`, only a terminal's takes `first`, and it can't be asked without. */
function isTerminalHistory(field: FieldNode): boolean {
  return field.name.value === 'history' && (field.arguments ?? []).length > 0;
}

function selects(field: FieldNode, name: string): boolean {
  return field.selectionSet?.selections.some((selection) => selection.kind !== Kind.FIELD || selection.name.value === name) ?? false;
}
