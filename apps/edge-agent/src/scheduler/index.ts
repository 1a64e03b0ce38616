export { Scheduler, type SchedulerParts } from './scheduler.service.js';
