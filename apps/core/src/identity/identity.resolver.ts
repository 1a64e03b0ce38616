import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Access, CurrentViewer, Language, type PersonActor, PersonType, type Viewer, ViewerActor } from '../graphql/index.js';
import { Identity } from './identity.service.js';
import { personOfActor } from './identity.store.js';

/** Who is asking. A person's stores are resolved by fleet. */
@Resolver(() => PersonType)
export class IdentityResolver {
  constructor(@Inject(Identity) private readonly identity: Identity) {}

  /** Null when nobody is signed in. */
  @Access('everyone')
  @Query(() => PersonType, { name: 'me', nullable: true })
  me(@CurrentViewer() viewer: Viewer | undefined): PersonType | null {
    return viewer === undefined ? null : personOfActor(viewer.actor);
  }

  @Access('hq', 'manager', 'cashier', 'auditor')
  @Mutation(() => PersonType, { name: 'setLanguage' })
  async setLanguage(
    @ViewerActor() actor: PersonActor,
    @Args('language', { type: () => Language }) language: Language,
  ): Promise<PersonType> {
    return personOfActor(await this.identity.setLanguage(actor, language));
  }
}
