import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { PolicyModule } from '../policy/index.js';
import { TrainingResolver } from './training.resolver.js';
import { Training } from './training.service.js';

/** Courses, quizzes, certificates. */
@Module({ imports: [AuditModule, PolicyModule], providers: [Training, TrainingResolver], exports: [Training] })
export class TrainingModule {}
