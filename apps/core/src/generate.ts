import 'reflect-metadata';
import { FIELD_ACCESS, type Role } from './graphql/index.js';
import { type RootField, rootFields } from './resolvers.js';

/** An HTTP endpoint of core, and who may use it. */
export interface HttpEndpoint {
  methods: readonly string[];
  path: string;
  who: string;
}

const FIELD_BY_FIELD = 'everyone; each field as above';

/** Every HTTP endpoint. A spec compares them with the routes of a running core. */
export const HTTP_ENDPOINTS: readonly HttpEndpoint[] = [
  { methods: ['GET'], path: '/healthz', who: 'everyone: load balancers have no session' },
  { methods: ['GET'], path: '/readyz', who: 'everyone: load balancers have no session' },
  { methods: ['POST'], path: '/api/session', who: 'everyone: signs in with person and password, limited in tries per minute' },
  { methods: ['GET'], path: '/api/session', who: 'everyone who is signed in: says who that is' },
  { methods: ['DELETE'], path: '/api/session', who: 'everyone: ends the own session' },
  { methods: ['POST'], path: '/api/enrolment', who: 'a gateway with a claim of HQ, limited in tries per minute' },
  {
    methods: ['POST'],
    path: '/api/enrolment/renewal',
    who: 'a gateway that signs with the key of its certificate, limited in tries per minute',
  },
  { methods: ['POST'], path: '/api/statements', who: 'HQ: uploads a file of an acquirer or bank as application/octet-stream' },
  {
    methods: ['GET'],
    path: '/api/exports/:table',
    who: 'HQ, managers, auditors: differences, batches, statement-rows, fee-checks or correcting-entries of their stores as CSV or XLSX; HQ, auditors: payouts',
  },
  { methods: ['POST'], path: '/graphql', who: FIELD_BY_FIELD },
  { methods: ['GET'], path: '/graphql', who: `${FIELD_BY_FIELD}, and no mutations; as a WebSocket: everyone who is signed in` },
  { methods: ['GET'], path: '/graphiql', who: 'everyone, where TILLWARD_GRAPHIQL is 1: a page that asks /graphql' },
  { methods: ['GET'], path: '*', who: 'everyone, where TILLWARD_DASHBOARD_DIR is set: the files of the dashboard' },
];

const ROLES: readonly { role: Role; title: string }[] = [
  { role: 'hq', title: 'HQ' },
  { role: 'manager', title: 'manager' },
  { role: 'cashier', title: 'cashier' },
  { role: 'auditor', title: 'auditor' },
];

/** What a field's service decides beyond its access: field → role → what that role gets. */
export const LIMITS: Readonly<Record<string, Partial<Record<Role, string>>>> = {
  'Mutation.updatePolicy': { manager: 'refusal `notAllowed`' },
  'Query.trainingRecords': { cashier: 'own record' },
};

/** The generated files of this project: path from the repository's root → content. `npm run generate` writes them, `npm run generate:check` compares. */
export function generatedFiles(): Record<string, string> {
  return { 'docs/permissions.md': permissionsDocument(rootFields()) };
}

function permissionsDocument(fields: readonly RootField[]): string {
  return `# Who may do what

<!-- Generated from the @Access of apps/core's resolvers by \`npm run generate\`. -->

Which roles may ask a field is checked before it is resolved; a field that declares nothing is refused. Which rows come back is decided by PostgreSQL's row-level
security: HQ and auditors see every store, managers and cashiers only the stores they belong to. A row outside of them is answered as if it did not exist.

${(['Query', 'Mutation', 'Subscription'] as const).map((operation) => section(operation, fields)).join('\n')}
## Fields

Fields that not everybody may ask who may ask for the object they stand on.

| field | ${ROLES.map(({ title }) => title).join(' | ')} |
|---|${'---|'.repeat(ROLES.length)}
${Object.entries(FIELD_ACCESS).map(fieldRow).join('\n')}

## HTTP

Whoever is not signed in is answered 401, and a state-changing request or WebSocket from a foreign page 403.

| method | path | who |
|---|---|---|
${HTTP_ENDPOINTS.map(({ methods, path, who }) => `| ${methods.join(', ')} | \`${path}\` | ${who} |`).join('\n')}
`;
}

const HEADINGS = { Query: 'Queries', Mutation: 'Mutations', Subscription: 'Subscriptions' } as const;

function section(operation: RootField['operation'], fields: readonly RootField[]): string {
  const own = fields.filter((field) => field.operation === operation).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return `## ${HEADINGS[operation]}

| field | ${ROLES.map(({ title }) => title).join(' | ')} | not signed in |
|---|${'---|'.repeat(ROLES.length + 1)}
${own.map(row).join('\n')}
`;
}

function row({ operation, name, access }: RootField): string {
  const open = access.includes('everyone');
  const limits = LIMITS[`${operation}.${name}`] ?? {};
  const cells = ROLES.map(({ role }) => (open || access.includes(role) ? (limits[role] ?? 'yes') : 'no'));
  return `| ${[`\`${name}\``, ...cells, open ? 'yes' : 'no'].join(' | ')} |`;
}

function fieldRow([field, roles]: [string, readonly Role[]]): string {
  return `| ${[`\`${field}\``, ...ROLES.map(({ role }) => (roles.includes(role) ? 'yes' : 'no'))].join(' | ')} |`;
}
