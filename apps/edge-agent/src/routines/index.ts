export { type Acknowledgements, Closing, type ClosingParts } from './closing.service.js';
export { Maintenance, maintenanceOfDay } from './maintenance.service.js';
export { Opening, type OpeningParts } from './opening.service.js';
export type { RoutineDefinition, StepResult, StepWork } from './routine.definition.js';
export { RoutineRunner, type RunResult } from './routine.runner.js';
export { type RoutineRequester, type RoutineRun, RoutineStore } from './routine.store.js';
