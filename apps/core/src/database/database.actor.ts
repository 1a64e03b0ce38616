/** Roles of people; `system` actors are core's own work. */
export type PersonRole = 'hq' | 'manager' | 'cashier' | 'auditor';

/** On whose behalf a unit of work runs, and which stores' rows it may see and change. */
export type Actor =
  | {
      readonly kind: 'person';
      readonly id: string;
      readonly name: string;
      readonly role: PersonRole;
      readonly language: 'en' | 'zh';
      /** Store ids, or '*' for all. An empty list sees nothing. */
      readonly stores: readonly string[] | '*';
    }
  | { readonly kind: 'system'; readonly name: string; readonly stores: '*' };

/** An actor for core's own work; `name` appears in the audit log. */
export function systemActor(name: string): Actor {
  return { kind: 'system', name, stores: '*' };
}

/** The value of the session setting `tillward.stores` that row-level security reads (function tw_sees). */
export function storeScope(actor: Actor): string {
  return actor.stores === '*' ? '*' : actor.stores.join(',');
}
