import { type DynamicModule, Inject, Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, HttpAdapterHost } from '@nestjs/core';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type DocumentNode, Kind, Location } from 'graphql';
import type { CoreConfig } from '../config.js';
import type { Log } from '../logging.js';
import { CONFIG, LOG } from '../platform.js';
import { AccessGuard, type RequestContext } from './access.js';
import { CONNECTIONS } from './connections.js';
import { GraphqlErrorFilter } from './error.filter.js';
import { answerErrors } from './error-answer.js';
import { MalformedRequest, TooComplex } from './graphql.errors.js';
import { costOf, MAX_COST, MAX_DEPTH, MAX_TOKENS } from './request-cost.js';
import { refuseUnstorable } from './request-text.js';
import { type GuardedSocket, guardSocket } from './socket.guard.js';

const PATH = '/graphql';
/** Longest time a WebSocket may be silent before the server asks whether it is there. */
const KEEP_ALIVE_MS = 20_000;

function contextOf(request: FastifyRequest, isSubscription: boolean): RequestContext {
  return { viewer: request.viewer, loaders: new Map(), isSubscription };
}

/** Mercurius's settings: JIT, limits, who is asking, how errors are told. */
export function mercuriusOptions(config: CoreConfig, log: Log): MercuriusDriverConfig {
  return {
    autoSchemaFile: true,
    path: PATH,
    jit: 1,
    graphiql: config.graphiql,
    queryDepth: MAX_DEPTH,
    graphql: { parseOptions: { maxTokens: MAX_TOKENS } },
    context: (request: FastifyRequest) => contextOf(request, false),
    subscription: {
      // The socket was refused before the upgrade when nobody is signed in; see identity's hook.
      context: (_socket: unknown, request: FastifyRequest) => contextOf(request, true),
      keepAlive: KEEP_ALIVE_MS,
    },
    errorFormatter: (execution) => {
      const { statusCode, errors } = answerErrors(execution.errors, log);
      const hasData = execution.data !== null && execution.data !== undefined;
      return { statusCode: hasData ? 200 : statusCode, response: { data: execution.data ?? null, errors } };
    },
  } as MercuriusDriverConfig;
}

/** A route as @fastify/websocket extends it. */
interface SocketRoute {
  wsHandler?: (this: unknown, socket: GuardedSocket, request: FastifyRequest) => unknown;
}

/** Refuses documents that cost too much, before anything is resolved, and sockets that ask for too much at once. */
@Injectable()
class RequestLimits implements OnApplicationBootstrap {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(LOG) log: Log,
  ) {
    // In the constructor, because mercurius adds its route later, and the server of its WebSockets is visible to nobody else.
    host.httpAdapter.getInstance<FastifyInstance>().addHook('onRoute', (added: object) => {
      const route: SocketRoute = added;
      const { wsHandler } = route;
      if (wsHandler === undefined) return;
      route.wsHandler = function (this: unknown, socket, request) {
        guardSocket(socket, log);
        return wsHandler.call(this, socket, request);
      };
    });
  }

  onApplicationBootstrap(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    fastify.graphql.addHook('preValidation', async (_schema, document) => refuseUnparsed(document));
    fastify.graphql.addHook('preExecution', async (_schema, document, _context, variables) => {
      refuseSubscription(document);
      refuseUnstorable(document, variables);
      refuseDear(document, variables);
    });
    fastify.graphql.addHook('preSubscriptionExecution', async (_schema, document) => {
      refuseUnparsed(document);
      // Its variables: see the guard of sockets.
      refuseUnstorable(document, undefined);
      refuseDear(document, undefined);
    });
  }
}

/** Mercurius takes JSON for a finished syntax tree when it is no GraphQL: nobody has counted its tokens, and any value would do. */
function refuseUnparsed(document: DocumentNode): void {
  if (!(document.loc instanceof Location)) throw new MalformedRequest('The query is not a GraphQL document.');
}

function refuseSubscription(document: DocumentNode): void {
  const asks = document.definitions.some((one) => one.kind === Kind.OPERATION_DEFINITION && one.operation === 'subscription');
  if (asks) throw new MalformedRequest('Subscriptions are asked for over a WebSocket.');
}

function refuseDear(document: DocumentNode, variables: Record<string, unknown> | undefined): void {
  const cost = costOf(document, variables);
  if (cost > MAX_COST) throw new TooComplex(`The request costs ${cost}, more than ${MAX_COST}: ask for fewer rows or fields.`);
}

/** The GraphQL endpoint. Resolvers come from the domain modules; the guard is everywhere. */
@Module({})
export class ApiModule {
  static forRoot(): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        GraphQLModule.forRootAsync<MercuriusDriverConfig>({ driver: MercuriusDriver, inject: [CONFIG, LOG], useFactory: mercuriusOptions }),
      ],
      providers: [
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_FILTER, useClass: GraphqlErrorFilter },
        RequestLimits,
        ...Object.values(CONNECTIONS).map((connection) => connection.resolver),
      ],
    };
  }
}
