import { queryOptions } from '@tanstack/react-query';
import { execute } from '../graphql/client.js';
import { CoursesDocument, type CoursesQuery, TrainingRecordsDocument, type TrainingRecordsQuery } from '../graphql/generated/graphql.js';
import type { TrainingRow } from './training.rules.js';

/** A course with its lessons and questions; right answers never leave the server. */
export type Course = CoursesQuery['courses'][number];

const MOST_PAGES = 20;

/** Every course. */
export const coursesQuery = queryOptions({
  queryKey: ['courses'] as const,
  queryFn: async (): Promise<Course[]> => (await execute(CoursesDocument)).courses,
  staleTime: 10 * 60_000,
});

/** Where everybody stands whom the viewer may see, optionally of one store. */
export const trainingQuery = (storeId: string | null) =>
  queryOptions({
    queryKey: ['training', storeId] as const,
    queryFn: async (): Promise<TrainingRow[]> => {
      const rows: TrainingRow[] = [];
      let after: string | null = null;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const { trainingRecords }: TrainingRecordsQuery = await execute(TrainingRecordsDocument, { storeId, after });
        rows.push(...trainingRecords.edges.map(({ node }) => node));
        if (!trainingRecords.pageInfo.hasNextPage) break;
        after = trainingRecords.pageInfo.endCursor;
      }
      return rows;
    },
  });
