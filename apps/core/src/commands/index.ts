export { commandMigrations } from './commands.migrations.js';
export { CommandsModule } from './commands.module.js';
export { isFinished } from './commands.rules.js';
export { type CommandListener, type CommandRequest, Commands } from './commands.service.js';
export {
  type CommandRow,
  commandActions,
  commandStates,
  commandsOfTerminal,
  countCommandsOfTerminal,
  findCommand,
  lockOrdersOf,
  orderedAlone,
  runningActions,
} from './commands.store.js';
export * from './second-person.rules.js';
