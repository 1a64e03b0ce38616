import { DOWN_CHANNELS, topicFilter, topicOf, UP_CHANNELS } from '@tillward/contracts';

/**
 * Mosquitto's `acl_file` (mosquitto.conf(5)): every admitted gateway exactly its own topics, core every gateway's. User names are the certificates'
 * common names. A pattern with %u would leave the store's place in the topic open, so each gateway is written out.
 */
export function mosquittoAcl(admitted: readonly { storeId: string; gatewayId: string }[]): string {
  const core = [
    'user core',
    ...UP_CHANNELS.map((c) => `topic read ${topicFilter(c)}`),
    ...DOWN_CHANNELS.map((c) => `topic write ${topicFilter(c)}`),
  ];
  const gateways = admitted.flatMap(({ storeId, gatewayId }) => [
    '',
    `user ${gatewayId}`,
    ...UP_CHANNELS.map((channel) => `topic write ${topicOf({ store: storeId, gateway: gatewayId, channel })}`),
    ...DOWN_CHANNELS.map((channel) => `topic read ${topicOf({ store: storeId, gateway: gatewayId, channel })}`),
  ]);
  return `# Written by Tillward's core; changes here are lost.\n${[...core, ...gateways].join('\n')}\n`;
}
