export { ConsoleOrders } from './console.orders.js';
export type { ConsoleParts, ConsoleServer } from './console.server.js';
export { ConsoleView } from './console.view.js';
export { Reminders } from './reminders.service.js';

/** Loads what only the console's page needs, with its first visitor: an agent nobody looks at keeps the memory. */
export async function loadConsole(): Promise<typeof import('./console.server.js')> {
  return import('./console.server.js');
}
