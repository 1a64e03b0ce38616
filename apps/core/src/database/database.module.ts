import { type DynamicModule, Inject, Injectable, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { CoreConfig } from '../config.js';
import { type Log, reasonOf } from '../logging.js';
import { CLOCK, type Clock, CONFIG, LOG } from '../platform.js';
import { CHANGE_CHANNEL, ChangeFeed, ChangeNotifier } from './change-feed.js';
import { APP_ROLE, connectionAs } from './database.connection.js';
import { UnitOfWork } from './unit-of-work.js';

/** Most connections the API and background work of one core hold; the ingest lanes, notices and BullMQ have their own. */
const APP_POOL = 10;

/** The TypeORM options of the app's pool: role tillward_app, no schema changes, entities as modules register them. */
export function appDataSource(databaseUrl: string, log: Log): DataSourceOptions {
  const { connectionString, ...extra } = connectionAs(databaseUrl, APP_ROLE);
  return {
    type: 'postgres',
    url: connectionString as string,
    synchronize: false,
    migrationsRun: false,
    logging: false,
    extra: { ...extra, max: APP_POOL, idleTimeoutMillis: 30_000 },
    poolErrorHandler: (error: unknown) => log.warn({ reason: reasonOf(error) }, 'idle database connection lost'),
  };
}

@Injectable()
class ChangeFeedLifetime implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(ChangeFeed) private readonly feed: ChangeFeed,
    @Inject(ChangeNotifier) private readonly notifier: ChangeNotifier,
  ) {}

  onModuleInit(): void {
    this.feed.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.notifier.flush();
    await this.feed.stop();
  }
}

/** Database access for every module: {@link UnitOfWork}, {@link ChangeFeed}, {@link ChangeNotifier}, TypeORM's DataSource. */
@Module({})
export class DatabaseModule {
  static forRoot(config: CoreConfig, log: Log): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      imports: [
        TypeOrmModule.forRoot({ ...appDataSource(config.databaseUrl, log), autoLoadEntities: true, retryAttempts: 3, retryDelay: 500 }),
      ],
      providers: [
        {
          provide: UnitOfWork,
          inject: [DataSource, CLOCK],
          useFactory: (source: DataSource, clock: Clock) => new UnitOfWork(source, clock),
        },
        { provide: ChangeFeed, inject: [CONFIG, LOG], useFactory: (c: CoreConfig, l: Log) => new ChangeFeed(c.databaseUrl, l) },
        {
          provide: ChangeNotifier,
          inject: [DataSource, LOG],
          useFactory: (source: DataSource, l: Log) =>
            new ChangeNotifier((message) => source.query('SELECT pg_notify($1, $2)', [CHANGE_CHANNEL, message]), l),
        },
        ChangeFeedLifetime,
      ],
      exports: [UnitOfWork, ChangeFeed, ChangeNotifier],
    };
  }
}
