import type { MibScalar } from './snmp-agent.js';

/** The system group every agent has (SNMPv2-MIB, RFC 3418). `objectId` says what kind of device it is. */
export function systemGroup(description: string, objectId: string, name: string): MibScalar[] {
  return [
    { name: 'sysDescr', oid: '1.3.6.1.2.1.1.1', type: 4, value: description },
    { name: 'sysObjectID', oid: '1.3.6.1.2.1.1.2', type: 6, value: objectId },
    { name: 'sysContact', oid: '1.3.6.1.2.1.1.4', type: 4, value: '' },
    { name: 'sysName', oid: '1.3.6.1.2.1.1.5', type: 4, value: name },
    { name: 'sysLocation', oid: '1.3.6.1.2.1.1.6', type: 4, value: '' },
  ];
}
