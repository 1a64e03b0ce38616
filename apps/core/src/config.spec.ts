import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.js';

const COMPLETE = {
  DATABASE_URL: 'postgres://u:p@db/tillward',
  MQTT_URL: 'mqtt://broker:1883',
  MQTT_PASSWORD: 'secret',
  TILLWARD_SIGNING_KEY_FILE: '/etc/tillward/core.pem',
  TILLWARD_SIGNING_KEY_ID: 'core-1',
};

describe('readConfig', () => {
  it('takes the defaults for what may be left out', () => {
    expect(readConfig(COMPLETE)).toMatchObject({
      mqtt: { username: 'core' },
      http: { host: '127.0.0.1', port: 8080 },
      redisUrl: undefined,
      chainFile: undefined,
      graphiql: false,
      secureCookies: true,
      ingestLanes: 2,
      logLevel: 'info',
    });
  });

  it('takes the key of tags from where it is said to be', () => {
    expect(readConfig({ ...COMPLETE, TILLWARD_REFERENCE_KEY_FILE: '/etc/tillward/reference.key' }).referenceKeyFile).toBe(
      '/etc/tillward/reference.key',
    );
  });

  it.each([
    ['DATABASE_URL', undefined, /DATABASE_URL: missing; expected a URL starting with postgres:\/\//],
    ['DATABASE_URL', 'mysql://x', /DATABASE_URL: expected a URL/],
    ['MQTT_URL', 'broker:1883', /MQTT_URL: expected a URL starting with mqtt:\/\/ or mqtts:\/\//],
    ['MQTT_PASSWORD', '', /MQTT_PASSWORD: missing; expected core's password/],
    ['HTTP_PORT', '80000', /HTTP_PORT: expected a whole number from 0 to 65535/],
    ['TILLWARD_INGEST_LANES', '0', /TILLWARD_INGEST_LANES: expected a whole number from 1 to 8/],
    ['TILLWARD_GRAPHIQL', 'yes', /TILLWARD_GRAPHIQL: expected 0 or 1/],
    ['TILLWARD_SIGNING_KEY_FILE', undefined, /TILLWARD_SIGNING_KEY_FILE: missing; expected the path/],
    ['REDIS_URL', 'http://x', /REDIS_URL: expected a URL starting with redis:\/\//],
  ])('refuses %s = %s and says what is expected', (name, value, message) => {
    const env = { ...COMPLETE, [name]: value };
    expect(() => readConfig(env)).toThrow(ConfigError);
    expect(() => readConfig(env)).toThrow(message);
  });

  it('never repeats a value, which may be a password', () => {
    const env = { ...COMPLETE, DATABASE_URL: 'mysql://u:hunter2@db', MQTT_URL: 'hunter2' };
    expect(() => readConfig(env)).toThrow(expect.not.objectContaining({ message: expect.stringContaining('hunter2') }));
  });

  it('names every wrong setting at once', () => {
    expect(() => readConfig({})).toThrow(/DATABASE_URL[\s\S]*MQTT_URL[\s\S]*MQTT_PASSWORD[\s\S]*TILLWARD_SIGNING_KEY_FILE/);
  });
});
