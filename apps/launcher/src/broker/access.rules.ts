import { CHANNEL_DELIVERY, DOWN_CHANNELS, parseTopic, topicFilter, topicOf, UP_CHANNELS } from '@tillward/contracts';

/** Who a client has proven to be, as far as topics go. */
export type TopicOwner = { readonly role: 'core' } | { readonly role: 'gateway'; readonly store: string; readonly gateway: string };

/** Why a publish or subscription is refused; goes to the log. */
export type AccessRefusal = 'topicNotAllowed' | 'retainNotAllowed' | 'qosNotAllowed';

const UP: ReadonlySet<string> = new Set(UP_CHANNELS);
const DOWN: ReadonlySet<string> = new Set(DOWN_CHANNELS);
const CORE_FILTERS: ReadonlySet<string> = new Set(UP_CHANNELS.map((channel) => topicFilter(channel)));

/** DESIGN.md, MQTT topics: a gateway publishes exactly its own up channels, core the down channels; retained only where the table says. */
export function refusePublish(who: TopicOwner, packet: { topic: string; retain: boolean; qos: number }): AccessRefusal | undefined {
  const address = parseTopic(packet.topic);
  if (address === undefined) return 'topicNotAllowed';
  if (who.role === 'gateway') {
    if (address.store !== who.store || address.gateway !== who.gateway || !UP.has(address.channel)) return 'topicNotAllowed';
  } else if (!DOWN.has(address.channel)) return 'topicNotAllowed';
  const delivery = CHANNEL_DELIVERY[address.channel];
  if (packet.retain && !delivery.retain) return 'retainNotAllowed';
  return packet.qos > delivery.qos ? 'qosNotAllowed' : undefined;
}

/** A gateway subscribes to exactly its own down channels, without wildcards; core to the up channels of every gateway. */
export function refuseSubscribe(who: TopicOwner, subscription: { topic: string; qos: number }): AccessRefusal | undefined {
  const allowed =
    who.role === 'core'
      ? CORE_FILTERS.has(subscription.topic)
      : DOWN_CHANNELS.some((channel) => subscription.topic === topicOf({ store: who.store, gateway: who.gateway, channel }));
  if (!allowed) return 'topicNotAllowed';
  return subscription.qos > 1 ? 'qosNotAllowed' : undefined;
}
