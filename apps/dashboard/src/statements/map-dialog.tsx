import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { fleetQuery } from '../fleet/fleet-queries.js';
import { execute } from '../graphql/client.js';
import { MapAcquirerTerminalsDocument } from '../graphql/generated/money/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { tell } from '../ui/announcer.js';
import { ErrorState, Skeletons } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
import { QuestionForm } from '../ui/question-form.js';
import ui from '../ui/ui.module.css';
import { placeKey, placeOf, type UnknownNumber, unknownNumbers } from './statement.rules.js';
import { acquirersQuery, renewStatements, type StatementFile, unmappedQuery } from './statement-queries.js';

/** Says which terminals an acquirer's unknown numbers are. */
export function MapDialog({ opened, close, file }: { opened: boolean; close: () => void; file: StatementFile }) {
  const { t } = useTexts();
  return (
    <Dialog opened={opened} close={close} title={t('statement.mapTitle')} shape="wide" testId="map-dialog">
      {opened ? <Mapping file={file} close={close} /> : null}
    </Dialog>
  );
}

function Mapping({ file, close }: { file: StatementFile; close: () => void }) {
  const { data: rows, error, refetch, isPending } = useQuery({ ...unmappedQuery(file.id), staleTime: 0 });
  if (isPending) return <Skeletons rows={3} height={56} />;
  if (error && !rows) return <ErrorState error={error} retry={() => void refetch()} />;
  return <MappingForm numbers={unknownNumbers(rows)} acquirerId={file.acquirerId ?? ''} close={close} />;
}

const nameOf = ({ merchantNo, terminalNo }: UnknownNumber): string => [merchantNo, terminalNo].filter((no) => no !== '').join(' / ');

function MappingForm({ numbers, acquirerId, close }: { numbers: readonly UnknownNumber[]; acquirerId: string; close: () => void }) {
  const { t } = useTexts();
  const places = usePlaces();
  const [chosen, setChosen] = useState<ReadonlyMap<string, string>>(new Map());
  const entries = numbers.flatMap((number) => {
    const place = chosen.get(nameOf(number));
    return place ? [{ merchantNo: number.merchantNo, terminalNo: number.terminalNo, ...placeOf(place) }] : [];
  });
  const save = async () => {
    const { mapAcquirerTerminals: answer } = await execute(MapAcquirerTerminalsDocument, { acquirerId, entries });
    await renewStatements();
    if (answer.__typename !== 'Acquirer') return answer.code === 'invalidInput' ? t('statement.mapRefused') : t(`refusal.${answer.code}`);
    tell('ok', t('statement.mapped', { count: entries.length }));
    close();
    return undefined;
  };
  return (
    <QuestionForm
      confirm={{ label: t('statement.mapSave', { count: entries.length }), disabled: entries.length === 0, testId: 'map-save' }}
      notSent={t('error.awayText')}
      send={save}
      close={close}
    >
      <p>{t('statement.mapText')}</p>
      {numbers.map((number) => (
        <NativeSelect
          key={nameOf(number)}
          label={nameOf(number)}
          description={t('statement.mapRows', { count: number.rows })}
          value={chosen.get(nameOf(number)) ?? ''}
          onChange={(event) => setChosen(new Map(chosen).set(nameOf(number), event.currentTarget.value))}
          data={[{ value: '', label: t('statement.mapLater') }, ...places(number)]}
          data-testid={`map-${number.merchantNo}-${number.terminalNo}`}
        />
      ))}
      {numbers.length === 0 ? <p className={ui.muted}>{t('statement.mapNone')}</p> : null}
    </QuestionForm>
  );
}

/** Where a number can belong: terminals without a number yet, of a number without terminal the whole store. */
function usePlaces() {
  const { t } = useTexts();
  const { data: fleet = [] } = useQuery(fleetQuery);
  const { data: acquirers = [] } = useQuery(acquirersQuery);
  const taken = new Set(acquirers.flatMap(({ mapping }) => mapping.map(({ storeId, terminalId }) => placeKey(storeId, terminalId))));
  return ({ terminalNo }: UnknownNumber) =>
    fleet.map((store) => ({
      group: store.name,
      items:
        terminalNo === ''
          ? [{ value: placeKey(store.id, null), label: t('statement.allOf', { store: store.name }) }]
          : store.terminals
              .filter(({ id }) => !taken.has(placeKey(store.id, id)))
              .map(({ id, name }) => ({ value: placeKey(store.id, id), label: `${name} · ${store.name}` })),
    }));
}
