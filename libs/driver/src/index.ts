export * from './enquiry.rules.js';
export * from './outcomes.js';
export * from './terminal-driver.js';
