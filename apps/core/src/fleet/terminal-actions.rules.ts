import { COMMAND_ACTIONS, type CommandAction, carriesCardNumber, type TerminalConnection } from '@tillward/contracts';
import {
  invalidInput,
  type PersonActor,
  type RefusalOf,
  reasonRefusal,
  type TerminalActionBlock,
  type TerminalActionOptionType,
  type TerminalActionParameter,
} from '../graphql/index.js';

/** Most characters of a text for the customer: three lines of the smallest display. */
export const MAX_TEXT = 120;

/** What decides whether a terminal can be asked for an action. `driver` and `powerKind` are those of the chain file. */
export interface ActionTarget {
  readonly driver: string;
  readonly powerKind: string;
  readonly gatewayOnline: boolean;
}

/** Routines of the gateway itself, made of what every driver has. */
const ROUTINES: readonly CommandAction[] = ['settleTerminal', 'closeTerminal', 'openTerminal', 'signOnTerminal', 'signOffTerminal'];

/** What each protocol can be asked for (PROTOCOLS.md, Operation → message). A terminal that is only observed can be asked for nothing. */
const BY_DRIVER: Readonly<Record<TerminalConnection['driver'], ReadonlySet<CommandAction>>> = {
  zvt: new Set<CommandAction>([
    ...ROUTINES,
    'sendStored',
    'diagnoseTerminal',
    'restartTerminal',
    'setTerminalTime',
    'displayMessage',
    'reprintReceipt',
    'abortTerminal',
    'captureDialogue',
  ]),
  nexo: new Set<CommandAction>([...ROUTINES, 'diagnoseTerminal', 'displayMessage', 'reprintReceipt', 'abortTerminal', 'captureDialogue']),
  unionpay: new Set(),
};

const OBSERVED: ReadonlySet<string> = new Set<TerminalConnection['driver']>(['unionpay']);
/** Power that can be taken away and given back; Wake-on-LAN can only give it. */
const SWITCHABLE: ReadonlySet<string> = new Set<TerminalConnection['power']['kind']>(['shelly', 'snmpPdu', 'snmpPoe']);
/** What ends a batch, or takes the terminal away from the till for a while. */
const DESTRUCTIVE: ReadonlySet<CommandAction> = new Set<CommandAction>([
  'settleTerminal',
  'closeTerminal',
  'restartTerminal',
  'powerCycleTerminal',
]);
const PARAMETERS: Partial<Record<CommandAction, TerminalActionParameter>> = { displayMessage: 'text', diagnoseTerminal: 'depth' };

/** Why this terminal can't be asked for an action at all; undefined when it can. */
export function unsupported(action: CommandAction, target: ActionTarget): TerminalActionBlock | undefined {
  const actions = BY_DRIVER[target.driver as TerminalConnection['driver']] as ReadonlySet<CommandAction> | undefined;
  if (OBSERVED.has(target.driver)) return 'observedOnly';
  if (action === 'powerCycleTerminal') return SWITCHABLE.has(target.powerKind) ? undefined : 'noPowerSwitch';
  return actions?.has(action) === true ? undefined : 'unsupportedByProtocol';
}

/** Whether people of a role may order actions: those who answer for stores. Which stores is row-level security's to say. */
export function mayOrder(role: PersonActor['role']): boolean {
  return role === 'hq' || role === 'manager';
}

/** What people order on a terminal; accepting a difference takes two of them and a request, and what became of a payment core knows by itself (settlement). */
const ORDERED = COMMAND_ACTIONS.filter((action) => action !== 'acceptUnbalanced' && action !== 'adoptOutcome');

/** Every action with whether a person of this role may order it on this terminal now. A gateway that is offline makes an order wait, no more. */
export function actionOptions(
  role: PersonActor['role'],
  target: ActionTarget,
  running: ReadonlySet<CommandAction>,
): TerminalActionOptionType[] {
  return ORDERED.map((action) => {
    const block =
      unsupported(action, target) ?? (mayOrder(role) ? undefined : 'notYourRole') ?? (running.has(action) ? 'alreadyRunning' : null);
    const parameter = PARAMETERS[action];
    return {
      action,
      available: block === null,
      block,
      destructive: DESTRUCTIVE.has(action),
      waits: !target.gatewayOnline,
      parameters: parameter === undefined ? [] : [parameter],
    };
  });
}

/** What a person asks for. */
export interface ActionRequest {
  readonly action: CommandAction;
  readonly reason: string;
  readonly text: string | null;
  readonly depth: 'host' | 'self' | null;
}

const CONTROL = /\p{Cc}/u;

/** What is wrong with a request whatever the terminal; undefined when nothing is. */
export function requestRefusal({ action, reason, text, depth }: ActionRequest): RefusalOf<'invalidInput'> | undefined {
  const wrong = reasonRefusal(reason);
  if (wrong !== undefined) return wrong;
  if (action === 'displayMessage') {
    if (text === null || text.trim() === '') return invalidInput('text', 'There is nothing to show.');
    if (text.length > MAX_TEXT) return invalidInput('text', `A text has at most ${MAX_TEXT} characters.`);
    if (CONTROL.test(text)) return invalidInput('text', 'A text is one line.');
    if (carriesCardNumber(text)) return invalidInput('text', 'A text must not hold a card number.');
  } else if (text !== null) return invalidInput('text', 'This action shows no text.');
  if (depth !== null && action !== 'diagnoseTerminal') return invalidInput('depth', 'This action has no depth.');
  return undefined;
}

/** The parameters of the command to the gateway; undefined when it has none. */
export function commandParameters({ action, text, depth }: ActionRequest): Record<string, string> | undefined {
  if (action === 'displayMessage') return { text: (text ?? '').trim() };
  return action === 'diagnoseTerminal' ? { depth: depth ?? 'host' } : undefined;
}
