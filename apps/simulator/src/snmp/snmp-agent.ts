import { createHash } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket, type SocketType } from 'node:dgram';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { requestHeaderOf, wrongDigestsReport } from './usm-report.js';

/** Who may ask and switch. */
export interface SnmpAccess {
  readonly user: string;
  readonly authProtocol: 'sha' | 'sha224' | 'sha256' | 'sha384' | 'sha512';
  readonly authPassword: string;
  readonly privProtocol: 'aes' | 'aes256b' | 'aes256r';
  readonly privPassword: string;
  /** Community that versions 1 and 2c may read and write with; null: only version 3 is spoken. */
  readonly community: string | null;
}

/** A simulated SNMP agent. */
export interface SnmpAgentOptions {
  readonly host: string;
  /** UDP; 0 takes a free one. */
  readonly port: number;
  readonly access: SnmpAccess;
  /** The engine's identity follows from this. */
  readonly seed: string;
  /** File of how often the engine started: clients hold an engine whose count goes back for an impostor. */
  readonly bootsFile: string;
}

/** One column of a table. Numbers are ASN.1 tags: 2 INTEGER, 4 OCTET STRING, 6 OBJECT IDENTIFIER, 66 Gauge32. */
export interface MibColumn {
  readonly number: number;
  readonly type: number;
  readonly access: 'none' | 'read' | 'write';
}

/** A table: its entry's OID, its columns, which of them are the index, and its rows (a value for every column). */
export interface MibTable {
  readonly name: string;
  readonly oid: string;
  readonly columns: readonly MibColumn[];
  readonly index: readonly number[];
  readonly rows: readonly (readonly unknown[])[];
}

/** One object without index. */
export interface MibScalar {
  readonly name: string;
  readonly oid: string;
  readonly type: number;
  readonly value: unknown;
}

/** What an agent answers. */
export interface MibContent {
  readonly scalars: readonly MibScalar[];
  readonly tables: readonly MibTable[];
  /** Judges a write before anything happens; null when it may be done, else the SNMP error status. `row` are the numbers of the index. */
  check(table: string, column: number, row: readonly number[], value: unknown): number | null;
  /** Does a write that was judged right. */
  write(table: string, column: number, row: readonly number[], value: unknown): void;
}

/** SNMP error status (RFC 3416, 3). */
export const SNMP_ERROR = { wrongValue: 10, notWritable: 17 } as const;

/** Enterprise 318 with the highest bit set, then "text follows" (RFC 3411, SnmpEngineID). */
const ENGINE_ID_PREFIX = Buffer.from([0x80, 0x00, 0x01, 0x3e, 0x04]);

interface AgentRequest {
  readonly oid: string;
  readonly setValue?: unknown;
  readonly testSet?: boolean;
  readonly commitSet?: boolean;
  done(error?: { errorStatus: number }): void;
}

interface LibraryAgent {
  getMib(): {
    addTableRow(table: string, row: unknown[]): void;
    setScalarValue(name: string, value: unknown): void;
    setTableSingleCell(table: string, column: number, row: number[], value: unknown): void;
  };
  getAuthorizer(): {
    addUser(user: unknown): void;
    addCommunity(community: string): void;
    getAccessControlModel(): {
      setUserAccess(user: string, level: number): void;
      setCommunityAccess(community: string, level: number): void;
    };
  };
  registerProvider(provider: unknown): void;
  readonly engine: { engineBoots: number; engineTime: number };
  close(): void;
}

/**
 * An SNMP agent on a UDP port, versions 3 (authentication and privacy required) and, with a community, 1 and 2c. What it can't believe it answers with
 * a report of wrong digests, as devices do.
 */
export class SimulatedSnmpAgent {
  private agent: LibraryAgent | null = null;
  private socket: Socket | null = null;
  private listeningPort: number;
  private refusedDigests = 0;
  private readonly engineId: Buffer;
  private boots = 0;
  /** When false, every datagram is lost. */
  reachable = true;
  /** When false, nobody's passwords are right any more. */
  knowsUsers = true;
  /** Every answer waits this long. */
  answerDelayMs = 0;
  /** When true, writes have their effect and their answers get lost. */
  losesAnswers = false;
  private answering: 'read' | 'write' = 'read';

  constructor(
    private readonly options: SnmpAgentOptions,
    private readonly content: MibContent,
  ) {
    this.listeningPort = options.port;
    this.engineId = Buffer.concat([ENGINE_ID_PREFIX, Buffer.from(createHash('sha256').update(options.seed).digest('hex').slice(0, 12))]);
  }

  get port(): number {
    return this.listeningPort;
  }

  /** Requests that were not believed. */
  get refused(): number {
    return this.refusedDigests;
  }

  /** Starts answering, as an engine that booted once more. */
  async start(): Promise<void> {
    // Loaded here: whoever imports the simulator for its other devices shall not pay for it.
    const { default: snmp } = await import('net-snmp');
    this.boots = countBoot(this.options.bootsFile);
    const listening = Promise.withResolvers<void>();
    const dgramModule = { createSocket: (type: SocketType) => this.open(type, listening) };
    const { host, port, access } = this.options;
    const accessControlModelType = snmp.AccessControlModelType.Simple;
    const agent: LibraryAgent = snmp.createAgent(
      {
        port,
        address: host,
        transport: host.includes(':') ? 'udp6' : 'udp4',
        engineID: this.engineId,
        accessControlModelType,
        dgramModule,
      },
      (error: unknown) => this.noticed(error),
    );
    agent.engine.engineBoots = this.boots;
    const model = agent.getAuthorizer().getAccessControlModel();
    agent.getAuthorizer().addUser({
      name: access.user,
      level: snmp.SecurityLevel.authPriv,
      authProtocol: snmp.AuthProtocols[access.authProtocol],
      authKey: access.authPassword,
      privProtocol: snmp.PrivProtocols[access.privProtocol],
      privKey: access.privPassword,
    });
    model.setUserAccess(access.user, snmp.AccessLevel.ReadWrite);
    if (access.community !== null) {
      agent.getAuthorizer().addCommunity(access.community);
      model.setCommunityAccess(access.community, snmp.AccessLevel.ReadWrite);
    }
    this.agent = agent;
    this.register(agent, snmp.MibProviderType, snmp.MaxAccess);
    await listening.promise;
  }

