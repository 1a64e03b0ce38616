import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTexts } from '../i18n/use-texts.js';
import { ActDialog, type ActKind } from './act-dialog.js';
import { actsFor, isSelectable } from './difference.rules.js';
import type { Difference } from './difference-queries.js';
import classes from './differences.module.css';

/** Selects what is shown, and does one thing with all that is selected. */
export function BulkBar(props: {
  shown: readonly Difference[];
  selected: readonly Difference[];
  selectAll: () => void;
  clear: () => void;
}) {
  const { t } = useTexts();
  const [acting, setActing] = useState<ActKind | null>(null);
  const { shown, selected } = props;
  const acts = actsFor(selected);
  const selectable = shown.filter(isSelectable);
  // Of everything that is shown nothing is the viewer's: there is nothing to select.
  if (selectable.length === 0 && selected.length === 0) return null;
  return (
    <section className={classes.bulk} data-any={selected.length > 0} aria-label={t('difference.bulk')} data-testid="bulk">
      {selected.length === 0 ? (
        <Button variant="default" size="sm" onClick={props.selectAll} data-testid="select-all">
          {t(selectable.length < shown.length ? 'difference.selectYours' : 'difference.selectAll', { count: selectable.length })}
        </Button>
      ) : (
        <>
          <strong role="status">{t('difference.selected', { count: selected.length })}</strong>
          {acts.length === 0 ? <span data-testid="bulk-none">{t('difference.nothingTogether')}</span> : null}
          {acts.map((kind) => (
            <Button
              key={kind}
              size="sm"
              variant={kind === 'assign' ? 'filled' : 'default'}
              onClick={() => setActing(kind)}
              data-testid={`bulk-${kind}`}
            >
              {t(`difference.${kind}`)}
            </Button>
          ))}
          <Button size="sm" variant="subtle" onClick={props.clear} data-testid="bulk-clear">
            {t('difference.clear')}
          </Button>
        </>
      )}
      <ActDialog kind={acting} differences={selected} close={() => setActing(null)} done={props.clear} />
    </section>
  );
}
