import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Languages, type LucideIcon, Search, SlidersHorizontal, SquareTerminal, Store as StoreIcon, TriangleAlert } from 'lucide-react';
import { type KeyboardEvent, useId, useMemo, useState } from 'react';
import { NAVIGATION } from '../app/navigation.js';
import { fleetQuery } from '../fleet/fleet-queries.js';
import { LANGUAGE_NAMES } from '../i18n/language-names.js';
import { inLanguage, useTexts } from '../i18n/use-texts.js';
import { incidentsQuery, OPEN_INCIDENTS } from '../incidents/incident-queries.js';
import { catalogueQuery } from '../policy/policy-queries.js';
import { chooseLanguage, type Person } from '../session/session.js';
import { tell } from '../ui/announcer.js';
import { Dialog } from '../ui/dialog.js';
import classes from './palette.module.css';
import { find, moved, type PaletteItem } from './palette.rules.js';

interface Item extends PaletteItem {
  readonly kind: 'page' | 'store' | 'terminal' | 'incident' | 'setting' | 'action';
  readonly icon: LucideIcon;
  readonly go: () => void;
}

/** Goes anywhere by a few letters: pages, stores, terminals, open incidents, settings. A combobox over a listbox, in a dialog. */
export function Palette({ me, close }: { me: Person; close: () => void }) {
  const { t } = useTexts();
  const listId = useId();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const items = useItems(me);
  const found = useMemo(() => find(items, typed), [items, typed]);
  const chosen = Math.min(at, Math.max(0, found.length - 1));
  const run = (item: Item | undefined) => {
    if (!item) return;
    close();
    item.go();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      run(found[chosen]);
      return;
    }
    const next = moved(chosen, found.length, event.key);
    if (next === chosen) return;
    event.preventDefault();
    setAt(next);
    document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <Dialog opened close={close} shape="top" label={t('palette.open')}>
      <div className={classes.field}>
        <Search aria-hidden="true" />
        <input
          type="text"
          role="combobox"
          aria-label={t('palette.open')}
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={found.length > 0 ? `${listId}-${chosen}` : undefined}
          aria-autocomplete="list"
          placeholder={t('palette.hint')}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKey}
          data-autofocus
          data-testid="palette-input"
        />
      </div>
      <div id={listId} role="listbox" aria-label={t('palette.results')} className={classes.options}>
        {found.map((item, index) => {
          const Icon = item.icon;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the combobox keeps the focus and handles the keys (ARIA combobox pattern)
            <div
              key={item.id}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={index === chosen}
              className={classes.option}
              onClick={() => run(item)}
              onPointerMove={() => setAt(index)}
              data-testid={`palette-${item.id}`}
            >
              <Icon aria-hidden="true" />
              <span>{item.label}</span>
              <span className={classes.kind}>{t(`palette.kind.${item.kind}`)}</span>
            </div>
          );
        })}
      </div>
      <p className={found.length === 0 ? classes.none : 'mantine-visually-hidden'} role="status" hidden={found.length > 0}>
        {found.length === 0 ? t('palette.none') : null}
      </p>
    </Dialog>
  );
}

function useItems(me: Person): Item[] {
  const { t, language } = useTexts();
  const navigate = useNavigate();
  const stores = useQuery({ ...fleetQuery, enabled: me.role !== 'cashier' });
  const incidents = useInfiniteQuery({ ...incidentsQuery(OPEN_INCIDENTS), enabled: me.role !== 'cashier' });
  const seesPolicy = NAVIGATION[me.role].some(({ to }) => to === '/policy');
  const catalogue = useQuery({ ...catalogueQuery, enabled: seesPolicy });
  return useMemo(() => {
    const other = language === 'zh' ? 'en' : 'zh';
    const pages = NAVIGATION[me.role].map(
      ({ to, label, icon }): Item => ({
        id: `page${to.replace('/', '-')}`,
        kind: 'page',
        icon,
        label: t(label),
        words: [to],
        go: () => void navigate({ to }),
      }),
    );
    const open = (incidents.data?.pages ?? [])
      .flatMap((page) => page.incidents.edges)
      .map(
        ({ node }): Item => ({
          id: `incident-${node.id}`,
          kind: 'incident',
          icon: TriangleAlert,
          label: `${t(`incidentKind.${node.kind}`)} · ${node.terminal?.name ?? node.store.name}`,
          words: [node.store.name, node.kind],
          go: () => void navigate({ to: '/incidents/$incidentId', params: { incidentId: node.id } }),
        }),
      );
    const places = (stores.data ?? []).flatMap((store): Item[] => [
      {
        id: `store-${store.id}`,
        kind: 'store',
        icon: StoreIcon,
        label: store.name,
        words: [store.id, store.city],
        go: () => void navigate({ to: '/stores/$storeId', params: { storeId: store.id } }),
      },
      ...store.terminals.map(
        (terminal): Item => ({
          id: `terminal-${terminal.id}`,
          kind: 'terminal',
          icon: SquareTerminal,
          label: `${terminal.name} · ${store.name}`,
          words: [terminal.id, terminal.brand, terminal.model],
          go: () =>
            void navigate({
              to: '/stores/$storeId/terminals/$terminalId',
              params: { storeId: store.id, terminalId: terminal.id },
            }),
        }),
      ),
    ]);
    const settings = (catalogue.data ?? []).map(
      (setting): Item => ({
        id: `setting-${setting.key}`,
        kind: 'setting',
        icon: SlidersHorizontal,
        label: inLanguage(language, setting.titleEn, setting.titleZh),
        words: [setting.key, inLanguage(other, setting.titleEn, setting.titleZh)],
        go: () => void navigate({ to: '/policy', search: { setting: setting.key } }),
      }),
    );
    const speak: Item = {
      id: `language-${other}`,
      kind: 'action',
      icon: Languages,
      label: LANGUAGE_NAMES[other],
      words: [t('session.language'), 'language', '语言'],
      go: () => {
        chooseLanguage(other).catch(() => tell('warn', t('session.languageNotSaved')));
      },
    };
    return [...pages, ...open, ...places, ...settings, speak];
  }, [me.role, language, t, navigate, stores.data, incidents.data, catalogue.data]);
}
