import { describe, expect, it } from 'vitest';
import { type DerivedKeys, deriveKeys, NexoCryptoError, open, passphraseProblem, type SealedMessage, seal } from './crypto.js';
import type { MessageHeader } from './header.js';
import { MessageError } from './message-error.js';
import { Reader } from './reader.js';

const PASSPHRASE = 'correct horse battery staple';
const key = { identifier: 'k', version: 7, passphrase: PASSPHRASE };
const header: MessageHeader = {
  ProtocolVersion: '3.0',
  MessageClass: 'Service',
  MessageCategory: 'Login',
  MessageType: 'Request',
  ServiceID: 'S1',
  SaleID: 'till',
  POIID: 'V400m-1',
};
const plaintext = JSON.stringify({ SaleToPOIRequest: { MessageHeader: header, LoginRequest: { Note: 'Zürich' } } });

/** Made once by the vendor's own library from the same header, plaintext, key and nonce. */
const VENDORS = {
  nonce: 'rHaBjGdaHDhg32y9nql1kA==',
  hmac: 'Y8+cQKG9rhG/NatozTzGzupZelm0txIDqi5ndGZD6AA=',
  blob:
    'YY2aGArIdNfqUDgJiFvJTBtjNGmWAQlApx8QOTgsG9WOPwvfhaaLqVzBEwoSYaf00BOnSxfo9xKUQ5XE4NkOXPetFFxNWD0xc7NXsrM89LzLpNOptNCyDyByfLrTqhfby9E6AOKtJl9nNu46' +
    '4uTAMpmx8S8WT4wKtuBX8YpS2YyEPiylu99Kfk03+4HiwOKRuVvd8o4tp/pBR5AE0BzxF7nvr2fZ1yzAIN1ufiaASyyI2ltAyb2NrzDqsqBYudjgPbvchRd1wu5Xr2l7GOJLDGf0DC1PdAnI' +
    'Hlb7SUksUuoFgOP9dYB5iRBe2EEELOp9',
} as const;

const sealed = async (change: (message: SealedMessage, keys: DerivedKeys) => unknown = (message) => message) => {
  const keys = await deriveKeys(PASSPHRASE);
  const message = seal(header, plaintext, key, keys, Buffer.from(VENDORS.nonce, 'base64'));
  return { keys, reader: Reader.of(JSON.parse(JSON.stringify(change(message, keys))), 'SaleToPOIRequest') };
};

describe('NexoCrypto', () => {
  it('derives the keys that PBKDF2 says', async () => {
    const { hmacKey, cipherKey, iv } = await deriveKeys(PASSPHRASE);
    expect(Buffer.concat([hmacKey, cipherKey, iv]).toString('hex')).toBe(
      '4a6d29898941aa7957a2b21b5f001b41f684edc5e45739ca2ae2b58df6df4b9340dc887457945d4fc4befdead88dea1edafcb6b410589e5b04ad87629abb19e9d5514d02b4f9a145df741465fe1fe75c',
    );
    expect([hmacKey.length, cipherKey.length, iv.length]).toEqual([32, 32, 16]);
  });

  it("writes what the vendor's library writes", async () => {
    const keys = await deriveKeys(PASSPHRASE);
    expect(seal(header, plaintext, key, keys, Buffer.from(VENDORS.nonce, 'base64'))).toEqual({
      MessageHeader: header,
      NexoBlob: VENDORS.blob,
      SecurityTrailer: { AdyenCryptoVersion: 1, KeyIdentifier: 'k', KeyVersion: 7, Nonce: VENDORS.nonce, Hmac: VENDORS.hmac },
    });
  });

  it('reads what it wrote', async () => {
    const { keys, reader } = await sealed();
    const opened = open(reader, 'SaleToPOIRequest', key, keys);
    expect(opened.header).toEqual(header);
    expect(opened.message.object('LoginRequest').text('Note')).toBe('Zürich');
  });

  const spoil = (path: 'trailer' | 'header' | 'blob', fields: object) => (message: SealedMessage) =>
    path === 'blob'
      ? { ...message, ...fields }
      : path === 'header'
        ? { ...message, MessageHeader: { ...message.MessageHeader, ...fields } }
        : { ...message, SecurityTrailer: { ...message.SecurityTrailer, ...fields } };
  const flipped = Buffer.from(VENDORS.blob, 'base64');
  flipped[20]! ^= 1;

  it.each([
    ['another crypto version', spoil('trailer', { AdyenCryptoVersion: 2 }), 'cryptoVersion'],
    ['another key', spoil('trailer', { KeyIdentifier: 'other' }), 'keyIdentifier'],
    ['another version of the key', spoil('trailer', { KeyVersion: 6 }), 'keyVersion'],
    ['a short nonce', spoil('trailer', { Nonce: 'AAAA' }), 'undecryptable'],
    ['another nonce', spoil('trailer', { Nonce: Buffer.alloc(16).toString('base64') }), 'hmac'],
    ['a wrong HMAC', spoil('trailer', { Hmac: Buffer.alloc(32).toString('base64') }), 'hmac'],
    ['a short HMAC', spoil('trailer', { Hmac: 'AAAA' }), 'hmac'],
    ['a flipped bit', spoil('blob', { NexoBlob: flipped.toString('base64') }), 'hmac'],
    ['a cut blob', spoil('blob', { NexoBlob: VENDORS.blob.slice(0, 40) }), 'undecryptable'],
    ['no blob', spoil('blob', { NexoBlob: '' }), 'undecryptable'],
    ['a blob that is no text', spoil('blob', { NexoBlob: 5 }), 'undecryptable'],
    ['another ServiceID in clear', spoil('header', { ServiceID: 'S2' }), 'header'],
    ['another category in clear', spoil('header', { MessageCategory: 'Payment' }), 'header'],
    ['another terminal in clear', spoil('header', { POIID: 'V400m-2' }), 'header'],
    ['no SaleID in clear', spoil('header', { SaleID: undefined }), 'header'],
  ] as const)('does not believe %s', async (_name, change, code) => {
    const { keys, reader } = await sealed(change);
    expect(() => open(reader, 'SaleToPOIRequest', key, keys)).toThrow(expect.objectContaining({ name: NexoCryptoError.name, code }));
  });

  it('does not believe another passphrase', async () => {
    const { reader } = await sealed();
    const other = await deriveKeys('another');
    expect(() => open(reader, 'SaleToPOIRequest', key, other)).toThrow(NexoCryptoError);
  });

  it('says what is missing from what is no encrypted message', async () => {
    const { keys } = await sealed();
    expect(() => open(Reader.of({}, ''), 'SaleToPOIRequest', key, keys)).toThrow(MessageError);
  });

  it('takes no passphrase that is turned into bytes in different ways', () => {
    expect(['', 'Größe', 'tab\t'].map(passphraseProblem)).not.toContain(null);
    expect(passphraseProblem(PASSPHRASE)).toBeNull();
  });
});
