export { isBesideAction, isOrderAction } from './actions.rules.js';
export { type ActionEffect, type ActionResult, TerminalActions } from './actions.service.js';
