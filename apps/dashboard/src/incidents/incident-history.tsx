import type { IncidentFullFragment } from '../graphql/generated/graphql.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { ZonedMoment } from '../ui/values.js';
import { actorWords, historyKey, historyWords } from './incident-words.js';
import classes from './incidents.module.css';

/** Everything that happened to an incident, oldest first. */
export function IncidentHistory({ incident }: { incident: IncidentFullFragment }) {
  const { t, locale } = useTexts();
  return (
    <ol className={classes.history}>
      {incident.history.map((event, at) => (
        <li key={at}>
          <ZonedMoment at={event.at} timeZone={incident.store.timeZone} />
          <p>
            <strong>{actorWords(t, event.actor)}</strong> {textOrCode(t, 'historyAction', historyKey(event.action))}
          </p>
          {event.detail ? <p>{historyWords(t, locale, event.action, event.detail)}</p> : null}
        </li>
      ))}
    </ol>
  );
}
