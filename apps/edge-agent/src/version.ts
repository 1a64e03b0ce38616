/** Version said in presence and AgentStarted; the same as in package.json (a test compares them). */
export const AGENT_VERSION = '0.1.0';
