import { flagVariable, logLevelVariable, numberVariable, readEnvironment, textVariable, urlVariable } from '@tillward/contracts';
import { z } from 'zod';

/** Core's environment variables. Their descriptions are what messages and docs/environment.md say is expected. */
export const coreEnvironment = z
  .object({
    DATABASE_URL: urlVariable(['postgres:', 'postgresql:'], 'the database, with a user that owns it and may create roles'),
    MQTT_URL: urlVariable(['mqtt:', 'mqtts:'], 'the broker'),
    MQTT_USERNAME: textVariable('core’s user name at the broker').default('core'),
    MQTT_PASSWORD: textVariable("core's password at the broker"),
    REDIS_URL: urlVariable(['redis:', 'rediss:'], 'Redis for the job queues, which are in PostgreSQL without it').optional(),
    HTTP_HOST: textVariable('the address to serve HTTP at').default('127.0.0.1'),
    HTTP_PORT: numberVariable(0, 65_535, 'the port to serve HTTP at; 0 takes a free one').prefault('8080'),
    TILLWARD_SIGNING_KEY_FILE: textVariable('the path of an Ed25519 private key (PKCS8 PEM), which signs what core tells gateways'),
    TILLWARD_SIGNING_KEY_ID: textVariable('the name gateways know the signing key by, at most 64 characters').max(64),
    TILLWARD_SIGNING_ROTATIONS_FILE: textVariable(
      'the path of the file (JSON) with the changes of the signing key so far, which gateways follow (docs/runbooks/signing-key.md)',
    ).optional(),
    MQTT_CA_FILE: textVariable(
      'the path of a PEM file: who signs the broker’s certificate; without it, the authorities the system trusts',
    ).optional(),
    TILLWARD_CA_KEY_FILE: textVariable(
      'the path of the key that signs gateways’ certificates (ECDSA P-256, PKCS8 PEM); without it no gateway can enrol',
    ).optional(),
    TILLWARD_CA_CERTIFICATE_FILE: textVariable('the path of that key’s certificate (PEM); with TILLWARD_CA_KEY_FILE').optional(),
    TILLWARD_GATEWAY_MQTT_URL: urlVariable(
      ['mqtts:'],
      'the broker as gateways reach it, told to them when they enrol; with TILLWARD_CA_KEY_FILE',
    ).optional(),
    TILLWARD_BROKER_CA_FILE: textVariable(
      'the path of a PEM file: who signs the certificate of the broker gateways connect to, when not the same authority',
    ).optional(),
    TILLWARD_BROKER_FILES_DIR: textVariable(
      'the folder to keep what brokers need in: revoked.crl, revoked.json, mosquitto-acl.conf',
    ).optional(),
    TILLWARD_STATEMENTS_DIR: textVariable(
      'the folder for files of acquirers and banks between arrival and import, shared by all cores; without it none are taken',
    ).optional(),
    TILLWARD_STATEMENTS_MAX_MB: numberVariable(1, 16_384, 'the largest file of an acquirer or bank, in MiB').prefault('2048'),
    TILLWARD_STATEMENTS_INBOX_DIR: textVariable(
      'a folder to watch for such files: one folder in it for each acquirer’s id, and one called bank; with TILLWARD_STATEMENTS_DIR',
    ).optional(),
    TILLWARD_REFERENCE_KEY_FILE: textVariable(
      'the path of a file with 64 hexadecimal digits, the same for all cores and for ever: the key of the tags that stand for numbers in statements that could be a card’s (docs/runbooks/reference-key.md); without it reference.key in TILLWARD_STATEMENTS_DIR, made at first use',
    ).optional(),
    TILLWARD_SFTP_SOURCES_FILE: textVariable(
      'the path of the file (JSON) with the SFTP servers to pull such files from (docs/guide/reconciliation-core.md); with TILLWARD_STATEMENTS_DIR',
    ).optional(),
    CHAIN_FILE: textVariable('the path of a chain file (JSON), applied at every start').optional(),
    TILLWARD_GRAPHIQL: flagVariable(false, 'serve GraphiQL at /graphiql'),
    TILLWARD_DASHBOARD_DIR: textVariable('the folder of the built dashboard; none is served without it').optional(),
    TILLWARD_SECURE_COOKIES: flagVariable(true, 'let browsers send the session over HTTPS only'),
    TILLWARD_INGEST_LANES: numberVariable(1, 8, 'how many gateways’ batches are taken in at the same time').prefault('2'),
    LOG_LEVEL: logLevelVariable(),
  })
  .refine((c) => c.TILLWARD_CA_KEY_FILE === undefined || c.TILLWARD_CA_CERTIFICATE_FILE !== undefined, {
    path: ['TILLWARD_CA_CERTIFICATE_FILE'],
  })
  .refine((c) => c.TILLWARD_CA_KEY_FILE === undefined || c.TILLWARD_GATEWAY_MQTT_URL !== undefined, {
    path: ['TILLWARD_GATEWAY_MQTT_URL'],
  })
  .refine(
    (c) => c.TILLWARD_STATEMENTS_DIR !== undefined || (c.TILLWARD_STATEMENTS_INBOX_DIR ?? c.TILLWARD_SFTP_SOURCES_FILE) === undefined,
    {
      path: ['TILLWARD_STATEMENTS_DIR'],
    },
  );

