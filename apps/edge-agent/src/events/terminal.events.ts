import type { Clock } from '../clock.js';
import { type SampleSource, sampleOf, type Terminals } from '../terminals/index.js';
import type { EventHub } from './event.hub.js';

/** Changes that come together are told together. */
const TOGETHER_MS = 200;

/** Tells the hub what changed about terminals, while somebody listens. */
export function tellTerminalChanges(clock: Clock, hub: EventHub, terminals: Terminals, samples: SampleSource): void {
  const told = new Map<string, string>();
  let pending = false;
  const look = (emit: boolean) => {
    pending = false;
    for (const actor of terminals.all()) {
      const view = { id: actor.id, name: actor.connection.name, sample: sampleOf(actor, samples) };
      const text = JSON.stringify(view);
      if (told.get(actor.id) === text) continue;
      told.set(actor.id, text);
      if (emit) hub.emit({ type: 'terminal', terminal: actor.id, view });
    }
  };
  hub.onWarm((warm) => {
    told.clear();
    if (warm) look(false);
  });
  terminals.onChanged(() => {
    if (!hub.warm || pending) return;
    pending = true;
    clock.after(TOGETHER_MS, () => {
      if (hub.warm) look(true);
      else pending = false;
    });
  });
}
