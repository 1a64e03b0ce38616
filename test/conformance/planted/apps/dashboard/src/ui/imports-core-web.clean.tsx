// expect: nothing
export { a } from '@tillward/calendar';
export type { JournalKind } from '@tillward/contracts';
