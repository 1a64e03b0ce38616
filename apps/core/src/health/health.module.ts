import { Controller, Get, Inject, Module, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { MqttLink } from '../messaging/index.js';
import { HealthService, type Readiness } from './health.service.js';

/** `/healthz`: the process answers. `/readyz`: 200, or 503 with the reasons. Both without a session: load balancers have none. */
@Controller()
export class HealthController {
  constructor(@Inject(HealthService) private readonly health: HealthService) {}

  @Get('healthz')
  alive(): { alive: true } {
    return { alive: true };
  }

  @Get('readyz')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    const readiness = await this.health.readiness();
    reply.status(readiness.ready ? 200 : 503);
    return readiness;
  }
}

@Module({
  controllers: [HealthController],
  providers: [
    {
      provide: HealthService,
      inject: [DataSource, MqttLink],
      useFactory: (source: DataSource, link: MqttLink) => new HealthService(source, link),
    },
  ],
  exports: [HealthService],
})
export class HealthModule {}
