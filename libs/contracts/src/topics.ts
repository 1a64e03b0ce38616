/**
 * MQTT topics of DESIGN.md: `tw/v1/<store>/<gateway>/<channel>`.
 * A gateway may use exactly its own topics; core subscribes to `tw/v1/+/+/<channel>`.
 */

/** Channels a gateway publishes. */
export const UP_CHANNELS = ['presence', 'live', 'journal'] as const;
/** Channels core publishes. */
export const DOWN_CHANNELS = ['journal/ack', 'journal/resend', 'desired', 'command'] as const;

export type UpChannel = (typeof UP_CHANNELS)[number];
export type DownChannel = (typeof DOWN_CHANNELS)[number];
export type Channel = UpChannel | DownChannel;

/** Quality of service and retain flag of each channel. */
export const CHANNEL_DELIVERY: Readonly<Record<Channel, { qos: 0 | 1; retain: boolean }>> = {
  presence: { qos: 1, retain: true },
  live: { qos: 0, retain: false },
  journal: { qos: 1, retain: false },
  'journal/ack': { qos: 1, retain: false },
  'journal/resend': { qos: 1, retain: false },
  desired: { qos: 1, retain: true },
  command: { qos: 1, retain: false },
};

export interface TopicAddress {
  store: string;
  gateway: string;
  channel: Channel;
}

const PREFIX = 'tw/v1/';
const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/;
const CHANNELS: ReadonlySet<string> = new Set<string>([...UP_CHANNELS, ...DOWN_CHANNELS]);

/** The topic of one channel of one gateway. */
export function topicOf(address: TopicAddress): string {
  return `${PREFIX}${address.store}/${address.gateway}/${address.channel}`;
}

/** The subscription filter core uses for one channel of every gateway. */
export function topicFilter(channel: Channel): string {
  return `${PREFIX}+/+/${channel}`;
}

/** Reads a topic; `undefined` for anything that is not exactly one of ours. */
export function parseTopic(topic: string): TopicAddress | undefined {
  if (!topic.startsWith(PREFIX)) return undefined;
  const [store, gateway, ...rest] = topic.slice(PREFIX.length).split('/');
  const channel = rest.join('/');
  if (!store || !gateway || !SLUG.test(store) || !SLUG.test(gateway) || !CHANNELS.has(channel)) return undefined;
  return { store, gateway, channel: channel as Channel };
}
