import { z } from 'zod';
import type { DeviceKind } from '../device.js';

/** What `tillward sim --help` says: the kinds there are, and how to go on. */
export function simHelp(kinds: readonly DeviceKind[]): string {
  const width = Math.max(...kinds.map(({ kind }) => kind.length));
  return [
    'Usage: tillward sim <kind> [options]',
    '',
    'Simulates one device on this machine, faults included, so that you can develop and test without hardware.',
    '',
    'Kinds',
    ...kinds.map(({ kind, summary, defaultPort }) => `  ${kind.padEnd(width)}  ${summary} (port ${defaultPort})`),
    '',
    ...OPTIONS,
    '',
    'tillward sim <kind> --help says how to talk to it first, and every fault it can play.',
  ].join('\n');
}

/** What `tillward sim <kind> --help` teaches: first steps, options and faults of the kind, the control API and scripts. */
export function kindHelp({ kind, summary, help, defaultPort, options, faults }: DeviceKind): string {
  return [
    `Usage: tillward sim ${kind} [options]`,
    '',
    `${summary}. Port ${defaultPort} unless --port says otherwise.`,
    '',
    help.trim(),
    '',
    ...OPTIONS,
    '',
    `Settings (--set name=value, or "options" of a script)`,
    ...settingsOf(options),
    '',
    'Faults (POST /v1/faults, or a script)',
    ...faultsOf(faults),
    '',
    'Control API, while it runs',
    '  curl CONTROL/v1/state                       what it is doing',
    '  curl CONTROL/v1/ledger                      what it booked, where it books anything',
    '  curl CONTROL/v1/faults                      JSON Schema of every fault',
    `  curl CONTROL/v1/faults -d '${JSON.stringify(exampleFault(faults))}'`,
    `  curl CONTROL/v1/power -d '{"on":false}'      take its power away`,
    '',
    'Script (--script FILE): JSON, times in seconds after the start',
    `  ${JSON.stringify({
      options: {},
      steps: [
        { afterS: 10, fault: exampleFault(faults) },
        { afterS: 60, power: 'off' },
      ],
    })}`,
  ].join('\n');
}

const OPTIONS = [
  'Options',
  '  --port <number>          port of its protocol; 0 takes a free one',
  '  --host <address>         address it listens on (default: 127.0.0.1)',
  '  --seed <text>            replays the same amounts, times and declines',
  '  --script <file>          settings, and faults at given times',
  '  --set <name=value>       one setting of the kind; may be repeated',
  '  --data <dir>             folder of its ledger and state (default: a new temporary one)',
  '  --control-port <number>  port of the control API (default: a free one)',
  '  --json                   print one JSON line instead of text when it is ready',
];

interface SchemaNode {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
}

function nodeOf(schema: z.ZodType): SchemaNode {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as SchemaNode;
}

function settingsOf(options: z.ZodType): string[] {
  const properties = Object.entries(nodeOf(options).properties ?? {});
  if (properties.length === 0) return ['  none'];
  return properties.map(([name, node]) => `  ${name}  ${shapeOf(node)}${node.description ? `  ${node.description}` : ''}`);
}

function faultsOf(faults: z.ZodType): string[] {
  return variantsOf(faults).map((variant) => {
    const { fault, ...settings } = variant.properties ?? {};
    const words = Object.entries(settings).map(([name, node]) => `${name}: ${shapeOf(node)}`);
    const described = fault?.description ?? variant.description;
    return `  ${String(fault?.const)}${words.length > 0 ? `  {${words.join(', ')}}` : ''}${described ? `  ${described}` : ''}`;
  });
}

function variantsOf(faults: z.ZodType): readonly SchemaNode[] {
  const node = nodeOf(faults);
  return node.oneOf ?? node.anyOf ?? [node];
}

function exampleFault(faults: z.ZodType): unknown {
  const simple = variantsOf(faults).find(({ properties, required }) => properties && (required ?? []).every((name) => name === 'fault'));
  return { fault: simple?.properties?.['fault']?.const ?? 'clear' };
}

function shapeOf(node: SchemaNode): string {
  const words = node.enum ?? (node.const === undefined ? undefined : [node.const]);
  const type = words ? words.map(String).join('|') : (typesOf(node) ?? 'value');
  return node.default === undefined ? type : `${type} = ${JSON.stringify(node.default)}`;
}

function typesOf({ type, anyOf, oneOf }: SchemaNode): string | undefined {
  const variants = anyOf ?? oneOf;
  if (variants) return [...new Set(variants.map(shapeOf))].join('|');
  return type === undefined || typeof type === 'string' ? type : type.join('|');
}
