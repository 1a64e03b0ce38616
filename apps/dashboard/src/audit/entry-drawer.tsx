import { Button } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { ArrowLeft, ArrowRight, CircleCheck, CircleDashed, TriangleAlert } from 'lucide-react';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { Fact, Facts } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
import { StateChip } from '../ui/state-chip.js';
import ui from '../ui/ui.module.css';
import { ZonedMoment } from '../ui/values.js';
import classes from './audit.module.css';
import { type AuditRow, linked } from './audit-queries.js';
import { auditKey } from './audit-words.js';

const route = getRouteApi('/signed-in/audit');

/** One entry with its place in the chain. Which one stands in the address. */
export function EntryDrawer({ rows }: { rows: readonly AuditRow[] }) {
  const { t } = useTexts();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const byIndex = new Map(rows.map((row) => [row.index, row]));
  const entry = search.entry === undefined ? undefined : byIndex.get(search.entry);
  const open = (index: number | undefined) => {
    const { entry: _closed, ...rest } = search;
    void navigate({ search: index === undefined ? rest : { ...rest, entry: index }, replace: true, resetScroll: false });
  };
  return (
    <Dialog
      opened={entry !== undefined}
      close={() => open(undefined)}
      shape="side"
      title={entry ? t('audit.entryTitle', { index: entry.index }) : ''}
    >
      {entry ? (
        <div data-testid="audit-entry">
          <Entry entry={entry} earlier={byIndex.get(entry.index - 1)} later={byIndex.get(entry.index + 1)} />
          <div className={classes.turns}>
            <Button
              variant="default"
              disabled={!byIndex.has(entry.index - 1)}
              onClick={() => open(entry.index - 1)}
              leftSection={<ArrowLeft size={16} aria-hidden="true" />}
            >
              {t('audit.earlier')}
            </Button>
            <Button
              variant="default"
              disabled={!byIndex.has(entry.index + 1)}
              onClick={() => open(entry.index + 1)}
              rightSection={<ArrowRight size={16} aria-hidden="true" />}
            >
              {t('audit.later')}
            </Button>
          </div>
        </div>
      ) : null}
    </Dialog>
  );
}

function Entry({ entry, earlier, later }: { entry: AuditRow; earlier: AuditRow | undefined; later: AuditRow | undefined }) {
  const { t } = useTexts();
  return (
    <>
      <Facts>
        <Fact name={t('audit.action')}>{textOrCode(t, 'auditAction', auditKey(entry.action))}</Fact>
        <Fact name={t('audit.at')}>
          <ZonedMoment at={entry.at} timeZone="UTC" />
        </Fact>
        <Fact name={t('audit.actor')}>
          {entry.actorRole === 'system' ? t('actor.system') : `${entry.actor} · ${textOrCode(t, 'role', entry.actorRole)}`}
        </Fact>
        <Fact name={t('audit.subject')}>
          <span className={ui.mono}>{entry.subject}</span>
        </Fact>
        <Fact name={t('audit.summary')}>{entry.summary}</Fact>
      </Facts>
      <h3 className={classes.sub}>{t('audit.detail')}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1) */}
      <section className={classes.detail} tabIndex={0} aria-label={t('audit.detail')}>
        {JSON.stringify(entry.detail, null, 2)}
      </section>
      <h3 className={classes.sub}>{t('audit.chain')}</h3>
      <ol className={classes.chain}>
        <li>
          <div className={ui.small}>{t('audit.prevHash')}</div>
          <div className={ui.mono}>{entry.prevHash}</div>
          <LinkState holds={entry.index === 0 ? true : linked(earlier, entry)} />
        </li>
        <li>
          <div className={ui.small}>{t('audit.hash')}</div>
          <div className={ui.mono} data-testid="entry-hash">
            {entry.hash}
          </div>
          <LinkState holds={linked(entry, later)} />
        </li>
      </ol>
    </>
  );
}

function LinkState({ holds }: { holds: boolean | null }) {
  const { t } = useTexts();
  if (holds === null) {
    return (
      <StateChip tone="quiet" icon={CircleDashed} plain>
        {t('audit.neighbourNotLoaded')}
      </StateChip>
    );
  }
  return holds ? (
    <StateChip tone="ok" icon={CircleCheck} plain>
      {t('audit.linked')}
    </StateChip>
  ) : (
    <StateChip tone="bad" icon={TriangleAlert} plain>
      {t('audit.notLinked')}
    </StateChip>
  );
}
