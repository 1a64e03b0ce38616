import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { execute } from '../graphql/client.js';
import { SaveAcquirerDocument } from '../graphql/generated/money/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { tell } from '../ui/announcer.js';
import { Dialog } from '../ui/dialog.js';
import { QuestionForm } from '../ui/question-form.js';
import { type Acquirer, renewStatements } from './statement-queries.js';

/** Formats an acquirer's files can be said to have, where their content alone does not say. */
const FORMATS = ['unionpay', 'wechat', 'alipay', 'adyen', 'stripe', 'csv'] as const;

/** Creates an acquirer, or changes its name, format and CSV profile. */
export function AcquirerDialog({ opened, close, acquirers }: { opened: boolean; close: () => void; acquirers: readonly Acquirer[] }) {
  const { t } = useTexts();
  const [chosen, setChosen] = useState('');
  return (
    <Dialog opened={opened} close={close} title={t('statement.acquirers')} testId="acquirer-dialog">
      {opened ? (
        <>
          {acquirers.length === 0 ? null : (
            <NativeSelect
              label={t('statement.acquirer')}
              value={chosen}
              onChange={(event) => setChosen(event.currentTarget.value)}
              data={[{ value: '', label: t('statement.newAcquirer') }, ...acquirers.map(({ id, name }) => ({ value: id, label: name }))]}
              mb="md"
              data-testid="acquirer-choice"
            />
          )}
          <AcquirerForm key={chosen} acquirer={acquirers.find(({ id }) => id === chosen)} close={close} />
        </>
      ) : null}
    </Dialog>
  );
}

const ID = /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/;

function AcquirerForm({ acquirer, close }: { acquirer: Acquirer | undefined; close: () => void }) {
  const { t } = useTexts();
  const [id, setId] = useState(acquirer?.id ?? '');
  const [name, setName] = useState(acquirer?.name ?? '');
  const [format, setFormat] = useState(acquirer?.format ?? '');
  const [profile, setProfile] = useState(acquirer?.profile ?? '');
  const faults = { id: !ID.test(id), name: name.trim() === '', profile: format === 'csv' && profile.trim() === '' };
  const save = async () => {
    // What is left out stays as it is: another format does not take the profile away.
    const input = { id, name: name.trim(), format: format === '' ? null : format, ...(format === 'csv' ? { profile } : {}) };
    const { saveAcquirer: answer } = await execute(SaveAcquirerDocument, { input });
    await renewStatements();
    if (answer.__typename !== 'Acquirer') return t(`refusal.${answer.code}`);
    tell('ok', t('statement.acquirerSaved', { name: input.name }));
    close();
    return undefined;
  };
  return (
    <QuestionForm
      faulty={faults.id || faults.name || faults.profile}
      confirm={{ label: t('statement.saveAcquirer'), testId: 'acquirer-save' }}
      notSent={t('error.awayText')}
      send={save}
      close={close}
    >
      {(tried) => (
        <>
          <TextInput
            label={t('statement.acquirerName')}
            required
            value={name}
            maxLength={80}
            onChange={(event) => setName(event.currentTarget.value)}
            error={tried && faults.name ? t('statement.nameMissing') : undefined}
            data-testid="acquirer-name"
            data-autofocus
          />
          <TextInput
            label={t('statement.acquirerId')}
            description={t('statement.acquirerIdHelp')}
            required
            value={id}
            disabled={acquirer !== undefined}
            autoCapitalize="none"
            onChange={(event) => setId(event.currentTarget.value)}
            error={tried && faults.id ? t('statement.idWrong') : undefined}
            data-testid="acquirer-id"
          />
          <NativeSelect
            label={t('statement.formatName')}
            value={format}
            onChange={(event) => setFormat(event.currentTarget.value)}
            data={[
              { value: '', label: t('statement.detect') },
              ...FORMATS.map((each) => ({ value: each, label: t(`statement.format.${each}`) })),
            ]}
            data-testid="acquirer-format"
          />
          {format === 'csv' ? (
            <Textarea
              label={t('statement.profile')}
              description={t('statement.profileHelp')}
              required
              rows={6}
              value={profile}
              onChange={(event) => setProfile(event.currentTarget.value)}
              error={tried && faults.profile ? t('statement.profileMissing') : undefined}
              data-testid="acquirer-profile"
            />
          ) : null}
        </>
      )}
    </QuestionForm>
  );
}
