// expect: rules-import-rules
import { load } from './session.service.js'; // violation
import * as store from './session.store.js'; // violation
export { SessionEntity } from './session.entity.js'; // violation
export * from './session.mqtt.js'; // violation
import './session.runner.js'; // violation
import type { Session } from './session.entity.js';

export const a = (session: Session) => load(store.open(session));
