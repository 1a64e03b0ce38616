import { z } from 'zod';

/** One environment variable of a program, as its messages and docs/environment.md name it. */
export interface EnvironmentVariable {
  name: string;
  /** What the variable must hold and what it is for: the description of its schema. */
  expected: string;
  /** What holds when it is left out; undefined when there is no such value. */
  byDefault: string | undefined;
  /** Without it the program does not start. */
  required: boolean;
}

/** The environment read: the values, or one line for every variable that is missing or wrong. */
export type EnvironmentRead<T> = { values: T } | { problems: readonly string[] };

/** The schema of a variable hides what docs/environment.md must say of it. */
class UndescribedVariable extends Error {
  override name = 'UndescribedVariable';
}

/**
 * Reads a program's environment. An empty variable counts as missing: that is how shells and compose files say "not set". A problem reads
 * `NAME: expected …` or `NAME: missing; expected …` with the description of the variable's schema, and never repeats a value, which may be a password.
 */
export function readEnvironment<S extends z.ZodObject>(
  schema: S,
  environment: Readonly<Record<string, string | undefined>>,
): EnvironmentRead<z.output<S>> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return { values: parsed.data };
  const wrong = new Set(parsed.error.issues.map((issue) => String(issue.path[0])));
  const problems = environmentVariables(schema)
    .filter(({ name }) => wrong.has(name))
    .map(({ name, expected }) => `${name}: ${name in given ? '' : 'missing; '}expected ${expected}`);
  return { problems };
}

/** The variables of an environment schema in its order. Throws when one has no description, or a default that can't be written as text. */
export function environmentVariables(schema: z.ZodObject): EnvironmentVariable[] {
  // JSON Schema sees through defaults and conversions: it says what is to be written into the variable.
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties).map(([name, property]) => {
    const { description, default: text } = property as { description?: string; default?: string };
    if (description === undefined) throw new UndescribedVariable(`${name} must say what is expected: .describe('…')`);
    if (text === undefined && schema.shape[name]?.safeParse(undefined).data !== undefined)
      throw new UndescribedVariable(`${name} must give its default as text: .prefault('…')`);
    return { name, expected: description, byDefault: text, required: required.includes(name) };
  });
}

/** A variable with any text but none. */
export function textVariable(expected: string): z.ZodString {
  return z.string().min(1).describe(expected);
}

/** A variable with a URL of one of these protocols, such as `mqtt:`. */
export function urlVariable(protocols: readonly string[], purpose: string): z.ZodURL {
  const starts = protocols.map((protocol) => `${protocol}//`);
  return z
    .url({ protocol: new RegExp(`^(${protocols.map((protocol) => protocol.slice(0, -1)).join('|')})$`) })
    .regex(/^[a-z]+:\/\/./)
    .describe(`a URL starting with ${starts.join(' or ')}: ${purpose}`);
}

/** A variable with a whole number within bounds, both included. A default is text: `.prefault('8080')`. */
export function numberVariable(min: number, max: number, purpose: string) {
  return z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .refine((value) => value >= min && value <= max)
    .describe(`a whole number from ${min} to ${max}: ${purpose}`);
}

/** A variable that is 1 for yes and 0 for no. */
export function flagVariable(byDefault: boolean, purpose: string) {
  return z
    .enum(['0', '1'])
    .default(byDefault ? '1' : '0')
    .transform((value) => value === '1')
    .describe(`0 or 1: ${purpose}`);
}

/** LOG_LEVEL as every program has it. */
export function logLevelVariable() {
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
  return z
    .enum(levels)
    .default('info')
    .describe(`${levels.slice(0, -1).join(', ')} or ${levels.at(-1)}: the least severe lines that are logged`);
}
