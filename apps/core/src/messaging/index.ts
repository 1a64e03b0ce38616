export * from './downlink.service.js';
export * from './key-rotation.js';
export * from './messaging.module.js';
export * from './mqtt.link.js';
