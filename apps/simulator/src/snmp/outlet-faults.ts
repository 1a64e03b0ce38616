import { z } from 'zod';
import type { OutletBank } from '../plug/index.js';
import type { SimulatedSnmpAgent } from './snmp-agent.js';

const outlet = z.int().positive().optional().describe('one outlet or port; all of them when left out');
const delayMs = z.int().min(0).max(600_000);

/** What can go wrong with a device that switches power over SNMP. Faults hold until `clear`. */
export const outletFault = z.discriminatedUnion('fault', [
  z.strictObject({ fault: z.literal('clear').describe('everything works again, contacts stay where they are') }),
  z.strictObject({ fault: z.literal('unreachable').describe('every datagram is lost') }),
  z.strictObject({ fault: z.literal('stuck').describe('a welded contact: the device takes commands, power stays'), outlet }),
  z.strictObject({ fault: z.literal('slow').describe('contacts follow late'), delayMs }),
  z.strictObject({ fault: z.literal('slowAnswers').describe('every answer is late'), delayMs }),
  z.strictObject({ fault: z.literal('losesAnswers').describe('commands have their effect, their answers get lost') }),
  z.strictObject({ fault: z.literal('wrongPassword').describe('somebody changed the passwords') }),
]);
export type OutletFault = z.infer<typeof outletFault>;

/** Plays a fault on an agent and its outlets. */
export function playOutletFault(fault: OutletFault, agent: SimulatedSnmpAgent, bank: OutletBank): void {
  switch (fault.fault) {
    case 'clear':
      Object.assign(agent, { reachable: true, knowsUsers: true, answerDelayMs: 0, losesAnswers: false });
      bank.delayMs = 0;
      return bank.weld(false);
    case 'unreachable':
      agent.reachable = false;
      return;
    case 'stuck':
      return bank.weld(true, fault.outlet);
    case 'slow':
      bank.delayMs = fault.delayMs;
      return;
    case 'slowAnswers':
      agent.answerDelayMs = fault.delayMs;
      return;
    case 'losesAnswers':
      agent.losesAnswers = true;
      return;
    case 'wrongPassword':
      agent.knowsUsers = false;
      return;
  }
}