  /** Stops answering. */
  stop(): void {
    this.agent?.close();
    this.agent = null;
  }

  /** Changes the value of a column; nothing while it is stopped. */
  set(table: string, column: number, row: readonly number[], value: unknown): void {
    this.agent?.getMib().setTableSingleCell(table, column, [...row], value);
  }

  private register(
    agent: LibraryAgent,
    type: Readonly<Record<'Scalar' | 'Table', number>>,
    access: Readonly<Record<string, number | string>>,
  ): void {
    const maxAccess = { none: access['not-accessible'], read: access['read-only'], write: access['read-write'] };
    for (const { name, oid, type: scalarType, value } of this.content.scalars) {
      agent.registerProvider({ name, type: type.Scalar, oid, scalarType, maxAccess: maxAccess.read });
      agent.getMib().setScalarValue(name, value);
    }
    for (const table of this.content.tables) {
      agent.registerProvider({
        name: table.name,
        type: type.Table,
        oid: table.oid,
        tableColumns: table.columns.map((column) => ({
          number: column.number,
          name: `${table.name}${column.number}`,
          type: column.type,
          maxAccess: maxAccess[column.access],
        })),
        tableIndex: table.index.map((columnNumber) => ({ columnNumber })),
        handler: (request: AgentRequest) => this.serve(table, request),
      });
      for (const row of table.rows) agent.getMib().addTableRow(table.name, [...row]);
    }
  }

  /** A read is answered from the table; a write comes twice, first to be judged, then to be done. */
  private serve(table: MibTable, request: AgentRequest): void {
    if (!request.testSet && !request.commitSet) return request.done();
    const [column, ...row] = request.oid
      .slice(table.oid.length + 1)
      .split('.')
      .map(Number);
    if (request.testSet) {
      const errorStatus = this.content.check(table.name, column!, row, request.setValue);
      return errorStatus === null ? request.done() : request.done({ errorStatus });
    }
    this.answering = 'write';
    request.done();
    this.answering = 'read';
    this.content.write(table.name, column!, row, request.setValue);
  }

  /** A socket that loses, delays and refuses as told, and on which no datagram can end the process. */
  private open(type: SocketType, listening: PromiseWithResolvers<void>): Socket {
    const socket = createSocket(type);
    this.socket = socket;
    const listen = socket.on.bind(socket) as (event: string, listener: (...values: unknown[]) => void) => Socket;
    listen('error', (error) => listening.reject(error));
    listen('listening', () => {
      this.listeningPort = socket.address().port;
      listening.resolve();
    });
    const guarded = (event: string, listener: (...values: unknown[]) => void): Socket => {
      if (event !== 'message') return listen(event, listener);
      return listen(event, (datagram, from) => {
        if (this.reachable) this.receive(datagram as Buffer, from as RemoteInfo, listener);
      });
    };
    const bind = socket.bind.bind(socket);
    return Object.assign(socket, {
      on: guarded as Socket['on'],
      send: this.sender(socket) as Socket['send'],
      // The library takes 161 where it was told 0.
      bind: (_port: number, address: string) => bind(this.options.port, address),
    });
  }

  private sender(socket: Socket): (...values: unknown[]) => void {
    const send = socket.send.bind(socket) as (...values: unknown[]) => void;
    let closed = false;
    socket.once('close', () => {
      closed = true;
    });
    return (...values) => {
      if (this.losesAnswers && this.answering === 'write') return;
      if (this.answerDelayMs === 0) return send(...values);
      setTimeout(() => {
        if (!closed) send(...values);
      }, this.answerDelayMs);
    };
  }

  private receive(datagram: Buffer, from: RemoteInfo, pass: (...values: unknown[]) => void): void {
    const before = this.refusedDigests;
    const header = requestHeaderOf(datagram);
    // A bare request asks who the engine is, which has nothing to do with users; one with a community is of an older version.
    if (!this.knowsUsers && (header === null || header.authenticated)) {
      this.refusedDigests += 1;
    } else {
      try {
        pass(datagram, from);
      } catch (error) {
        this.noticed(error);
      }
    }
    if (this.refusedDigests === before || header === null) return;
    const report = wrongDigestsReport(
      header.messageId,
      { engineId: this.engineId, boots: this.boots, time: this.agent?.engine.engineTime ?? 0 },
      this.refusedDigests,
    );
    this.socket?.send(report, from.port, from.address);
  }

  /** Requests nobody could believe or understand are the network's affair, not the simulator's: they are counted. */
  private noticed(error: unknown): void {
    if (error) this.refusedDigests += 1;
  }
}

function countBoot(file: string): number {
  const before = existsSync(file) ? z.strictObject({ boots: z.int() }).parse(JSON.parse(readFileSync(file, 'utf8'))).boots : 0;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ boots: before + 1 }));
  return before + 1;
}
