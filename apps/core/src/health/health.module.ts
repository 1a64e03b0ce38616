import { Controller, Get, Inject, Module, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { MqttLink } from '../messaging/index.js';
import { OutboxDispatcher, OutboxModule } from '../outbox/index.js';
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
  imports: [OutboxModule],
  controllers: [HealthController],
  providers: [
    {
      provide: HealthService,
      inject: [MqttLink, OutboxDispatcher],
      useFactory: (link: MqttLink, outbox: OutboxDispatcher) => new HealthService(link, outbox),
    },
  ],
  exports: [HealthService],
})
export class HealthModule {}
