export { type HandoverAnswer, type HandoverParts, HandoverService } from './handover.service.js';
export { type ShiftCount, ShiftStore } from './shift.store.js';
