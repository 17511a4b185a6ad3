/**
 * The teacher's line. A slice is kept until the server has it on its disk, and sent again after a cut,
 * into the same stream. One stream after the other: a new one begins when the last is all there.
 */
const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 5000;
const MOST_ON_THE_WAY = 2_000_000;
const SILENT_MS = 6000;
/** Nobody is helped by trying again: not understood, signed out, taken over. */
const FINAL_CODES = [1000, 1008, 4401, 4409];

interface Piece {
  data: ArrayBuffer;
  at: number;
}

/** What one recorder makes. */
export class Stream {
  readonly key: string;
  readonly pieces = new Map<number, Piece>();
  next = 0;
  complete = false;

  constructor(readonly mime: string) {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    this.key = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  add(data: ArrayBuffer, now: number): void {
    this.pieces.set(this.next, { data, at: now });
    this.next += 1;
  }

  acknowledged(count: number): void {
    for (const number of this.pieces.keys()) {
      if (number >= count) break;
      this.pieces.delete(number);
    }
  }

  /** Milliseconds since the oldest piece that is not there yet was made. */
  behind(now: number): number {
    for (const piece of this.pieces.values()) return now - piece.at;
    return 0;
  }
}

export interface Said {
  take?: number;
  key?: string;
  ack?: number;
  through?: boolean;
  gone?: string;
  no?: string;
  by?: string;
  why?: string;
  over?: string;
  /** What has taken over, where it is no browser. */
  source?: string;
  status?: { watchers: number; kbps: number };
}

export interface UploadEvents {
  state(state: 'connecting' | 'open' | 'broken' | 'over', code: number): void;
  /** The stream that is sent now has begun at the server. */
  began(said: Said): void;
  /** The server cannot go on with this stream: stop its recorder and begin a new one. */
  gone(key: string): void;
  refused(said: Said): void;
  over(said: Said): void;
  status(status: { watchers: number; kbps: number }): void;
}

export class Upload {
  private socket: WebSocket | null = null;
  private streams: Stream[] = [];
  private flowing = false;
  private sentTo = 0;
  private asked = '';
  private tries = 0;
  private timer = 0;
  private watch = 0;
  private heardAt = 0;
  private ended = false;
  private takeOver = false;
  rttMs = 0;

  constructor(
    private readonly address: string,
    private readonly events: UploadEvents,
    private readonly make: (address: string) => WebSocket = (address) => new WebSocket(address),
    private readonly clock: () => number = () => performance.now(),
  ) {}

  open(): void {
    window.addEventListener('online', this.again);
    this.watch = window.setInterval(() => {
      // A line that is dead says nothing, not even that; ours is told something every second.
      if (this.socket !== null && this.clock() - this.heardAt > SILENT_MS) this.again();
    }, 1000);
    this.connect();
  }

  close(): void {
    this.ended = true;
    window.clearTimeout(this.timer);
    window.clearInterval(this.watch);
    window.removeEventListener('online', this.again);
    this.socket?.close();
  }

  /** A recorder's stream, to be sent after those before it. */
  add(stream: Stream): void {
    this.streams.push(stream);
    this.begin();
  }

  /** There is something new in the last stream. */
  pump(): void {
    const [stream] = this.streams;
    const { socket } = this;
    if (stream === undefined || socket?.readyState !== WebSocket.OPEN || !this.flowing) return;
    while (this.sentTo < stream.next && socket.bufferedAmount < MOST_ON_THE_WAY) {
      const piece = stream.pieces.get(this.sentTo);
      if (piece !== undefined) {
        const message = new Uint8Array(4 + piece.data.byteLength);
        new DataView(message.buffer).setUint32(0, this.sentTo);
        message.set(new Uint8Array(piece.data), 4);
        socket.send(message);
      }
      this.sentTo += 1;
    }
  }

