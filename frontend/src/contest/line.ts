/**
 * The line to the server: opened again whenever it breaks. What was said and not yet acknowledged is
 * said again; the server knows what it has already.
 */
import type { Frame } from './view';

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 5_000;
const BUSY_MS = 1_000;
/** Nobody is helped by trying again: signed out, elsewhere, cut off. */
const FINAL_CODES = [1008, 4401, 4409, 4429];

export interface Says {
  do: string;
  turn: number;
  [more: string]: unknown;
}

export interface LineTalk {
  frame: (frame: Frame) => void;
  state: (state: 'connecting' | 'open' | 'broken' | 'over', code: number) => void;
  /** The reply to something said: '' when it is kept, else why not. */
  reply: (said: Says, why: string) => void;
}

export class Line {
  private socket: WebSocket | null = null;
  private waiting = new Map<number, Says>();
  private numbers = 0;
  private tries = 0;
  private timer = 0;
  private ended = false;

  constructor(
    private readonly address: string,
    private readonly talk: LineTalk,
    private readonly make: (address: string) => WebSocket = (address) => new WebSocket(address),
  ) {}

  open(): void {
    this.talk.state(this.tries === 0 ? 'connecting' : 'broken', 0);
    const socket = this.make(this.address);
    this.socket = socket;
    socket.addEventListener('message', (event) => {
      this.told(JSON.parse(String(event.data)) as Frame);
    });
    socket.addEventListener('close', (event) => {
      if (socket === this.socket) this.broken(event.code);
    });
  }

  close(): void {
    this.ended = true;
    window.clearTimeout(this.timer);
    this.socket?.close();
  }

  /** Say something until it is acknowledged. */
  say(said: Says): void {
    this.numbers += 1;
    this.waiting.set(this.numbers, said);
    this.send(this.numbers, said);
  }

  private told(frame: Frame): void {
    if (frame.ping !== undefined) this.socket?.send(JSON.stringify({ pong: frame.ping }));
    if (frame.hello === true) {
      this.tries = 0;
      this.talk.state('open', 0);
      for (const [number, said] of this.waiting) this.send(number, said);
    }
    const said = frame.id === undefined ? undefined : this.waiting.get(frame.id);
    if (frame.id !== undefined && said !== undefined) {
      if (frame.no === 'busy') {
        const { id } = frame;
        window.setTimeout(() => {
          this.send(id, said);
        }, BUSY_MS);
      } else this.waiting.delete(frame.id);
      this.talk.reply(said, frame.no ?? '');
      return;
    }
    this.talk.frame(frame);
  }

  private broken(code: number): void {
    this.socket = null;
    if (this.ended) return;
    if (FINAL_CODES.includes(code)) {
      this.talk.state('over', code);
      return;
    }
    this.talk.state('broken', code);
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.tries);
    this.tries += 1;
    // Not all at the same moment: a thousand of them come back after a restart.
    this.timer = window.setTimeout(
      () => {
        this.open();
      },
      wait * (0.5 + Math.random()),
    );
  }

  private send(number: number, said: Says): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ ...said, id: number }));
  }
}
