export { trainingMigrations } from './training.migrations.js';
export { TrainingModule } from './training.module.js';
export { TrainingResolver } from './training.resolver.js';
export { COURSES, Training } from './training.service.js';
