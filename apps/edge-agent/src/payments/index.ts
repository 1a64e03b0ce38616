export { type PaymentAnswer, PaymentService, type RefundAnswer } from './payments.service.js';
export { type ReprintAnswer, Reprints } from './reprints.service.js';
