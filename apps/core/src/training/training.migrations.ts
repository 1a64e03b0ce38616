import type { Migration } from '../database/index.js';

/** Quizzes handed in and certificates issued; neither is ever changed. */
export const trainingMigrations: readonly Migration[] = [
  {
    name: '0105-training',
    up: `
      CREATE TABLE quiz_attempt (
        person_id text NOT NULL REFERENCES person,
        id uuid NOT NULL,
        course_id text NOT NULL,
        course_version integer NOT NULL,
        at timestamptz NOT NULL,
        score integer NOT NULL,
        passed boolean NOT NULL,
        PRIMARY KEY (person_id, id)
      );
      CREATE INDEX quiz_attempt_newest ON quiz_attempt (person_id, course_id, at DESC);
      CREATE TABLE certificate (
        person_id text NOT NULL REFERENCES person,
        id uuid NOT NULL,
        course_id text NOT NULL,
        course_version integer NOT NULL,
        issued_at timestamptz NOT NULL,
        valid_until timestamptz NOT NULL,
        score integer NOT NULL,
        PRIMARY KEY (person_id, id)
      );
      CREATE INDEX certificate_newest ON certificate (person_id, course_id, valid_until DESC);

      ALTER TABLE quiz_attempt ENABLE ROW LEVEL SECURITY;
      ALTER TABLE quiz_attempt FORCE ROW LEVEL SECURITY;
      CREATE POLICY quiz_attempt_scope ON quiz_attempt USING (tw_sees_person(person_id)) WITH CHECK (tw_sees_person(person_id));
      GRANT SELECT, INSERT ON quiz_attempt TO tillward_app;
      ALTER TABLE certificate ENABLE ROW LEVEL SECURITY;
      ALTER TABLE certificate FORCE ROW LEVEL SECURITY;
      CREATE POLICY certificate_scope ON certificate USING (tw_sees_person(person_id)) WITH CHECK (tw_sees_person(person_id));
      GRANT SELECT, INSERT ON certificate TO tillward_app;
    `,
  },
];
