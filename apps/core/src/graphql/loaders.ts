import DataLoader from 'dataloader';
import type { RequestContext } from './access.js';

/**
 * The loader of this request under `key` (any object the caller owns), made on first use. `batch` gets every id asked for in one tick
 * and returns a map; an id it doesn't have resolves to null. A subscription's
 * loaders only batch: what they read changes while they live. Loaders never outlive a request, so nothing is served across viewers.
 */
export function requestLoader<V>(
  context: RequestContext,
  key: object,
  batch: (ids: readonly string[]) => Promise<ReadonlyMap<string, V>>,
): DataLoader<string, V | null> {
  const known = context.loaders.get(key) as DataLoader<string, V | null> | undefined;
  if (known) return known;
  const loader = new DataLoader<string, V | null>(
    async (ids) => {
      const found = await batch([...new Set(ids)]);
      return ids.map((id) => found.get(id) ?? null);
    },
    { cache: !context.isSubscription },
  );
  context.loaders.set(key, loader);
  return loader;
}
