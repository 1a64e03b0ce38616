import { z } from 'zod';
import { carriesCardNumber } from './card-number.js';
import { amountMinor, currencyCode, slug } from './identifiers.js';
import { bookedDetails, paymentState } from './payment.js';
import { terminalSample } from './terminal-state.js';

/**
 * The till interface of the edge agent: HTTP and JSON on the store LAN, `Authorization: Bearer <till token>`.
 * `POST /v1/operator-sessions`, `DELETE /v1/operator-sessions/<terminal>`, `POST /v1/payments` (header `Idempotency-Key`),
 * `GET /v1/payments/<id>`, `GET /v1/terminals`.
 */

/** Why the agent refuses a till's request. Stable codes; the sentences come from the same table in both languages. */
export const TILL_REFUSALS = {
  unauthorised: { status: 401, en: 'This till is not known to the gateway.', zh: '网关不认识这台收银机。' },
  malformed: { status: 400, en: 'The request is not valid.', zh: '请求格式不正确。' },
  unknownPath: { status: 404, en: 'The till interface has no such path or method.', zh: '收银接口没有这个路径或方法。' },
  tooLarge: { status: 413, en: 'The request is too large.', zh: '请求内容过大。' },
  unknownTerminal: { status: 404, en: 'There is no such terminal in this store.', zh: '本店没有这台终端。' },
  unknownPayment: { status: 404, en: 'There is no such payment.', zh: '没有这笔交易。' },
  unknownOperator: { status: 403, en: 'This operator is not registered for the store.', zh: '该收银员未在本店登记。' },
  operatorNotCertified: {
    status: 403,
    en: 'The operator has no valid training certificate. Finish the course first.',
    zh: '该收银员没有有效的培训证书，请先完成课程。',
  },
  operatorNotSignedOn: { status: 409, en: 'No operator is signed on at this terminal.', zh: '该终端尚无收银员上岗。' },
  terminalOnlyWatched: {
    status: 409,
    en: 'This terminal works on its own and is only watched. The till cannot start a sale on it.',
    zh: '该终端独立运行，网关只做监测，收银机不能在其上发起收款。',
  },
  terminalNotSignedOn: { status: 409, en: 'The terminal is not signed on. No sale can start.', zh: '终端未签到，不能收款。' },
  terminalBusy: { status: 409, en: 'The terminal is busy. Wait until it is idle.', zh: '终端正忙，请稍候。' },
  terminalClosing: { status: 409, en: 'The terminal is being closed for the night.', zh: '终端正在闭店流程中。' },
  paymentInDoubt: {
    status: 409,
    en: 'The last payment is in doubt. The terminal is being asked; do not charge again.',
    zh: '上一笔交易结果未知，正在向终端查询，请勿重复收款。',
  },
  outOfHours: { status: 409, en: 'The store is closed at this hour.', zh: '当前不在营业时间。' },
  currencyMismatch: { status: 422, en: 'The terminal does not take this currency.', zh: '终端不支持该币种。' },
  idempotencyKeyReused: { status: 422, en: 'This idempotency key was used for a different payment.', zh: '该幂等键已用于另一笔交易。' },
  journalUnavailable: {
    status: 503,
    en: 'The gateway cannot record a sale right now. Nothing was charged.',
    zh: '网关暂时无法记录交易，未扣款。',
  },
} as const;

export type TillRefusalCode = keyof typeof TILL_REFUSALS;

export const tillRefusal = z.strictObject({
  code: z.enum(Object.keys(TILL_REFUSALS) as [TillRefusalCode, ...TillRefusalCode[]]),
  message: z.strictObject({ en: z.string(), zh: z.string() }),
  /** Which field, for `malformed`. */
  field: z.string().optional(),
});
export type TillRefusal = z.infer<typeof tillRefusal>;

const NO_CARD_NUMBER = { message: 'no run of digits that could be a card number' };

/** Text a till chooses and the gateway may record: a slug, and nothing that could be a card number. */
const tillText = slug.refine((text) => !carriesCardNumber(text), NO_CARD_NUMBER);

export const operatorSignOnRequest = z.strictObject({ terminal: tillText, operatorId: tillText });
export const operatorSession = z.strictObject({ terminal: slug, operatorId: slug, certifiedUntil: z.string() });

export const paymentRequest = z.strictObject({
  terminal: tillText,
  amountMinor: amountMinor.positive().max(99_999_999),
  currency: currencyCode,
  tillId: tillText,
});
export type PaymentRequest = z.infer<typeof paymentRequest>;

/**
 * Header that names a payment for ever: the same key and content get the same answer, the same key with other content is refused. Use a UUID, or
 * parts with at most eleven digits in a row: a key that could hold a card number is refused.
 */
export const IDEMPOTENCY_HEADER = 'idempotency-key';
export const idempotencyKey = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{8,80}$/, '8 to 80 letters, digits, . _ : -')
  .refine((key) => !carriesCardNumber(key), NO_CARD_NUMBER);

/** A payment as the till sees it. `booked` is present only when money moved. */
export const paymentView = z.strictObject({
  paymentId: z.uuid(),
  terminal: slug,
  state: paymentState,
  amountMinor,
  currency: currencyCode,
  booked: bookedDetails.optional(),
  detail: z.string().optional(),
});
export type PaymentView = z.infer<typeof paymentView>;

export const terminalList = z.strictObject({
  terminals: z.array(z.strictObject({ id: slug, name: z.string(), sample: terminalSample })),
});
