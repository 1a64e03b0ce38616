import type { EnrolmentAnswer } from '@tillward/contracts';
import { rawEd25519PublicKey } from '@tillward/journal';
import type { CoreConfig } from '../config.js';
import { readSigningKey } from '../messaging/index.js';
import { type CertificateAuthority, readAuthority, readPem } from './enrolment.authority.js';

/** Nest token of {@link EnrolmentSetup}, undefined when this core has no authority. */
export const ENROLMENT_SETUP = Symbol('EnrolmentSetup');

/** What every enrolment is answered with, and who signs. */
export interface EnrolmentSetup {
  readonly authority: CertificateAuthority;
  readonly broker: EnrolmentAnswer['broker'];
  readonly coreKey: EnrolmentAnswer['coreKey'];
  /** Folder core keeps what brokers need in; absent: none reads it. */
  readonly brokerDir: string | undefined;
}

/** Reads the files the configuration names. Throws ConfigError. */
export function readEnrolmentSetup(config: CoreConfig): EnrolmentSetup | undefined {
  const { enrolment, signing } = config;
  if (enrolment === undefined) return undefined;
  const authority = readAuthority({ keyFile: enrolment.caKeyFile, certificateFile: enrolment.caCertificateFile });
  const brokerAuthority =
    enrolment.brokerCaFile === undefined ? authority.certificate : readPem('TILLWARD_BROKER_CA_FILE', enrolment.brokerCaFile);
  const { keyId, privateKey } = readSigningKey(signing.keyFile, signing.keyId);
  return {
    authority,
    broker: { url: enrolment.gatewayMqttUrl, authority: brokerAuthority },
    coreKey: { keyId, publicKey: rawEd25519PublicKey(privateKey) },
    brokerDir: enrolment.brokerDir,
  };
}
