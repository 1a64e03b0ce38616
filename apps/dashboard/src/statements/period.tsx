import { BusinessDay } from '../ui/values.js';
import type { StatementFile } from './statement-queries.js';

/** The days a file covers; a dash before it is read. */
export function Period({ file: { periodFrom, periodTo } }: { file: StatementFile }) {
  if (periodFrom === null) return <>–</>;
  if (periodTo === null || periodTo === periodFrom) return <BusinessDay day={periodFrom} />;
  return (
    <>
      <BusinessDay day={periodFrom} />
      {' – '}
      <BusinessDay day={periodTo} />
    </>
  );
}
