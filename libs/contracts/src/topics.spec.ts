import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slug } from './identifiers.js';
import { CHANNEL_DELIVERY, type Channel, DOWN_CHANNELS, parseTopic, topicFilter, topicOf, UP_CHANNELS } from './topics.js';

const CHANNELS: readonly Channel[] = [...UP_CHANNELS, ...DOWN_CHANNELS];
const arbitrarySlug = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/);

describe('topics', () => {
  it('reads back every topic it writes', () => {
    fc.assert(
      fc.property(arbitrarySlug, arbitrarySlug, fc.constantFrom(...CHANNELS), (store, gateway, channel) => {
        expect(parseTopic(topicOf({ store, gateway, channel }))).toEqual({ store, gateway, channel });
      }),
    );
  });

  it('reads only what is written exactly so', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `tw/v1/${text}`),
          fc.string().map((text) => `tw/v1/berlin/gw-1/${text}`),
        ),
        (topic) => {
          const address = parseTopic(topic);
          expect(address === undefined || topicOf(address) === topic).toBe(true);
        },
      ),
    );
  });

  it.each([
    '',
    'tw/v1',
    'tw/v1/berlin/gw-1',
    'tw/v1/berlin/gw-1/',
    'tw/v1/berlin/gw-1/reported',
    'tw/v1/berlin/gw-1/journal/',
    'tw/v1/berlin/gw-1/journal/ack/x',
    'tw/v1/berlin//journal',
    'tw/v1//gw-1/journal',
    'tw/v2/berlin/gw-1/journal',
    'TW/v1/berlin/gw-1/journal',
    ' tw/v1/berlin/gw-1/journal',
    'tw/v1/berlin/gw-1/journal\n',
    'tw/v1/Berlin/gw-1/journal',
    'tw/v1/-berlin/gw-1/journal',
    'tw/v1/+/gw-1/journal',
    'tw/v1/berlin/#',
    '$SYS/broker/uptime',
    '$share/core/tw/v1/+/+/journal',
    `tw/v1/${'a'.repeat(49)}/gw-1/journal`,
  ])('does not read the foreign topic %j', (topic) => {
    expect(parseTopic(topic)).toBeUndefined();
  });

  it('takes the same identifiers as the schema', () => {
    fc.assert(
      fc.property(
        fc.oneof(arbitrarySlug, fc.string(), fc.string({ minLength: 47, maxLength: 50, unit: fc.constantFrom('a', '-') })),
        (text) => {
          expect(parseTopic(`tw/v1/${text}/gw-1/live`) !== undefined).toBe(slug.safeParse(text).success);
        },
      ),
    );
  });

  it.each(CHANNELS)('subscribes to %s of every gateway and nothing else', (channel) => {
    const filter = topicFilter(channel).split('/');
    const topic = topicOf({ store: 'berlin', gateway: 'gw-1', channel }).split('/');
    expect(filter.map((level, i) => (level === '+' ? topic[i] : level))).toEqual(topic);
    expect(filter).not.toContain('#');
  });

  it('retains presence and desired alone, and only live may be lost', () => {
    const having = (test: (delivery: { qos: number; retain: boolean }) => boolean) =>
      CHANNELS.filter((channel) => test(CHANNEL_DELIVERY[channel]));
    expect(having(({ retain }) => retain)).toEqual(['presence', 'desired']);
    expect(having(({ qos }) => qos === 0)).toEqual(['live']);
  });
});
