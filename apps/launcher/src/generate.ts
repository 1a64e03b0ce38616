import { type EnvironmentVariable, environmentVariables } from '@tillward/contracts';
import { coreEnvironment } from '@tillward/core';
import { agentEnvironment } from '@tillward/edge-agent';
import { simulatorEnvironment } from '@tillward/simulator';
import { brokerEnvironment } from './broker/index.js';
import { launcherEnvironment } from './config.js';

/** Every program with the variables it reads, in the order a new reader meets them. */
const PROGRAMS = [
  {
    title: 'Launcher',
    command: 'npm start, npx tillward',
    about: 'Starts all programs below and sets their variables. Every URL given here takes the place of one embedded part.',
    variables: launcherEnvironment,
  },
  { title: 'Core', command: 'node apps/core/dist/main.js', about: 'One for the chain.', variables: coreEnvironment },
  { title: 'Edge agent', command: 'node apps/edge-agent/dist/main.js', about: 'One at every store gateway.', variables: agentEnvironment },
  {
    title: 'Broker',
    command: 'node apps/launcher/dist/broker/main.js',
    about: 'The embedded MQTT broker, for where there is none.',
    variables: brokerEnvironment,
  },
  {
    title: 'Simulator',
    command: 'node apps/simulator/dist/main.js',
    about: 'Simulated terminals, power switches, acquirer hosts and tills.',
    variables: simulatorEnvironment,
  },
];

/** The generated files of this project: path from the repository's root → content. `npm run generate` writes them, `npm run generate:check` compares. */
export function generatedFiles(): Record<string, string> {
  const sections = PROGRAMS.map(({ title, command, about, variables }) => {
    const rows = environmentVariables(variables).map(row);
    return `## ${title}

\`${command}\`: ${about}

| variable | expected | default |
|---|---|---|
${rows.join('\n')}
`;
  });
  return {
    'docs/environment.md': `# Environment variables

<!-- Generated from each program's config.ts by \`npm run generate\`. -->

Nothing else is read from the environment. A required variable that is missing, or any that is wrong, ends the start with exit code 78 and a line for each, such as
\`HTTP_PORT: expected a whole number from 0 to 65535: …\`. An empty variable counts as not set. What a chain decides for its stores is in [settings.md](settings.md).

${sections.join('\n')}`,
  };
}

function row({ name, expected, byDefault, required }: EnvironmentVariable): string {
  const value = required ? 'required' : byDefault === undefined ? 'not set' : `\`${byDefault}\``;
  return `| \`${name}\` | ${expected.replaceAll('|', '\\|')} | ${value} |`;
}
