import { readFileSync } from 'node:fs';
import { type DynamicModule, Inject, Injectable, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ConfigError, type CoreConfig } from '../config.js';
import { type Log, reasonOf } from '../logging.js';
import { CLOCK, type Clock, CONFIG, LOG } from '../platform.js';
import { Downlink, type SigningKey } from './downlink.service.js';
import { MqttLink } from './mqtt.link.js';

function readCa(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`MQTT_CA_FILE: expected a readable PEM file: ${reasonOf(error)}`);
  }
}

/** Connects when every module has registered its handlers. */
@Injectable()
class MqttLifetime implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(@Inject(MqttLink) private readonly link: MqttLink) {}

  onApplicationBootstrap(): void {
    this.link.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.link.stop();
  }
}

/** {@link MqttLink} and {@link Downlink} for every module. */
@Module({})
export class MessagingModule {
  static forRoot(key: SigningKey): DynamicModule {
    return {
      module: MessagingModule,
      global: true,
      providers: [
        {
          provide: MqttLink,
          inject: [CONFIG, LOG],
          useFactory: (config: CoreConfig, log: Log) => new MqttLink({ ...config.mqtt, ca: readCa(config.mqtt.caFile) }, log),
        },
        {
          provide: Downlink,
          inject: [MqttLink, CLOCK],
          useFactory: (link: MqttLink, clock: Clock) => new Downlink(link, key, () => clock.now()),
        },
        MqttLifetime,
      ],
      exports: [MqttLink, Downlink],
    };
  }
}
