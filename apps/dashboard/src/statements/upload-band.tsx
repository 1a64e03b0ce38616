import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Building2, Upload } from 'lucide-react';
import { type DragEvent, useRef, useState } from 'react';
import { useTexts } from '../i18n/use-texts.js';
import { Notice } from '../ui/blocks.js';
import ui from '../ui/ui.module.css';
import { usePhone } from '../ui/use-phone.js';
import { type Acquirer, fileQuery } from './statement-queries.js';
import classes from './statements.module.css';
import { UploadDialog } from './upload-dialog.js';

const MOST_FILES = 20;

/** Where files are dropped or picked. With `correct`, what is sent next takes that file's place. */
export function UploadBand(props: {
  /** Undefined until they are known. */
  acquirers: readonly Acquirer[] | undefined;
  correct: string | undefined;
  endCorrection: () => void;
  addAcquirer: () => void;
}) {
  const { t } = useTexts();
  const [files, setFiles] = useState<readonly File[]>([]);
  const [over, setOver] = useState(false);
  const phone = usePhone();
  const picker = useRef<HTMLInputElement>(null);
  const { data: corrected } = useQuery({ ...fileQuery(props.correct ?? ''), enabled: props.correct !== undefined });
  const take = (list: FileList | null) => {
    const most = props.correct === undefined ? MOST_FILES : 1;
    setFiles([...(list ?? [])].slice(0, most));
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <>
      {props.correct !== undefined && corrected ? (
        <div className={classes.correction}>
          <Notice tone="info" title={t('statement.correcting', { name: corrected.name })} testId="correcting">
            <p>{t('statement.correctingText')}</p>
            <Button variant="default" size="sm" mt="xs" onClick={props.endCorrection}>
              {t('statement.correctingEnd')}
            </Button>
          </Notice>
        </div>
      ) : null}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is the pointer's shortcut for the button inside */}
      <div
        className={classes.band}
        data-over={over}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        data-testid="upload-band"
      >
        <Upload aria-hidden="true" />
        <div className={classes.bandText}>
          <strong>{t(phone ? 'statement.send' : 'statement.drop')}</strong>
          <div className={`${ui.muted} ${ui.small}`}>{t('statement.dropHelp')}</div>
        </div>
        {props.acquirers?.length === 0 ? (
          <Button
            variant="default"
            leftSection={<Building2 size={16} aria-hidden="true" />}
            onClick={props.addAcquirer}
            data-testid="add-first-acquirer"
          >
            {t('statement.addFirst')}
          </Button>
        ) : null}
        <Button onClick={() => picker.current?.click()} data-testid="upload-choose">
          {t('statement.choose')}
        </Button>
        <input
          ref={picker}
          type="file"
          multiple={props.correct === undefined}
          hidden
          onChange={(event) => {
            take(event.currentTarget.files);
            event.currentTarget.value = '';
          }}
          data-testid="upload-input"
        />
      </div>
      <UploadDialog
        files={files}
        close={() => setFiles([])}
        acquirers={props.acquirers ?? []}
        corrected={props.correct === undefined ? undefined : (corrected ?? undefined)}
        endCorrection={props.endCorrection}
      />
    </>
  );
}
