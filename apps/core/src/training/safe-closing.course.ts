import type { CourseData } from './course.rules.js';

/** What everybody who works a terminal must know, drawn from the five problems of DOMAIN.md. */
export const SAFE_CLOSING: CourseData = {
  id: 'safe-closing',
  version: 1,
  title: { en: 'Closing safely', zh: '安全闭店' },
  minutes: 12,
  validDays: 365,
  passMark: 80,
  lessons: [
    {
      id: 'proven-close',
      title: { en: 'Off at night, and proven', zh: '夜间关机，要有凭证' },
      body: {
        en: 'A terminal left on after closing can lose stored transactions, charge somebody twice or take money while nobody is there. Closing is more than a switch: sales stop, the terminal becomes idle, open questions are answered, the batch is settled, the totals are compared, the journal is backed up, and only then the terminal signs off and its power is cut. Each step is written down. Together they are the close proof.\n\nDo not pull the plug. A terminal that loses power in the middle of a settlement or an update may lose what it has stored. When a step fails, the terminal stays on, safe, and your store gets an incident that says what to do.',
        zh: '闭店后忘记关机的终端，可能丢失已存交易、重复扣款，或在无人时发生扣款。闭店不只是按开关：停止销售、等待终端空闲、查清结果未知的交易、结算批次、核对总额、备份流水，然后终端签退，最后断电。每一步都有记录，合起来就是闭店凭证。\n\n不要直接拔电源。在结算或升级途中断电，终端可能丢失已存数据。某一步失败时，终端会保持开机并处于安全状态，门店会收到事件，说明该怎么做。',
      },
    },
    {
      id: 'settlement',
      title: { en: 'Settle every batch, every business day', zh: '每个营业日结算每个批次' },
      body: {
        en: 'A batch holds a terminal’s transactions since its last settlement. Until it is settled, the money is not on its way to the store’s account. A missed settlement makes tomorrow’s books wrong and the money late.\n\nTillward settles by itself at closing. When it cannot, for example because the acquirer’s host does not answer, you get an incident “settlement missed”. Check the terminal and its network, then let Tillward settle again. If the answer was lost, Tillward asks the terminal first; nothing is settled twice. If the totals differ, change nothing: the batch is kept as evidence.',
        zh: '批次包含终端自上次结算以来的交易。未结算之前，款项不会进入门店账户。忘记结算会使次日账目出错、到账推迟。\n\nTillward 在闭店时自动结算。无法结算时(例如收单机构主机无应答),会生成“忘记结算”事件。请检查终端和网络，再让 Tillward 重新结算。如果应答丢失，Tillward 会先向终端查询，不会重复结算。如果总额不一致，请勿改动任何内容：该批次将作为证据保留。',
      },
    },
    {
      id: 'in-doubt',
      title: { en: 'Result unknown: never charge again', zh: '结果未知：切勿再次扣款' },
      body: {
        en: 'Sometimes the terminal does not say how a payment ended: the cable was pulled, the network failed, the paper ran out. Then the payment is “in doubt”. Money may have moved, and nobody knows yet.\n\nDo not charge again, and do not hand over cash. Tillward asks the terminal what happened and shows the answer. If the customer must leave, note the time and the amount and give them a reference; what was charged wrongly will be reversed.',
        zh: '有时终端没有说明一笔支付的结果：线被拔掉、网络中断、打印纸用完。这时该笔支付为“结果未知”。款项可能已经划走，但还没有人知道。\n\n不要再次扣款，也不要退现金。Tillward 会向终端查询并显示结果。如果顾客必须离开，请记下时间和金额，并给顾客一个查询编号；错误扣款会被冲正。',
      },
    },
    {
      id: 'sign-on',
      title: { en: 'Sign on before you sell', zh: '先签到，再收款' },
      body: {
        en: 'There are two sign-ons. The terminal signs on with the acquirer’s host; Tillward does this at opening. You sign on at the terminal as its operator; this needs your own, valid certificate. Without both, no sale can start.\n\nNever sell under somebody else’s name and never lend yours: what happens at the terminal is recorded under the person signed on. A charge made without sign-on is a breach of the contract with the acquirer. Report it at once; do not try to hide it with another transaction.',
        zh: '签到有两种。终端向收单机构主机签到，由 Tillward 在开店时完成。您作为收银员在终端上岗，需要本人持有有效证书。缺少任何一种，都不能开始收款。\n\n不要用他人的身份收款，也不要把自己的身份借给他人：终端上发生的一切都记在上岗人名下。未签到扣款违反与收单机构的合同。发现后立即上报，不要试图用另一笔交易掩盖。',
      },
    },
    {
      id: 'slips-and-mistakes',
      title: { en: 'Slips, mistakes and how to put them right', zh: '小票、差错与补救' },
      body: {
        en: 'Keep the merchant’s slip; it is the proof for returns, disputes and taxes. A lost slip is found again by time, amount and trace number and reprinted as a marked copy, with a reason. Only the last four digits of a card may ever be written down.\n\nA wrong amount is never corrected by editing a record. Before the settlement a payment is voided, afterwards it is refunded, and a refund needs a second person. If you charged too little, write a supplementary receipt. Say what happened, also when it was your own mistake: an honest note saves more than a perfect record.',
        zh: '保管好商户联签购单，它是退货、争议和税务的凭证。丢失的小票可按时间、金额和流水号查到，注明原因后重印，并标记为副本。任何时候只能记录卡号后四位。\n\n金额错误绝不能靠修改记录来更正。结算前做撤销，结算后做退款，退款需要第二人复核。少收的，补开凭证。请如实说明经过，包括自己的失误：一条诚实的记录胜过一份完美的账。',
      },
    },
  ],
  questions: [
    {
      id: 'plug',
      text: { en: 'It is late and one terminal is still closing. What do you do?', zh: '时间已晚，一台终端仍在闭店流程中。您怎么做？' },
      options: [
        { id: 'pull', text: { en: 'Pull its plug so that the store can be locked.', zh: '拔掉电源，以便锁门。' } },
        {
          id: 'wait',
          text: { en: 'Let it finish; it is switched off when the close is proven.', zh: '等它完成；闭店得到证明后会自动断电。' },
        },
        { id: 'cash', text: { en: 'Put it into the drawer, switched on.', zh: '开着机放进抽屉。' } },
      ],
      right: 'wait',
    },
    {
      id: 'host-down',
      text: {
        en: 'The settlement failed because the acquirer’s host did not answer. What comes first?',
        zh: '收单机构主机无应答，结算失败。首先做什么？',
      },
      options: [
        { id: 'forget', text: { en: 'Nothing. It will be settled some other day.', zh: '不用管，改天会结算的。' } },
        { id: 'repeat', text: { en: 'Repeat every sale of the day.', zh: '把当天的交易重做一遍。' } },
        {
          id: 'incident',
          text: {
            en: 'Open the incident, check terminal and network, then settle from its step.',
            zh: '打开事件，检查终端和网络，再按步骤结算。',
          },
        },
      ],
      right: 'incident',
    },
    {
      id: 'unknown',
      text: {
        en: 'A payment’s result is unknown and the customer is waiting. What is right?',
        zh: '一笔支付结果未知，顾客在等待。正确做法是？',
      },
      options: [
        { id: 'again', text: { en: 'Charge the card again right away.', zh: '立即再刷一次卡。' } },
        {
          id: 'ask',
          text: {
            en: 'Charge nothing until the terminal has been asked and the result is shown.',
            zh: '在查询终端并显示结果之前，不再扣款。',
          },
        },
        { id: 'other', text: { en: 'Charge it at another terminal.', zh: '换一台终端扣款。' } },
      ],
      right: 'ask',
    },
    {
      id: 'colleague',
      text: {
        en: 'A colleague’s certificate has expired and the queue is long. What do you do?',
        zh: '同事的证书已过期，而排队的顾客很多。您怎么做？',
      },
      options: [
        { id: 'lend', text: { en: 'Let the colleague sell under your sign-on.', zh: '让同事用您的身份收款。' } },
        {
          id: 'course',
          text: {
            en: 'The colleague takes the course first; until then somebody certified sells.',
            zh: '请同事先完成课程；在此之前由有证书的人收款。',
          },
        },
        { id: 'manager', text: { en: 'Ask the manager to sign the colleague on under any name.', zh: '请店长随便用一个名字让同事上岗。' } },
      ],
      right: 'course',
    },
    {
      id: 'totals',
      text: {
        en: 'After the settlement the terminal’s total and the journal’s differ. What do you do?',
        zh: '结算后终端总额与流水总额不一致。您怎么做？',
      },
      options: [
        {
          id: 'freeze',
          text: {
            en: 'Change nothing; the batch is evidence, and the incident says whom to contact.',
            zh: '不作任何改动；批次作为证据，事件会说明联系谁。',
          },
        },
        { id: 'level', text: { en: 'Level it with a small extra sale.', zh: '补一笔小额交易抹平差额。' } },
        { id: 'delete', text: { en: 'Delete the transaction that does not fit.', zh: '删除对不上的那笔交易。' } },
      ],
      right: 'freeze',
    },
    {
      id: 'overcharge',
      text: {
        en: 'You charged 58.00 instead of 5.80 and the batch is not settled yet. What is right?',
        zh: '您把 5.80 收成了 58.00,批次尚未结算。正确做法是？',
      },
      options: [
        { id: 'note', text: { en: 'Write the full card number down and sort it out tomorrow.', zh: '记下完整卡号，明天再处理。' } },
        { id: 'drawer', text: { en: 'Give the difference back from the cash drawer.', zh: '从钱箱里退还差额。' } },
        {
          id: 'void',
          text: {
            en: 'Void the payment, charge the right amount and keep both receipts.',
            zh: '撤销该笔支付，按正确金额收款，并保留两张小票。',
          },
        },
      ],
      right: 'void',
    },
  ],
};
