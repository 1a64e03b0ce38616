import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { SessionEnded } from '../graphql/failures.js';
import { withTexts } from '../i18n/start.js';
import { LANDING, meQuery, type Person } from '../session/session.js';
import { NotFound, RouteError } from './fallbacks.js';
import { queryClient } from './query-client.js';
import { parseSearch, stringifySearch } from './search-params.js';
import {
  askSearch,
  auditSearch,
  courseSearch,
  differencesSearch,
  feesSearch,
  fleetSearch,
  fundingSearch,
  incidentSearch,
  incidentsSearch,
  policySearch,
  requestsSearch,
  settlementSearch,
  signInSearch,
  statementFileSearch,
  statementsSearch,
  storeSearch,
  terminalSearch,
  termsSearch,
  trainingSearch,
} from './searches.js';

async function whoIsThere(): Promise<Person | null> {
  try {
    return await queryClient.ensureQueryData(meQuery);
  } catch (failure) {
    if (failure instanceof SessionEnded) return null;
    throw failure;
  }
}

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: signInSearch,
  component: lazyRouteComponent(() => import('../session/sign-in-page.js'), 'SignInPage'),
});

const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ location }) => {
    const me = await whoIsThere();
    if (!me) throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href }, replace: true });
  },
  component: lazyRouteComponent(() => import('./shell.js'), 'Shell'),
});

const start = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  beforeLoad: async () => {
    const me = await whoIsThere();
    throw redirect({ to: me ? LANDING[me.role] : '/sign-in', replace: true });
  },
});

const fleet = createRoute({
  getParentRoute: () => signedIn,
  path: '/fleet',
  validateSearch: fleetSearch,
  component: lazyRouteComponent(() => import('../fleet/fleet-page.js'), 'FleetPage'),
});

const ask = createRoute({
  getParentRoute: () => signedIn,
  path: '/fleet/ask',
  validateSearch: askSearch,
  component: lazyRouteComponent(() => withTexts('approvals', import('../approvals/ask-page.js')), 'AskPage'),
});

const requests = createRoute({
  getParentRoute: () => signedIn,
  path: '/fleet/requests',
  validateSearch: requestsSearch,
  component: lazyRouteComponent(() => withTexts('approvals', import('../approvals/requests-page.js')), 'RequestsPage'),
});

const gateways = createRoute({
  getParentRoute: () => signedIn,
  path: '/fleet/gateways',
  component: lazyRouteComponent(() => withTexts('gateways', import('../gateways/gateways-page.js')), 'GatewaysPage'),
});

const store = createRoute({
  getParentRoute: () => signedIn,
  path: '/stores/$storeId',
  validateSearch: storeSearch,
  component: lazyRouteComponent(() => import('../fleet/store-page.js'), 'StorePage'),
});

const terminal = createRoute({
  getParentRoute: () => signedIn,
  path: '/stores/$storeId/terminals/$terminalId',
  validateSearch: terminalSearch,
  component: lazyRouteComponent(() => withTexts('terminal', import('../terminal/terminal-page.js')), 'TerminalPage'),
});

const policy = createRoute({
  getParentRoute: () => signedIn,
  path: '/policy',
  validateSearch: policySearch,
  component: lazyRouteComponent(() => import('../policy/policy-page.js'), 'PolicyPage'),
});

const today = createRoute({
  getParentRoute: () => signedIn,
  path: '/today',
  component: lazyRouteComponent(() => withTexts('duty', import('../today/today-page.js')), 'TodayPage'),
});

const incidents = createRoute({
  getParentRoute: () => signedIn,
  path: '/incidents',
  validateSearch: incidentsSearch,
  component: lazyRouteComponent(() => withTexts('duty', import('../incidents/incidents-page.js')), 'IncidentsPage'),
});

const incident = createRoute({
  getParentRoute: () => signedIn,
  path: '/incidents/$incidentId',
  validateSearch: incidentSearch,
  component: lazyRouteComponent(() => withTexts('duty', import('../incidents/incident-page.js')), 'IncidentPage'),
});

