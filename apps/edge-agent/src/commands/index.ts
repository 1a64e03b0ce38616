export type { InboxCommand } from './command.store.js';
export { CommandService, type CommandsOptions, type CommandsParts } from './commands.service.js';
