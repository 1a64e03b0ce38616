export * from './card-number.js';
export * from './dialogue.js';
export * from './enquiry.rules.js';
export * from './orders.js';
export * from './outcomes.js';
export * from './terminal-driver.js';
