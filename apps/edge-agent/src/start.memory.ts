import * as module from 'node:module';

/** Exports of node:http that nothing here uses and whose mere reading loads the implementation of fetch. */
const FETCH_GETTERS = ['WebSocket', 'CloseEvent', 'MessageEvent'] as const;

/**
 * Keeps out of memory what comes along with modules the agent needs and is never used by it; to be called before they are imported. It is worth 4 MB and a tenth of
 * the processor time of a start (docs/benchmarks.md, edge-idle).
 *
 * 1. An `import` of node:http reads every export once, and reading three of them loads fetch with HTTP/2, streams and all. They become plain undefined; the globals
 *    of the same names stay as they are.
 * 2. zod exports the messages of fifty languages as one namespace. The agent's refusals are codes; its only texts are zod's English ones, which zod loads by itself.
 */
export function keepUnusedOut(): void {
  const http = process.getBuiltinModule('node:http');
  for (const name of FETCH_GETTERS) Object.defineProperty(http, name, { value: undefined });
  // Node before 22.15 has no such hooks: there the languages are loaded.
  module.registerHooks?.({
    resolve: (specifier, context, next) =>
      specifier === '../locales/index.js' && context.parentURL?.includes('/node_modules/zod/') === true
        ? { url: 'data:text/javascript,export{}', shortCircuit: true }
        : next(specifier, context),
  });
}
