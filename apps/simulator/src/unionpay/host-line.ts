import { connect, type Socket } from 'node:net';
import { FrameSplitter, type IsoMessage, MalformedMessage, type MessageHead, packFrame, unpackFrame } from './iso-message.js';

/** Why a terminal got no answer. `notSent`: not a byte of the request left. */
export type LineFailure = 'notSent' | 'noAnswer';

/** How a terminal reaches the host. */
export interface LineOptions extends MessageHead {
  readonly upstream: { readonly host: string; readonly port: number };
  readonly answerTimeoutMs: number;
  /** `perMessage` dials for each request, as most terminals do; `kept` holds one line. */
  readonly connection: 'perMessage' | 'kept';
  /** How the terminal's frames are cut into segments. */
  readonly segments: (frame: Buffer) => readonly Buffer[];
}

/** A terminal's line to the host: one request at a time, and its answer or the lack of one. */
export class HostLine {
  private socket: Socket | null = null;
  private closed = false;
  /** Ends the wait for an answer. */
  private giveUp: () => void = () => undefined;

  constructor(private readonly options: LineOptions) {}

  /** Sends a request and waits for the answer to it; others are not listened to. */
  async ask(request: IsoMessage): Promise<IsoMessage | LineFailure> {
    if (this.closed) return 'notSent';
    let socket: Socket;
    try {
      socket = this.socket ?? (await dial(this.options.upstream, this.options.answerTimeoutMs));
    } catch (error) {
      if (error instanceof LineDown) return 'notSent';
      throw error;
    }
    const answer = await this.exchange(socket, request);
    if (this.options.connection === 'kept' && typeof answer !== 'string' && !this.closed) this.socket = socket;
    else this.hangUp(socket);
    return answer;
  }

  /** Ends the line for good: a request that waits gets no answer, and none is sent any more. */
  close(): void {
    this.closed = true;
    this.giveUp();
    if (this.socket) this.hangUp(this.socket);
  }

  private hangUp(socket: Socket): void {
    this.socket = null;
    socket.removeAllListeners();
    // Nobody waits for what it may still say.
    socket.on('error', () => socket.destroy());
    socket.end();
    socket.resume();
    setTimeout(() => socket.destroy(), 500).unref();
  }

  private exchange(socket: Socket, request: IsoMessage): Promise<IsoMessage | LineFailure> {
    return new Promise((resolve) => {
      const done = (answer: IsoMessage | LineFailure) => {
        clearTimeout(limit);
        socket.removeAllListeners();
        socket.on('error', () => socket.destroy());
        resolve(answer);
      };
      const limit = setTimeout(() => done('noAnswer'), this.options.answerTimeoutMs);
      this.giveUp = () => done('noAnswer');
      const splitter = new FrameSplitter((body) => {
        const answer = understood(body, this.options);
        if (answer === 'garbage') done('noAnswer');
        else if (answers(answer, request)) done(answer);
      });
      socket.on('data', (chunk: Buffer) => splitter.push(chunk));
      socket.on('error', () => done('noAnswer'));
      socket.on('close', () => done('noAnswer'));
      socket.on('end', () => done('noAnswer'));
      this.send(socket, packFrame(request, this.options));
    });
  }

  private send(socket: Socket, frame: Buffer): void {
    const [first, ...rest] = this.options.segments(frame);
    if (first === undefined) return;
    socket.write(first);
    // Each in a turn of its own; without that the kernel would join what was cut.
    rest.reduce<Promise<void>>(async (before, segment) => {
      await before;
      await new Promise((resolve) => setImmediate(resolve));
      if (socket.writable) socket.write(segment);
    }, Promise.resolve());
  }
}

class LineDown extends Error {}

async function dial(upstream: LineOptions['upstream'], timeoutMs: number): Promise<Socket> {
  const socket = connect({ ...upstream, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    const limit = setTimeout(() => {
      socket.destroy();
      reject(new LineDown('no connection in time'));
    }, timeoutMs);
    socket.once('connect', resolve).once('error', () => reject(new LineDown('no connection')));
    socket.once('close', () => clearTimeout(limit)).once('connect', () => clearTimeout(limit));
  });
  socket.removeAllListeners();
  return socket;
}

function understood(body: Buffer, head: MessageHead): IsoMessage | 'garbage' {
  try {
    return unpackFrame(body, head);
  } catch (error) {
    if (error instanceof MalformedMessage) return 'garbage';
    throw error;
  }
}

function answers(answer: IsoMessage, request: IsoMessage): boolean {
  return Number(answer.type) === Number(request.type) + 10 && answer.fields[11] === request.fields[11];
}
