/** Where the parts listen if nobody else does; 0 anywhere. The first terminal gets `zvt`, the next one the next port. */
export interface PreferredPorts {
  http: number;
  broker: number;
  brokerTls: number;
  postgres: number;
  till: number;
  zvt: number;
  power: number;
  printer: number;
  control: number;
}

/** The ports of an interactive start. 20007 is ZVT's own. */
export const DEMO_PORTS: PreferredPorts = {
  http: 8080,
  broker: 21883,
  brokerTls: 28883,
  postgres: 25432,
  till: 8181,
  zvt: 20_007,
  power: 20_107,
  printer: 20_207,
  control: 8180,
};
/** Any free ports: several systems side by side. */
export const ANY_PORTS: PreferredPorts = {
  http: 0,
  broker: 0,
  brokerTls: 0,
  postgres: 0,
  till: 0,
  zvt: 0,
  power: 0,
  printer: 0,
  control: 0,
};