/** Core's settings, read once at the start. Field names say what the environment variables of the same meaning hold. */
export interface CoreConfig {
  databaseUrl: string;
  /** `caFile`: who signs the broker's certificate. */
  mqtt: { url: string; username: string; password: string; caFile?: string | undefined };
  /** Absent: BullMQ runs on PostgreSQL. */
  redisUrl: string | undefined;
  http: { host: string; port: number };
  signing: { keyFile: string; keyId: string; rotationsFile?: string | undefined };
  chainFile: string | undefined;
  graphiql: boolean;
  /** Absent: no dashboard is served. */
  dashboardDir: string | undefined;
  secureCookies: boolean;
  ingestLanes: number;
  logLevel: string;
  /** Absent: no gateway can enrol or renew here. */
  enrolment?: EnrolmentConfig | undefined;
  /** Absent: no files of acquirers or banks are taken here. */
  statements?: StatementsConfig | undefined;
  /** Absent: a key is made in the folder of statements when one is needed; without that folder there is none. */
  referenceKeyFile?: string | undefined;
}

/** Where files of acquirers and banks come from and go. */
export interface StatementsConfig {
  /** Where they stand until they are imported. */
  dir: string;
  maxBytes: number;
  /** Absent: no folder is watched. */
  inboxDir: string | undefined;
  /** Absent: nothing is pulled. */
  sftpSourcesFile: string | undefined;
}

/** Files and addresses of enrolment. */
export interface EnrolmentConfig {
  caKeyFile: string;
  caCertificateFile: string;
  gatewayMqttUrl: string;
  /** Absent: the broker's certificate is the same authority's. */
  brokerCaFile: string | undefined;
  /** Absent: no broker reads files of this core. */
  brokerDir: string | undefined;
}

/** A setting of the environment is wrong or missing; the message names it and says what is expected. Exit code 78 (EX_CONFIG). */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** Exit code of a start stopped by its configuration (sysexits EX_CONFIG). */
export const EXIT_CONFIG = 78;

/** Reads core's configuration. An empty variable counts as missing. Throws {@link ConfigError} naming every variable that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): CoreConfig {
  const read = readEnvironment(coreEnvironment, env);
  if ('problems' in read) throw new ConfigError(`The environment is not usable.\n${read.problems.join('\n')}`);
  const e = read.values;
  return {
    databaseUrl: e.DATABASE_URL,
    mqtt: { url: e.MQTT_URL, username: e.MQTT_USERNAME, password: e.MQTT_PASSWORD, caFile: e.MQTT_CA_FILE },
    redisUrl: e.REDIS_URL,
    http: { host: e.HTTP_HOST, port: e.HTTP_PORT },
    signing: { keyFile: e.TILLWARD_SIGNING_KEY_FILE, keyId: e.TILLWARD_SIGNING_KEY_ID, rotationsFile: e.TILLWARD_SIGNING_ROTATIONS_FILE },
    chainFile: e.CHAIN_FILE,
    graphiql: e.TILLWARD_GRAPHIQL,
    dashboardDir: e.TILLWARD_DASHBOARD_DIR,
    secureCookies: e.TILLWARD_SECURE_COOKIES,
    ingestLanes: e.TILLWARD_INGEST_LANES,
    logLevel: e.LOG_LEVEL,
    enrolment:
      e.TILLWARD_CA_KEY_FILE === undefined
        ? undefined
        : {
            caKeyFile: e.TILLWARD_CA_KEY_FILE,
            caCertificateFile: e.TILLWARD_CA_CERTIFICATE_FILE!,
            gatewayMqttUrl: e.TILLWARD_GATEWAY_MQTT_URL!,
            brokerCaFile: e.TILLWARD_BROKER_CA_FILE,
            brokerDir: e.TILLWARD_BROKER_FILES_DIR,
          },
    statements:
      e.TILLWARD_STATEMENTS_DIR === undefined
        ? undefined
        : {
            dir: e.TILLWARD_STATEMENTS_DIR,
            maxBytes: e.TILLWARD_STATEMENTS_MAX_MB * 1024 * 1024,
            inboxDir: e.TILLWARD_STATEMENTS_INBOX_DIR,
            sftpSourcesFile: e.TILLWARD_SFTP_SOURCES_FILE,
          },
    referenceKeyFile: e.TILLWARD_REFERENCE_KEY_FILE,
  };
}
