import { Button, TextInput } from '@mantine/core';
import { Search } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { matches, tileState } from '../fleet/fleet.rules.js';
import { TerminalState } from '../fleet/terminal-state.js';
import type { StoreBoardFragment } from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { Money } from '../ui/values.js';
import classes from './approvals.module.css';
import { choose, chosenOf, placeOf } from './selection.rules.js';

/** The terminals by store, to choose from; `change` gets the new choice. */
export function TargetPicker(props: {
  stores: readonly StoreBoardFragment[];
  chosen: readonly string[];
  change: (chosen: string[]) => void;
  find: string;
  setFind: (find: string) => void;
}) {
  const { t } = useTexts();
  const { chosen, change, find } = props;
  const shown = props.stores.filter((store) => matches(store, { q: find }, 0));
  const places = shown.flatMap(placesIn);
  const set = new Set(chosen);
  return (
    <section aria-labelledby="choose-terminals">
      <h2 id="choose-terminals" className={classes.title}>
        {t('approval.choose')}
      </h2>
      <TextInput
        label={t('approval.find')}
        leftSection={<Search size={16} aria-hidden="true" />}
        value={find}
        onChange={(event) => props.setFind(event.currentTarget.value)}
        data-testid="ask-find"
      />
      <div className={classes.bar}>
        <span role="status" data-testid="ask-chosen">
          {t('approval.chosen', { count: chosen.length })}
        </span>
        <Button variant="default" size="sm" onClick={() => change(choose(chosen, places, true))} data-testid="ask-all">
          {t('approval.chooseShown')}
        </Button>
        <Button variant="default" size="sm" disabled={chosen.length === 0} onClick={() => change([])} data-testid="ask-none">
          {t('approval.chooseNone')}
        </Button>
      </div>
      <div className={classes.stores}>
        {shown.map((store) => (
          <StoreChoice key={store.id} store={store} chosen={set} toggle={(own, add) => change(choose(chosen, own, add))} />
        ))}
      </div>
    </section>
  );
}

const placesIn = (store: StoreBoardFragment): string[] => store.terminals.map(({ id }) => placeOf(store.id, id));

function StoreChoice(props: {
  store: StoreBoardFragment;
  chosen: ReadonlySet<string>;
  toggle: (places: readonly string[], add: boolean) => void;
}) {
  const { t } = useTexts();
  const { store, chosen, toggle } = props;
  const box = useRef<HTMLInputElement>(null);
  const places = placesIn(store);
  const own = chosenOf(chosen, places);
  useEffect(() => {
    if (box.current) box.current.indeterminate = own === 'some';
  }, [own]);
  return (
    <fieldset className={classes.store}>
      <legend>
        <label className={classes.choice}>
          <input
            ref={box}
            type="checkbox"
            checked={own === 'all'}
            onChange={() => toggle(places, own !== 'all')}
            aria-label={t('approval.wholeStore', { store: store.name })}
            data-testid={`choose-store-${store.id}`}
          />
          <strong>{store.name}</strong>
        </label>
      </legend>
      {store.terminals.map((terminal) => {
        const place = placeOf(store.id, terminal.id);
        return (
          <label key={terminal.id} className={classes.choice}>
            <input
              type="checkbox"
              checked={chosen.has(place)}
              onChange={(event) => toggle([place], event.currentTarget.checked)}
              data-testid={`choose-${terminal.id}`}
            />
            <span className={classes.terminal}>{terminal.name}</span>
            <TerminalState state={tileState(terminal, store)} plain />
            {terminal.unsettledCount > 0 ? (
              <span className={classes.money}>
                <Money value={terminal.unsettled} />
              </span>
            ) : null}
          </label>
        );
      })}
    </fieldset>
  );
}
