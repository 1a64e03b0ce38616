import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../database/database.fixtures.js';
import { answerErrors } from './error-answer.js';
import { AccessRefused, InvalidArgument, MalformedRequest, Unauthenticated } from './graphql.errors.js';

const thrown = (cause: Error) => new GraphQLError(cause.message, { originalError: cause, path: ['stores'] });
const withCode = (message: string, code: string) => Object.assign(new Error(message), { code });
const one = (error: Error) => {
  const { statusCode, errors } = answerErrors([error], silentLog);
  return { statusCode, message: errors[0]!.message, ...errors[0]!.extensions };
};

describe('answerErrors', () => {
  it.each<[string, Error, object]>([
    ['nobody signed in', thrown(new Unauthenticated()), { statusCode: 200, code: 'unauthenticated' }],
    ['the wrong role', thrown(new AccessRefused()), { statusCode: 200, code: 'notAllowed' }],
    [
      'an argument out of range',
      thrown(new InvalidArgument('first', 'first: 1 to 200')),
      { code: 'invalidInput', field: 'first', message: 'first: 1 to 200' },
    ],
    [
      'a bad variable, wrapped twice',
      new GraphQLError('x', { originalError: thrown(new MalformedRequest('no Date')) }),
      { statusCode: 400, message: 'no Date' },
    ],
    [
      'an argument null at execution',
      new GraphQLError('Argument "id" of …', { path: ['store'] }),
      { statusCode: 400, code: 'malformedRequest' },
    ],
    [
      'a value of ours that can’t be written',
      new GraphQLError('Int cannot represent', { originalError: new GraphQLError('Int cannot represent'), path: ['stores'] }),
      { statusCode: 500, code: 'internal' },
    ],
    [
      'a null of ours where none may be',
      new GraphQLError('Cannot return null', { path: ['stores'] }),
      { statusCode: 500, code: 'internal' },
    ],
    [
      'a method that is not for this',
      Object.assign(new Error('x'), { statusCode: 405, errors: [new Error('not by GET')] }),
      { statusCode: 405, code: 'methodNotAllowed', message: 'not by GET' },
    ],
    ['a syntax error', new GraphQLError('Syntax Error'), { statusCode: 400, code: 'malformedRequest', message: 'Syntax Error' }],
    ['a body that is no JSON', Object.assign(new Error('no JSON'), { statusCode: 400 }), { statusCode: 400, code: 'malformedRequest' }],
    ['a text the database can’t hold', thrown(withCode('invalid byte sequence', '22021')), { statusCode: 400, code: 'malformedRequest' }],
    ['a lost database', thrown(withCode('terminating connection', '57P01')), { statusCode: 503, code: 'unavailable' }],
  ])('tells %s', (_name, error, expected) => {
    expect(one(error)).toMatchObject(expected);
  });

  it('tells of a bug only under which id the log has it', () => {
    const answer = one(thrown(withCode('column "password_hash" does not exist', '42703')));
    expect(answer).toMatchObject({ statusCode: 500, code: 'internal' });
    expect(answer.message).toMatch(/^Something went wrong on our side\. The log has it as [0-9a-f-]{36}\.$/);
  });

  it('tells every error of a validation, with the worst status', () => {
    const validation = Object.assign(new Error('Graphql validation error'), { errors: [new GraphQLError('a'), new GraphQLError('b')] });
    expect(answerErrors([validation], silentLog)).toMatchObject({ statusCode: 400, errors: [{ message: 'a' }, { message: 'b' }] });
  });
});
