import { CardKeyUnusable, type CardTags } from '../card-tags.js';
import type { WorkContext } from '../database/index.js';

/**
 * Holds core to one key: the first one that tagged a number of a stored statement. Throws {@link CardKeyUnusable} for another one, under which the numbers of rows stored before would not be found again.
 * Several cores may ask at once: they wait for whoever is first to end its transaction.
 */
export async function holdToKey(ctx: WorkContext, tags: CardTags): Promise<void> {
  const fingerprint = tags.fingerprint();
  await ctx.tx.query('INSERT INTO card_key (fingerprint, since) VALUES ($1, $2) ON CONFLICT DO NOTHING', [fingerprint, ctx.now()]);
  const [held] = (await ctx.tx.query('SELECT fingerprint FROM card_key')) as [{ fingerprint: string }];
  if (held.fingerprint !== fingerprint)
    throw new CardKeyUnusable(
      'The key (TILLWARD_REFERENCE_KEY_FILE) is another one than that of the statements before: put that one back, and give it to every core.',
    );
}