  /** What no server has yet, in seconds of the class. */
  get behindSeconds(): number {
    const now = this.clock();
    return Math.max(0, ...this.streams.map((stream) => stream.behind(now))) / 1000;
  }

  get isEmpty(): boolean {
    return this.streams.every((stream) => stream.pieces.size === 0);
  }

  /** Take the class over from whoever has it. */
  insist(): void {
    this.takeOver = true;
    this.asked = '';
    this.begin();
  }

  private readonly again = (): void => {
    if (this.ended) return;
    const old = this.socket;
    this.socket = null;
    old?.close();
    this.flowing = false;
    window.clearTimeout(this.timer);
    this.connect();
  };

  private connect(): void {
    this.events.state(this.tries === 0 ? 'connecting' : 'broken', 0);
    this.heardAt = this.clock();
    this.flowing = false;
    this.asked = '';
    const socket = this.make(this.address);
    this.socket = socket;
    socket.addEventListener('open', () => {
      if (socket !== this.socket) return;
      this.tries = 0;
      this.heardAt = this.clock();
      this.events.state('open', 0);
      this.begin();
    });
    socket.addEventListener('message', (event) => {
      if (socket === this.socket) this.told(JSON.parse(String(event.data)) as Said);
    });
    socket.addEventListener('close', (event) => {
      if (socket === this.socket) this.broken(event.code);
    });
  }

  private begin(): void {
    const [stream] = this.streams;
    if (stream === undefined || this.socket?.readyState !== WebSocket.OPEN) return;
    if (this.asked === stream.key) return;
    this.asked = stream.key;
    this.flowing = false;
    this.socket.send(
      JSON.stringify({ do: 'begin', key: stream.key, mime: stream.mime, takeOver: this.takeOver }),
    );
  }

  private told(said: Said): void {
    this.heardAt = this.clock();
    const [stream] = this.streams;
    if (said.status !== undefined) this.events.status(said.status);
    if (said.over !== undefined) {
      this.events.over(said);
      this.close();
      return;
    }
    if (said.no !== undefined) {
      this.flowing = false;
      this.events.refused(said);
    }
    if (stream === undefined) return;
    if (said.gone !== undefined && said.gone === stream.key) {
      this.events.gone(stream.key);
      // Said unasked it means that the stream broke: the rest is sent after asking for it.
      if (this.flowing) {
        this.flowing = false;
        this.asked = '';
        this.begin();
        return;
      }
      this.flow(stream, said.ack ?? 0);
    } else if (said.take !== undefined && said.key === stream.key) {
      this.takeOver = false;
      this.events.began(said);
      this.flow(stream, said.ack ?? 0);
    } else if (said.ack !== undefined) {
      const last = stream.pieces.get(said.ack - 1);
      if (last !== undefined) this.rttMs = this.clock() - last.at;
      stream.acknowledged(said.ack);
      this.pump();
    }
    this.shift();
  }

  private flow(stream: Stream, from: number): void {
    stream.acknowledged(from);
    this.sentTo = from;
    this.flowing = true;
    this.pump();
  }

  /** The stream before is all there: the next one begins. */
  private shift(): void {
    const [stream] = this.streams;
    if (stream === undefined || !stream.complete || stream.pieces.size > 0) return;
    if (this.streams.length < 2) return;
    this.streams.shift();
    this.flowing = false;
    this.begin();
  }

  /** A stream's recorder has stopped: nothing is added to it any more. */
  completed(stream: Stream): void {
    stream.complete = true;
    this.pump();
    this.shift();
  }

  private broken(code: number): void {
    this.socket = null;
    this.flowing = false;
    if (this.ended) return;
    if (FINAL_CODES.includes(code)) {
      this.ended = true;
      this.events.state('over', code);
      return;
    }
    this.events.state('broken', code);
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.tries);
    this.tries += 1;
    this.timer = window.setTimeout(
      () => {
        this.connect();
      },
      wait * (0.7 + Math.random() * 0.6),
    );
  }
}
