import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import { ActDialog, type ActKind } from './act-dialog.js';
import { actsFor } from './difference.rules.js';
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
  const me = useMe();
  const [acting, setActing] = useState<ActKind | null>(null);
  const { shown, selected } = props;
  const acts = actsFor(
    me.role,
    selected.map(({ state }) => state),
  );
  return (
    <section className={classes.bulk} data-any={selected.length > 0} aria-label={t('difference.bulk')} data-testid="bulk">
      {selected.length === 0 ? (
        <Button variant="default" size="sm" onClick={props.selectAll} data-testid="select-all">
          {t('difference.selectAll', { count: shown.length })}
        </Button>
      ) : (
        <>
          <strong role="status">{t('difference.selected', { count: selected.length })}</strong>
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
