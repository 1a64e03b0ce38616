import { Button } from '@mantine/core';
import { Download } from 'lucide-react';
import { useId } from 'react';
import { useTexts } from '../i18n/use-texts.js';
import ui from '../ui/ui.module.css';
import classes from './board.module.css';
import { type ExportedTable, exportPath } from './export.rules.js';

/** Downloads what a list is narrowed to, all of it, as text or as a workbook. */
export function Exports({ table, filter }: { table: ExportedTable; filter: object }) {
  const { t } = useTexts();
  const label = useId();
  return (
    <div className={classes.exports}>
      <span className={`${ui.small} ${ui.muted}`} id={label}>
        {t('money.export')}
      </span>
      {(['csv', 'xlsx'] as const).map((format) => (
        <Button
          key={format}
          component="a"
          href={exportPath(table, filter, format)}
          download
          variant="default"
          leftSection={<Download size={16} aria-hidden="true" />}
          aria-describedby={label}
          data-testid={`export-${format}`}
        >
          {t(format === 'csv' ? 'money.exportCsv' : 'money.exportXlsx')}
        </Button>
      ))}
    </div>
  );
}
