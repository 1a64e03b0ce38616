export { type PaymentAnswer, PaymentService } from './payments.service.js';
