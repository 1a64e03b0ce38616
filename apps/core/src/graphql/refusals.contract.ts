import { Field, ID, Int, InterfaceType, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { TerminalActionBlock } from './terminal.contract.js';

/** Stable codes of expected failures; the dashboard has its own sentences for them in both languages. */
export const RefusalCode = {
  invalidInput: 'invalidInput',
  notFound: 'notFound',
  notAllowed: 'notAllowed',
  versionConflict: 'versionConflict',
  settingLocked: 'settingLocked',
  alreadyDone: 'alreadyDone',
  stepNotReady: 'stepNotReady',
  commandUndeliverable: 'commandUndeliverable',
  quizOutdated: 'quizOutdated',
  unsupportedAction: 'unsupportedAction',
  alreadyRunning: 'alreadyRunning',
  secondPersonNeeded: 'secondPersonNeeded',
  ownRequest: 'ownRequest',
  contentChanged: 'contentChanged',
  requestExpired: 'requestExpired',
  requestPending: 'requestPending',
} as const;
export type RefusalCode = (typeof RefusalCode)[keyof typeof RefusalCode];
registerEnumType(RefusalCode, { name: 'RefusalCode' });

/** An expected failure, returned as a value. `code` decides which object type it is. */
@InterfaceType('Refusal', { resolveType: (value: RefusalValue) => refusalTypeName(value.code) })
export abstract class RefusalType {
  @Field(() => RefusalCode) code!: RefusalCode;
  @Field(() => String) message!: string;
}

/** A value of the input is wrong; `field` says which. */
@ObjectType('InvalidInput', { implements: () => [RefusalType] })
export class InvalidInputType extends RefusalType {
  @Field(() => String) field!: string;
}

/** There is no such thing, or it belongs to a store the viewer doesn't see. */
@ObjectType('NotFound', { implements: () => [RefusalType] })
export class NotFoundType extends RefusalType {}

/** The viewer's role may not do this. */
@ObjectType('NotAllowed', { implements: () => [RefusalType] })
export class NotAllowedType extends RefusalType {}

/** Somebody changed it in between; nothing was changed. */
@ObjectType('VersionConflict', { implements: () => [RefusalType] })
export class VersionConflictType extends RefusalType {
  @Field(() => Int) currentVersion!: number;
}

/** The setting can be set only higher up. */
@ObjectType('SettingLocked', { implements: () => [RefusalType] })
export class SettingLockedType extends RefusalType {
  @Field(() => String) key!: string;
}

/** It was done before, by somebody or something else. */
@ObjectType('AlreadyDone', { implements: () => [RefusalType] })
export class AlreadyDoneType extends RefusalType {}

/** An earlier step is not finished, or this one is under way. */
@ObjectType('StepNotReady', { implements: () => [RefusalType] })
export class StepNotReadyType extends RefusalType {}

/** Who asked can't agree to it: somebody else has to. */
@ObjectType('OwnRequest', { implements: () => [RefusalType] })
export class OwnRequestType extends RefusalType {}

/** What was agreed to is not what was asked for; nothing was done. */
@ObjectType('ContentChanged', { implements: () => [RefusalType] })
export class ContentChangedType extends RefusalType {}

/** Nobody decided in time. */
@ObjectType('RequestExpired', { implements: () => [RefusalType] })
export class RequestExpiredType extends RefusalType {}

/** Another request about the same waits for a decision; nothing was asked for. */
@ObjectType('RequestPending', { implements: () => [RefusalType] })
export class RequestPendingType extends RefusalType {
  @Field(() => ID, { description: 'The request that waits.' }) requestId!: string;
}

/** The quiz answered is not the current version. */
@ObjectType('QuizOutdated', { implements: () => [RefusalType] })
export class QuizOutdatedType extends RefusalType {
  @Field(() => Int) currentVersion!: number;
}

/** A refusal as services return it: plain data, told from a success by its `refused` mark. */
export type RefusalValue =
  | { refused: true; code: 'invalidInput'; message: string; field: string }
  | { refused: true; code: 'notFound'; message: string }
  | { refused: true; code: 'notAllowed'; message: string }
  | { refused: true; code: 'versionConflict'; message: string; currentVersion: number }
  | { refused: true; code: 'settingLocked'; message: string; key: string }
  | { refused: true; code: 'alreadyDone'; message: string }
  | { refused: true; code: 'stepNotReady'; message: string }
  | { refused: true; code: 'quizOutdated'; message: string; currentVersion: number }
  | { refused: true; code: 'unsupportedAction'; message: string; block: TerminalActionBlock }
  | { refused: true; code: 'alreadyRunning'; message: string; commandId: string }
  | { refused: true; code: 'secondPersonNeeded'; message: string; limit: number }
  | { refused: true; code: 'ownRequest'; message: string }
  | { refused: true; code: 'contentChanged'; message: string }
  | { refused: true; code: 'requestExpired'; message: string }
  | { refused: true; code: 'requestPending'; message: string; requestId: string };

/** The refusal with one of these codes. */
export type RefusalOf<C extends RefusalCode> = Extract<RefusalValue, { code: C }>;

/** True for a refusal, false for whatever the service returns when it did what was asked. */
export function isRefusal(value: unknown): value is RefusalValue {
  return typeof value === 'object' && value !== null && (value as { refused?: unknown }).refused === true;
}

/** The GraphQL type name of a refusal: its code with a capital first letter. */
export function refusalTypeName(code: RefusalCode): string {
  return code.charAt(0).toUpperCase() + code.slice(1);
}

/** Resolves a result union: a refusal by its code, anything else as `success`. */
export function resultType(success: string): (value: unknown) => string {
  return (value) => (isRefusal(value) ? refusalTypeName(value.code) : success);
}

/** Refusals that carry nothing but a sentence. */
export type PlainRefusal = 'notFound' | 'notAllowed' | 'alreadyDone' | 'stepNotReady' | 'ownRequest' | 'contentChanged' | 'requestExpired';

/** Makes the refusals that carry nothing but a sentence. */
export function refuse<C extends PlainRefusal>(code: C, message: string): RefusalOf<C> {
  return { refused: true, code, message } as RefusalOf<C>;
}

/** Makes a `RequestPending`: it names the request that has to be decided, or taken back, first. */
export function requestPending(requestId: string, message: string): RefusalOf<'requestPending'> {
  return { refused: true, code: 'requestPending', message, requestId };
}

/** Makes an `InvalidInput`. `field` is the path of the input field in GraphQL terms, such as `changes[0].value`. */
export function invalidInput(field: string, message: string): RefusalOf<'invalidInput'> {
  return { refused: true, code: 'invalidInput', message, field };
}
