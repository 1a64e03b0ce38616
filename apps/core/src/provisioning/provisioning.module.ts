import { Inject, Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import type { ChainFile } from '@tillward/contracts';
import { systemActor, UnitOfWork } from '../database/index.js';
import { CHAIN, FleetModule } from '../fleet/index.js';
import { FundingModule, TermsProposals } from '../funding/index.js';
import { Identity, IdentityModule } from '../identity/index.js';
import type { Log } from '../logging.js';
import { LOG } from '../platform.js';
import { Policy, PolicyModule } from '../policy/index.js';
import { Training, TrainingModule } from '../training/index.js';

/** Applies the chain file's people, certificates, settings and acquirers' first terms, after fleet has applied its stores and terminals. */
@Injectable()
export class ChainProvisioning implements OnApplicationBootstrap {
  constructor(
    @Inject(CHAIN) private readonly chain: ChainFile | undefined,
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(Identity) private readonly identity: Identity,
    @Inject(Training) private readonly training: Training,
    @Inject(Policy) private readonly policy: Policy,
    @Inject(TermsProposals) private readonly terms: TermsProposals,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.chain !== undefined) await this.#apply(this.chain);
    this.policy.open();
  }

  async #apply(chain: ChainFile): Promise<void> {
    const applied = await this.work.run(systemActor('provisioning'), async (ctx) => {
      const stores = Object.fromEntries(chain.stores.map((store) => [store.id, store.settings]));
      const settings = await this.policy.provision(ctx, { chain: chain.settings, stores });
      const people = await this.identity.provision(ctx, chain.people);
      const certificates = await this.training.provision(ctx, chain.people);
      const terms = await this.terms.provision(ctx, chain.acquirers ?? []);
      const documents = await this.policy.bumpIfSourcesChanged(ctx, 'chain file');
      return { people: people.length, certificates, settings, terms, documents };
    });
    this.log.info(applied, 'people, certificates, settings and terms of the chain file applied');
  }
}

/** Provisioning from CHAIN_FILE of what stands above the fleet. */
@Module({ imports: [FleetModule, FundingModule, IdentityModule, PolicyModule, TrainingModule], providers: [ChainProvisioning] })
export class ProvisioningModule {}
