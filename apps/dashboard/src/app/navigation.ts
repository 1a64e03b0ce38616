import {
  Fingerprint,
  GraduationCap,
  type LucideIcon,
  ReceiptText,
  SlidersHorizontal,
  Store as StoreIcon,
  Sun,
  TriangleAlert,
} from 'lucide-react';
import type { Role } from '../graphql/generated/graphql.js';

/** A destination of the main navigation. */
export interface Destination {
  readonly to: '/fleet' | '/today' | '/incidents' | '/policy' | '/settlement' | '/training' | '/audit';
  readonly label:
    | 'nav.fleet'
    | 'nav.today'
    | 'nav.incidents'
    | 'nav.policy'
    | 'nav.settlement'
    | 'nav.training'
    | 'nav.audit'
    | 'nav.stores';
  readonly icon: LucideIcon;
}

const fleet: Destination = { to: '/fleet', label: 'nav.fleet', icon: StoreIcon };
const stores: Destination = { to: '/fleet', label: 'nav.stores', icon: StoreIcon };
const today: Destination = { to: '/today', label: 'nav.today', icon: Sun };
const incidents: Destination = { to: '/incidents', label: 'nav.incidents', icon: TriangleAlert };
const policy: Destination = { to: '/policy', label: 'nav.policy', icon: SlidersHorizontal };
const settlement: Destination = { to: '/settlement', label: 'nav.settlement', icon: ReceiptText };
const training: Destination = { to: '/training', label: 'nav.training', icon: GraduationCap };
const audit: Destination = { to: '/audit', label: 'nav.audit', icon: Fingerprint };

/** What each role sees in the navigation, most used first. A phone shows the same as tabs. */
export const NAVIGATION: Record<Role, readonly Destination[]> = {
  hq: [fleet, incidents, policy, settlement, training, audit],
  manager: [today, incidents, stores, settlement, training],
  auditor: [audit, settlement, incidents, fleet, policy],
  cashier: [training],
};

/** Pages below a destination that are not for everybody who may open it. */
const ONLY_FOR: Readonly<Record<string, readonly Role[]>> = {
  '/fleet/ask': ['hq', 'manager'],
  '/fleet/gateways': ['hq', 'auditor'],
  '/settlement/statements': ['hq', 'auditor'],
  '/settlement/funding': ['hq', 'auditor'],
  '/settlement/terms': ['hq', 'auditor'],
};

/** Whether a role may open a page; the server decides again for every answer. */
export function mayOpen(role: Role, path: string): boolean {
  if (path === '/') return true;
  if (Object.entries(ONLY_FOR).some(([to, roles]) => (path === to || path.startsWith(`${to}/`)) && !roles.includes(role))) return false;
  if (path.startsWith('/stores/')) return role !== 'cashier';
  return NAVIGATION[role].some(({ to }) => path === to || path.startsWith(`${to}/`));
}
