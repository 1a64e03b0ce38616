import { z } from 'zod';

/**
 * Why the agent refuses a till or the store console. A code, once released, keeps its meaning; the sentences are what a cashier is shown, in both
 * languages. Nothing was sent to a terminal when a request is refused.
 */
export const TILL_REFUSALS = {
  unauthorised: { status: 401, en: 'This till is not known to the gateway.', zh: '网关不认识这台收银机。' },
  wrongTill: { status: 403, en: 'This token belongs to another till.', zh: '该令牌属于另一台收银机。' },
  malformed: { status: 400, en: 'The request is not valid.', zh: '请求格式不正确。' },
  unsupportedMediaType: {
    status: 415,
    en: 'The body must be sent as application/json in UTF-8.',
    zh: '请求内容须以 UTF-8 编码的 application/json 发送。',
  },
  unknownPath: { status: 404, en: 'The till interface has no such path or method.', zh: '收银接口没有这个路径或方法。' },
  tooLarge: { status: 413, en: 'The request is too large.', zh: '请求内容过大。' },
  tooManyStreams: { status: 503, en: 'Too many event streams are open.', zh: '打开的事件流过多。' },
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
  terminalClosed: {
    status: 409,
    en: 'The terminal is closed for the rest of the store’s day. No sale can start.',
    zh: '该终端本营业日已闭店，不能收款。',
  },
  terminalBlocked: {
    status: 409,
    en: 'Closing or opening this terminal was stopped. It takes no sale until somebody has looked at it.',
    zh: '该终端的闭店或开店流程受阻，处理之前不能收款。',
  },
  paymentInDoubt: {
    status: 409,
    en: 'The last payment is in doubt. The terminal is being asked; do not charge again.',
    zh: '上一笔交易结果未知，正在向终端查询，请勿重复收款。',
  },
  outOfHours: { status: 409, en: 'The store is closed at this hour.', zh: '当前不在营业时间。' },
  currencyMismatch: { status: 422, en: 'The terminal does not take this currency.', zh: '终端不支持该币种。' },
  idempotencyKeyReused: { status: 422, en: 'This idempotency key was used for something else.', zh: '该幂等键已用于其他请求。' },
  journalUnavailable: {
    status: 503,
    en: 'The gateway cannot record anything right now. No money was moved.',
    zh: '网关暂时无法记录交易，未发生资金变动。',
  },
  gatewayStopping: {
    status: 503,
    en: 'The gateway is restarting. No money was moved; try again in a moment.',
    zh: '网关正在重启，未发生资金变动，请稍后重试。',
  },

  operationUnsupported: { status: 409, en: 'This terminal cannot do that.', zh: '该终端不支持此操作。' },
  originalNotCompleted: { status: 409, en: 'Only a completed sale can be given back.', zh: '只有已完成的收款才能退回。' },
  originalSettled: {
    status: 409,
    en: 'This sale is settled already. Give the money back as a refund.',
    zh: '该笔收款已结算，请改用退款。',
  },
  alreadyGivenBack: { status: 409, en: 'Nothing is left of this sale to give back.', zh: '该笔收款已全部退回。' },
  amountTooLarge: { status: 422, en: 'This is more than what is left of the sale.', zh: '金额超过该笔收款可退的余额。' },
  partialReversalUnsupported: { status: 409, en: 'This terminal reverses only whole sales.', zh: '该终端只能整笔撤销。' },

  restrictedMode: {
    status: 409,
    en: 'The head office could not be reached for too long. No money can be given back until it is.',
    zh: '网关长时间无法连接总部，恢复连接之前不能退款。',
  },
  refundNeedsPasscode: {
    status: 403,
    en: 'A refund needs a cashier who signed on with a passcode.',
    zh: '退款要求收银员以口令上岗。',
  },
  approverIsAsker: { status: 403, en: 'Who asks for a refund cannot approve it.', zh: '申请退款的人不能自己批准。' },
  personsNotIndependent: {
    status: 403,
    en: 'The passcode of who asks or of who approves comes from the other, or both from one person. Another manager decides, or the installer gives out a new code.',
    zh: '申请人与批准人的口令由其中一人或同一人发放，不能互为复核。请由另一位店长批准，或由安装人员重新发放代码。',
  },
  managerNeeded: { status: 403, en: 'Only a manager may do this.', zh: '只有店长可以执行此操作。' },
  refundDenied: { status: 403, en: 'The manager refused this refund.', zh: '店长拒绝了这笔退款。' },
  approvalExpired: {
    status: 409,
    en: 'The time for approval is over. Ask again with a new idempotency key.',
    zh: '批准时限已过，请使用新的幂等键重新申请。',
  },
  alreadyDecided: { status: 409, en: 'This refund has been decided already.', zh: '这笔退款已有决定。' },
  requestChanged: { status: 409, en: 'This is not the refund that was shown. Look at it again.', zh: '与所显示的退款不一致，请重新查看。' },
  unknownRequest: { status: 404, en: 'There is no such refund request.', zh: '没有这份退款申请。' },

  passcodeRequired: { status: 403, en: 'This operator has a passcode. Sign on with it.', zh: '该收银员已设口令，请使用口令上岗。' },
  passcodeWrong: { status: 403, en: 'Operator or passcode is wrong.', zh: '人员或口令不正确。' },
  tooManyAttempts: {
    status: 429,
    en: 'Too many wrong attempts from here. Wait a while, or use another till or the console.',
    zh: '此处错误次数过多，请稍候，或改用其他收银机或控制台。',
  },
  setupCodeWrong: {
    status: 403,
    en: 'The code is wrong or no longer valid. A manager gives out a new one.',
    zh: '代码错误或已失效，请店长重新发放。',
  },

  noReceipt: { status: 404, en: 'The gateway has kept no receipt of this payment.', zh: '网关未保存该笔交易的小票。' },
  notPrinted: { status: 409, en: 'The terminal did not print the receipt.', zh: '终端未能打印小票。' },

  slipCountDiffers: {
    status: 409,
    en: 'The number of slips differs from the number of transactions. Count again, or confirm the difference and say why.',
    zh: '签购单张数与交易笔数不符，请重新清点，或确认差异并说明原因。',
  },
  sameOperator: { status: 409, en: 'Hand the terminal over to another person.', zh: '请交接给另一位收银员。' },

  signInRequired: { status: 401, en: 'Sign in first.', zh: '请先登录。' },
  foreignOrigin: { status: 403, en: 'The console takes orders from its own page only.', zh: '控制台只接受本页面的操作。' },
  unknownReminder: { status: 404, en: 'There is no such reminder.', zh: '没有这条提醒。' },
  unknownTill: { status: 404, en: 'There is no such till.', zh: '没有这台收银机。' },
  nothingToClose: { status: 409, en: 'None of these terminals can be closed now.', zh: '这些终端目前都不能关闭。' },
} as const;

export type TillRefusalCode = keyof typeof TILL_REFUSALS;

/** The body of a refusal. */
export const tillRefusal = z.strictObject({
  code: z.enum(Object.keys(TILL_REFUSALS) as [TillRefusalCode, ...TillRefusalCode[]]),
  message: z.strictObject({ en: z.string(), zh: z.string() }),
  /** Which field, for `malformed`. */
  field: z.string().optional(),
});
export type TillRefusal = z.infer<typeof tillRefusal>;
