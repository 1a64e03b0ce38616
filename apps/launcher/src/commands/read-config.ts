import { type LauncherConfig, launcherConfig } from '../config.js';
import { ConfigMistake } from './command-errors.js';

/** The launcher's settings; a wrong one ends the command with its name and what is expected. */
export function readConfig(): LauncherConfig {
  try {
    return launcherConfig();
  } catch (error) {
    throw new ConfigMistake((error as Error).message);
  }
}
