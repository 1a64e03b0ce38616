import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { type GqlContextType, GqlExecutionContext } from '@nestjs/graphql';
import type { Actor } from '../database/index.js';
import { AccessRefused, Unauthenticated } from './graphql.errors.js';
import type { Role } from './identity.contract.js';

/** A person as an actor. */
export type PersonActor = Extract<Actor, { kind: 'person' }>;

/** Who makes a request, as the session cookie proved. */
export interface Viewer {
  readonly actor: PersonActor;
  readonly sessionId: string;
  /** Reads session and person again: a subscription outlives the request that opened it, and role or stores may have changed. Undefined when over. */
  again(): Promise<PersonActor | undefined>;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by identity's hook on every request; undefined when nobody is signed in. */
    viewer?: Viewer | undefined;
  }
}

/** What every resolver finds as its GraphQL context. */
export interface RequestContext {
  viewer: Viewer | undefined;
  /** Loaders of this request, made on first use; they live as long as the request, so that nothing is served across viewers. */
  loaders: Map<object, unknown>;
  /** A subscription lives on while data changes: its loaders keep nothing. */
  isSubscription: boolean;
}

const ACCESS = Symbol('access');
/** Metadata key and shape of {@link Access}, for the spec that walks all root fields. */
export const ACCESS_METADATA = ACCESS;

/** `everyone` also lets in requests without a session; a role lets in people of that role. */
export type AccessRule = Role | 'everyone';

/** Everybody who is signed in. */
export const SIGNED_IN: readonly Role[] = ['hq', 'manager', 'cashier', 'auditor'];

/** Who may ask a root field. Every query, mutation and subscription carries it; the guard refuses one that doesn't. */
export function Access(...rules: readonly [AccessRule, ...AccessRule[]]): MethodDecorator {
  return SetMetadata(ACCESS, rules);
}

/** Decides access to a root field: `undefined` when granted, else the error to answer with. Nothing declared is refused. */
export function accessRefusal(rules: readonly AccessRule[] | undefined, viewer: Viewer | undefined): Error | undefined {
  if (rules?.includes('everyone')) return undefined;
  if (viewer === undefined) return new Unauthenticated();
  return rules?.includes(viewer.actor.role) ? undefined : new AccessRefused();
}

/** Applies {@link Access} to every GraphQL root field. HTTP routes are not its business. */
@Injectable()
export class AccessGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.getType<GqlContextType>() !== 'graphql') return true;
    const rules = Reflect.getMetadata(ACCESS, context.getHandler()) as readonly AccessRule[] | undefined;
    const { viewer } = GqlExecutionContext.create(context).getContext<RequestContext>();
    const refusal = accessRefusal(rules, viewer);
    if (refusal) throw refusal;
    return true;
  }
}

/** The signed-in person as the actor of the unit of work: its stores are the scope of row-level security. */
export const ViewerActor = createParamDecorator((_data: unknown, context: ExecutionContext): PersonActor => {
  const { viewer } = GqlExecutionContext.create(context).getContext<RequestContext>();
  if (viewer === undefined) throw new Unauthenticated();
  return viewer.actor;
});

/** The viewer, or undefined on fields open to everyone. */
export const CurrentViewer = createParamDecorator((_data: unknown, context: ExecutionContext): Viewer | undefined => {
  return GqlExecutionContext.create(context).getContext<RequestContext>().viewer;
});