const training = createRoute({
  getParentRoute: () => signedIn,
  path: '/training',
  validateSearch: trainingSearch,
  component: lazyRouteComponent(() => withTexts('training', import('../training/training-page.js')), 'TrainingPage'),
});

const course = createRoute({
  getParentRoute: () => signedIn,
  path: '/training/$courseId',
  validateSearch: courseSearch,
  component: lazyRouteComponent(() => withTexts('training', import('../training/course-page.js')), 'CoursePage'),
});

const audit = createRoute({
  getParentRoute: () => signedIn,
  path: '/audit',
  validateSearch: auditSearch,
  component: lazyRouteComponent(
    () => withTexts('money', withTexts('training', withTexts('audit', import('../audit/audit-page.js')))),
    'AuditPage',
  ),
});

const settlement = createRoute({
  getParentRoute: () => signedIn,
  path: '/settlement',
  validateSearch: settlementSearch,
  component: lazyRouteComponent(
    () => withTexts('money', withTexts('settlement', import('../settlement/settlement-page.js'))),
    'SettlementPage',
  ),
});

const statements = createRoute({
  getParentRoute: () => signedIn,
  path: '/settlement/statements',
  validateSearch: statementsSearch,
  component: lazyRouteComponent(
    () => withTexts('money', withTexts('statements', import('../statements/statements-page.js'))),
    'StatementsPage',
  ),
});

const statementFile = createRoute({
  getParentRoute: () => signedIn,
  path: '/settlement/statements/$fileId',
  validateSearch: statementFileSearch,
  component: lazyRouteComponent(() => withTexts('money', withTexts('statements', import('../statements/file-page.js'))), 'FilePage'),
});

const differences = createRoute({
  getParentRoute: () => signedIn,
  path: '/settlement/differences',
  validateSearch: differencesSearch,
  component: lazyRouteComponent(
    () => withTexts('money', withTexts('differences', import('../differences/differences-page.js'))),
    'DifferencesPage',
  ),
});

const batch = createRoute({
  getParentRoute: () => signedIn,
  path: '/settlement/batches/$storeId/$terminalId/$batchNo',
  component: lazyRouteComponent(() => withTexts('money', withTexts('settlement', import('../settlement/batch-page.js'))), 'BatchPage'),
});

const funding = createRoute({
  getParentRoute: () => signedIn,
  path: '/settlement/funding',
  validateSearch: fundingSearch,
  component: lazyRouteComponent(() => withTexts('money', withTexts('funding', import('../funding/funding-page.js'))), 'FundingPage'),
});

const fees = createRoute({
  getParentRoute: () => signedIn,
  path: '/settlement/fees',
  validateSearch: feesSearch,
  component: lazyRouteComponent(() => withTexts('money', withTexts('funding', import('../funding/fees-page.js'))), 'FeesPage'),
});

const terms = createRoute({
  getParentRoute: () => signedIn,
  path: '/settlement/terms',
  component: lazyRouteComponent(() => withTexts('money', withTexts('terms', import('../terms/terms-page.js'))), 'TermsPage'),
});

const acquirerTerms = createRoute({
  getParentRoute: () => signedIn,
  path: '/settlement/terms/$acquirerId',
  validateSearch: termsSearch,
  component: lazyRouteComponent(
    () => withTexts('money', withTexts('terms', import('../terms/acquirer-terms-page.js'))),
    'AcquirerTermsPage',
  ),
});

const tree = root.addChildren([
  signIn,
  signedIn.addChildren([
    start,
    fleet,
    ask,
    requests,
    gateways,
    store,
    terminal,
    policy,
    today,
    incidents,
    incident,
    training,
    course,
    audit,
    settlement,
    batch,
    differences,
    statements,
    funding,
    fees,
    terms,
    acquirerTerms,
    statementFile,
  ]),
]);

/** The dashboard's pages. Each is loaded when first opened; what is chosen on it stands in the address. */
export const router = createRouter({
  routeTree: tree,
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultErrorComponent: RouteError,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
