export { OutletBank, type OutletView, type PoweredDevice } from './outlet-bank.js';
export * from './shelly-kind.js';
export { LampBoard, SimulatedLamp } from './simulated-lamp.js';
export * from './simulated-plug.js';
