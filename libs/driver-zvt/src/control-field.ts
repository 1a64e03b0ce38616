import type { ValueFormat } from './bitmap-table.js';

/** Who says a message (spec 13.08, chapters 2 and 3). Some go either way, some are known to makers only. */
export type Direction = 'tillToTerminal' | 'terminalToTill' | 'either' | 'unknown';

/** A field without a tag, in front of the tagged ones. An optional one is there when so many bytes are, and `unless` is not the next byte. */
export interface LeadingField {
  readonly name: string;
  readonly bytes: number;
  readonly format: ValueFormat;
  readonly optional?: true;
  readonly unless?: readonly number[];
}

/**
 * How the data behind the leading fields is laid out. `bitmaps`: tagged values; `guess`: tagged values if it reads as such, else bytes;
 * `completion`: 06 0F, whose layout depends on the command; `line`: 06 D1; `displayOld`: 06 85 and its kin; `bytes`: nothing we know.
 */
export type Layout = 'bitmaps' | 'guess' | 'completion' | 'line' | 'displayOld' | 'bytes';

/** What is known of a control field. */
export interface ControlField {
  readonly name: string;
  readonly direction: Direction;
  readonly leading: readonly LeadingField[];
  readonly layout: Layout;
}

const PASSWORD: LeadingField = { name: 'password', bytes: 3, format: 'secret' };
const OPTIONAL_PASSWORD: LeadingField = { ...PASSWORD, optional: true, unless: [0x03, 0x06, 0xaa] };
const CURRENCY: LeadingField = { name: 'currency', bytes: 2, format: 'currency', optional: true, unless: [0x03, 0x06] };

const till = (name: string, layout: Layout = 'bitmaps', ...leading: LeadingField[]): ControlField => ({
  name,
  direction: 'tillToTerminal',
  leading,
  layout,
});
const terminal = (name: string, layout: Layout = 'bitmaps', ...leading: LeadingField[]): ControlField => ({
  name,
  direction: 'terminalToTill',
  leading,
  layout,
});

