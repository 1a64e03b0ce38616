import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { GraduationCap } from 'lucide-react';
import { useMinute } from '../app/clock.js';
import { inLanguage, useTexts } from '../i18n/use-texts.js';
import { CertificateChip } from '../training/certificate-chip.js';
import { certificateState, type TrainingRow } from '../training/training.rules.js';
import ui from '../ui/ui.module.css';
import { IfNot } from './if-not.js';
import classes from './today.module.css';

const SHOWN = 6;

/** Who has to train before they may (go on to) work a terminal. */
export function TrainingCard({ due }: { due: readonly TrainingRow[] }) {
  const { t, language } = useTexts();
  const minute = useMinute();
  return (
    <section className={ui.card} data-testid="training-due">
      <h2 className={ui.cardTitle}>{t('today.trainingTitle', { count: due.length })}</h2>
      <ul className={classes.list}>
        {due.slice(0, SHOWN).map((record) => (
          <li key={`${record.person.id} ${record.course.id}`}>
            <span>
              <strong>{record.person.name}</strong>{' '}
              <span className={ui.muted}>{inLanguage(language, record.course.titleEn, record.course.titleZh)}</span>
            </span>
            <CertificateChip state={certificateState(record, minute)} />
          </li>
        ))}
      </ul>
      <Button
        className={classes.button ?? ''}
        mt="md"
        variant="default"
        component={Link}
        to="/training"
        search={{ tab: 'team' } as never}
        leftSection={<GraduationCap size={18} aria-hidden="true" />}
      >
        {t('today.openTeam')}
      </Button>
      <IfNot>{t('ifNot.training')}</IfNot>
    </section>
  );
}
