import { Button, NativeSelect, Switch, TextInput } from '@mantine/core';
import { Building2, Link2, Lock, MapPin, Pencil, Settings2, Store as StoreIcon, Undo2 } from 'lucide-react';
import { useState } from 'react';
import type { PolicyDocumentFieldsFragment, PolicyOrigin } from '../graphql/generated/graphql.js';
import { inLanguage, useTexts } from '../i18n/use-texts.js';
import { StateChip } from '../ui/state-chip.js';
import classes from './policy.module.css';
import { parseValue } from './policy.rules.js';
import type { Setting } from './policy-queries.js';
import { settingTitle, valueText } from './setting-value.js';

const ORIGIN_ICONS = { default: Settings2, chain: Building2, region: MapPin, store: StoreIcon, terminal: Link2 } as const satisfies Record<
  PolicyOrigin,
  unknown
>;

/** One setting: what it means, what is in force, who set it, and its editor. */
export function SettingRow(props: {
  setting: Setting;
  document: PolicyDocumentFieldsFragment;
  drafted: unknown;
  isDrafted: boolean;
  mayEdit: boolean;
  change: (key: string, value: unknown) => void;
  forget: (key: string) => void;
}) {
  const { t, language } = useTexts();
  const { setting, document, drafted, isDrafted, mayEdit } = props;
  const [editing, setEditing] = useState(false);
  const inForce = document.values.find(({ key }) => key === setting.key);
  const title = settingTitle(setting, language);
  const value = isDrafted && drafted !== null ? drafted : inForce?.value;
  const origin = inForce?.origin ?? 'default';
  const open = editing || (isDrafted && drafted !== null);
  return (
    <li className={classes.setting} data-changed={isDrafted} data-testid={`setting-${setting.key}`}>
      <div>
        <h3>{title}</h3>
        <p className={classes.help}>{inLanguage(language, setting.helpEn, setting.helpZh)}</p>
      </div>
      <div className={classes.value}>
        {open ? (
          <ValueEditor setting={setting} value={value} label={title} change={(next) => props.change(setting.key, next)} />
        ) : (
          <strong data-testid="value">{isDrafted ? t('policy.willInherit') : valueText(setting, value, t, language)}</strong>
        )}
        <div className={classes.valueRow}>
          <StateChip tone={origin === 'default' ? 'quiet' : 'info'} icon={ORIGIN_ICONS[origin]} plain testId="origin">
            {inForce?.setHere && document.level === 'store' ? t('policy.origin.here') : t(`policy.origin.${origin}`)}
          </StateChip>
          {mayEdit ? null : document.level === 'store' && !setting.overridable ? (
            <StateChip tone="quiet" icon={Lock} plain>
              {t('policy.chainOnly')}
            </StateChip>
          ) : null}
        </div>
      </div>
      {mayEdit ? (
        <div className={classes.buttons}>
          {open || isDrafted ? (
            <Button
              variant="subtle"
              size="compact-md"
              leftSection={<Undo2 size={16} aria-hidden="true" />}
              onClick={() => {
                setEditing(false);
                props.forget(setting.key);
              }}
            >
              {t('policy.undo')}
            </Button>
          ) : (
            <Button
              variant="subtle"
              size="compact-md"
              leftSection={<Pencil size={16} aria-hidden="true" />}
              onClick={() => setEditing(true)}
              aria-label={t('policy.editNamed', { title })}
              data-testid="edit"
            >
              {t('policy.edit')}
            </Button>
          )}
          {inForce?.setHere && !isDrafted ? (
            <Button
              variant="subtle"
              size="compact-md"
              onClick={() => {
                setEditing(false);
                props.change(setting.key, null);
              }}
              aria-label={t(document.level === 'store' ? 'policy.useChainNamed' : 'policy.useDefaultNamed', { title })}
              data-testid="remove"
            >
              {document.level === 'store' ? t('policy.useChain') : t('policy.useDefault')}
            </Button>
          ) : null}
        </div>
      ) : null}
    </li>
  );
}

function ValueEditor(props: { setting: Setting; value: unknown; label: string; change: (value: unknown) => void }) {
  const { t, language } = useTexts();
  const { setting, value, label } = props;
  const [raw, setRaw] = useState(String(value ?? ''));
  const valid = parseValue(setting, raw) !== undefined;
  const typed = (next: string) => {
    setRaw(next);
    const parsed = parseValue(setting, next);
    if (parsed !== undefined) props.change(parsed);
  };
  if (setting.type === 'boolean') {
    return (
      <Switch
        checked={value === true}
        onChange={(event) => props.change(event.currentTarget.checked)}
        label={value === true ? t('policy.yes') : t('policy.no')}
        aria-label={label}
        data-testid="editor"
      />
    );
  }
  if (setting.type === 'choice') {
    return (
      <NativeSelect
        className={classes.editor ?? ''}
        aria-label={label}
        value={String(value)}
        onChange={(event) => props.change(event.currentTarget.value)}
        data={(setting.choices ?? []).map((choice) => ({
          value: choice.value,
          label: inLanguage(language, choice.titleEn, choice.titleZh),
        }))}
        data-testid="editor"
      />
    );
  }
  const unit = setting.unit === 'minutes' || setting.unit === 'seconds' ? t(`unitName.${setting.unit}`) : undefined;
  return (
    <TextInput
      className={classes.editor ?? ''}
      type={setting.type === 'time' ? 'time' : 'text'}
      inputMode={setting.type === 'time' || setting.type === 'text' ? undefined : 'numeric'}
      step={setting.type === 'time' ? 1 : undefined}
      aria-label={label}
      description={unit}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      value={raw}
      onChange={(event) => typed(event.currentTarget.value)}
      error={valid ? undefined : t('policy.invalid')}
      data-testid="editor"
    />
  );
}