const TABLE: ReadonlyMap<number, ControlField> = new Map([
  [0x0401, terminal('Set Date and Time in ECR')],
  [0x0403, till('Send APDU', 'guess')],
  [0x0404, till('Close Card Session', 'guess')],
  [0x040c, terminal('File Request', 'guess')],
  [0x040d, terminal('Input-Request')],
  [0x040e, terminal('Menu-Request')],
  [0x040f, terminal('Status-Information')],
  [
    0x04ff,
    terminal(
      'Intermediate Status-Information',
      'bitmaps',
      { name: 'intermediate status', bytes: 1, format: 'byte' },
      { name: 'timeout in minutes', bytes: 1, format: 'number', optional: true },
    ),
  ],
  [0x0501, till('Status-Enquiry', 'bitmaps', OPTIONAL_PASSWORD)],
  [0x0600, till('Registration', 'bitmaps', PASSWORD, { name: 'config byte', bytes: 1, format: 'byte' }, CURRENCY)],
  [0x0601, till('Authorisation')],
  [0x0602, till('Log-Off')],
  [0x0603, till('Account Balance Request')],
  [0x0604, till('Activate Card')],
  [0x0605, till('Procurement')],
  [
    0x0609,
    till(
      'Top-Up Prepaid-Cards',
      'bitmaps',
      { name: 'prepaid card', bytes: 2, format: 'digits' },
      { name: 'payment mode', bytes: 1, format: 'byte' },
    ),
  ],
  [0x060a, till('Tax Free')],
  [0x060c, till('Book Tip')],
  [0x060f, terminal('Completion', 'completion')],
  [0x0610, till('Send Turnover Totals', 'bitmaps', PASSWORD)],
  [
    0x0612,
    till(
      'Reprint Receipts',
      'bitmaps',
      PASSWORD,
      { name: 'first receipt', bytes: 2, format: 'number' },
      { name: 'last receipt', bytes: 2, format: 'number', optional: true },
    ),
  ],
  [0x0618, till('Reset Terminal')],
  [0x061a, till('Print System Configuration', 'guess')],
  [0x061b, till('Set/Reset Terminal-ID', 'bitmaps', PASSWORD)],
  [0x061e, terminal('Abort', 'bitmaps', { name: 'result code', bytes: 1, format: 'resultCode' })],
  [0x0620, till('Repeat Receipt', 'bitmaps', PASSWORD)],
  [0x0621, till('Telephonic Authorisation')],
  [0x0622, till('Pre-Authorisation / Reservation')],
  [0x0623, till('Partial-Reversal of a Pre-Authorisation / Booking of a Reservation')],
  [0x0624, till('Book Total')],
  [0x0625, till('Pre-Authorisation Reversal')],
  [0x0626, till('Reversal of external transaction')],
  [0x0630, till('Reversal', 'bitmaps', PASSWORD)],
  [0x0631, till('Refund', 'bitmaps', PASSWORD)],
  [0x0650, till('End-of-Day', 'bitmaps', PASSWORD)],
  [0x0651, till('Send offline Transactions', 'bitmaps', PASSWORD)],
  [0x0652, till('Partial Reconciliation', 'bitmaps', PASSWORD)],
  [0x0670, till('Diagnosis')],
  [0x0679, till('Selftest', 'guess')],
  [0x0685, till('Display Text (old version)', 'displayOld')],
  [0x0686, till('Display Text with Numerical Input (old version)', 'bytes')],
  [0x0687, till('PIN-Verification for Customer-Card (old version)', 'bytes')],
  [0x0688, till('Display Text with Function-Key Input (old version)', 'bytes')],
  [0x0691, till('Set Date and Time in PT', 'bitmaps', OPTIONAL_PASSWORD)],
  [0x0693, till('Initialisation', 'bitmaps', PASSWORD)],
  [
    0x0695,
    till(
      'Change Password',
      'bytes',
      { name: 'old password', bytes: 3, format: 'secret' },
      { name: 'new password', bytes: 3, format: 'secret' },
    ),
  ],
  [0x06b0, till('Abort')],
  [0x06c0, till('Read Card', 'bitmaps', { name: 'timeout in seconds', bytes: 1, format: 'byte', optional: true, unless: [0x19, 0x06] })],
  [0x06c5, till('Close Card Session')],
  [0x06c6, till('Send APDUs')],
  [0x06d0, terminal('Menu selection with graphic display')],
  [
    0x06d1,
    { name: 'Print Line', direction: 'either', leading: [{ name: 'attribute', bytes: 1, format: 'byte', optional: true }], layout: 'line' },
  ],
  [0x06d3, { name: 'Print Text-Block', direction: 'either', leading: [], layout: 'bitmaps' }],
  [0x06d8, terminal('Dial-Up', 'bytes')],
  [0x06d9, terminal('Transmit Data via Dial-Up', 'bytes')],
  [0x06da, terminal('Receive Data via Dial-Up', 'bytes')],
  [0x06db, terminal('Hang-Up', 'bytes')],
  [0x06dd, terminal('Transparent-Mode', 'bytes')],
  [0x06e0, till('Display Text')],
  [0x06e1, till('Display Text with Function-Key Input')],
  [0x06e2, till('Display Text with Numerical Input')],
  [0x06e3, till('PIN-Verification for Customer-Card')],
  [0x06e4, terminal('Blocked-List Query to ECR')],
  [0x06e5, till('MAC calculation')],
  [0x06e6, till('Card Poll with Authorization')],
  [0x06e7, till('Display Text with Numerical Input with DUKPT Encryption')],
  [0x06f0, till('Display Image', 'guess')],
  [0x0801, till('Activate Service-Mode', 'guess')],
  [0x0802, till('Switch Protocol', 'bytes')],
  [0x0810, till('Software-Update', 'guess')],
  [0x0811, till('Read File', 'guess', PASSWORD)],
  [0x0812, till('Delete File', 'guess', PASSWORD)],
  [0x0813, till('Change Configuration', 'guess')],
  [0x0814, till('Write File', 'guess', PASSWORD)],
  [0x0820, till('Start OPT Action', 'guess')],
  [0x0821, till('Set OPT Point-in-Time', 'guess')],
  [0x0822, till('Start OPT Pre-Initialisation', 'guess')],
  [0x0823, till('Output OPT-Data', 'guess')],
  [0x0824, till('OPT Out-of-Order', 'guess')],
  [0x0830, till('Select Language', 'bytes')],
  [0x0840, till('Change Baudrate', 'bytes')],
  [0x0850, till('Activate Card-Reader', 'bytes')],
]);

const POSITIVE: ControlField = { name: 'Positive Acknowledgement', direction: 'either', leading: [], layout: 'guess' };
const NEGATIVE: ControlField = { ...POSITIVE, name: 'Negative Acknowledgement' };
const PROPRIETARY: ControlField = { name: 'proprietary', direction: 'unknown', leading: [], layout: 'guess' };
const UNKNOWN: ControlField = { name: 'unknown', direction: 'unknown', leading: [], layout: 'guess' };

/** What is known of a control field; never undefined: an unknown one is named so. */
export function controlField(control: number): ControlField {
  const known = TABLE.get(control);
  if (known) return known;
  switch (control >> 8) {
    case 0x80:
      return POSITIVE;
    case 0x84:
      return control === 0x8400 ? POSITIVE : NEGATIVE;
    case 0x0f:
      return PROPRIETARY;
    default:
      return UNKNOWN;
  }
}
