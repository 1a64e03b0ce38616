import { expect, test } from 'vitest';
import { readLauncherConfig } from './config.js';

test('nothing set: everything embedded; empty counts as not set', () => {
  expect(readLauncherConfig({ DATABASE_URL: '', UNRELATED: 'x' })).toEqual({
    databaseUrl: undefined,
    mqtt: undefined,
    redisUrl: undefined,
    logLevel: 'info',
    startedAtMs: undefined,
  });
});

test('each URL replaces one part', () => {
  const config = readLauncherConfig({
    DATABASE_URL: 'postgres://u:p@db/x',
    MQTT_URL: 'mqtt://broker:1883',
    MQTT_GATEWAY_URL: 'mqtts://broker:8883',
    MQTT_USERNAME: 'core',
    REDIS_URL: 'redis://cache:6379',
  });
  expect(config).toMatchObject({
    databaseUrl: 'postgres://u:p@db/x',
    mqtt: { url: 'mqtt://broker:1883', gatewayUrl: 'mqtts://broker:8883', caFile: undefined, username: 'core', password: undefined },
    redisUrl: 'redis://cache:6379',
  });
});

test('a broker with TLS serves core and gateways at one address', () => {
  expect(readLauncherConfig({ MQTT_URL: 'mqtts://broker:8883' }).mqtt?.gatewayUrl).toBe('mqtts://broker:8883');
});

test.each([
  [{ DATABASE_URL: 'mysql://db/x' }, /DATABASE_URL: expected a URL starting with postgres:/],
  [{ MQTT_URL: 'broker' }, /MQTT_URL: expected a URL starting with mqtt:/],
  [{ REDIS_URL: 'http://cache' }, /REDIS_URL: expected a URL starting with redis:/],
  [{ MQTT_URL: 'mqtt://broker:1883' }, /MQTT_GATEWAY_URL: missing; expected a URL starting with mqtts:/],
  [{ MQTT_USERNAME: 'core' }, /MQTT_USERNAME: expected .* nothing without MQTT_URL/],
  [{ LOG_LEVEL: 'warn' }, /LOG_LEVEL: expected trace, debug or info/],
])('%o is refused with its name and what is expected', (environment, message) => {
  expect(() => readLauncherConfig(environment)).toThrow(message);
});
