/**
 * The picture by the line: fragments of a tenth of a second into MediaSource, played as near to the
 * newest as the network allows.
 */
import { socketAddress } from './config';
import { BEGIN, END, FRAGMENT, readBeginning, readFrame, type PictureFrame } from './frames';
import { Pacer } from './pace';

type MediaSourceClass = typeof MediaSource;
const LOOK_MS = 200;
const KEPT_SECONDS = 15;
const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 5000;
const MOST_FAILURES = 3;
export const TOO_SLOW = 4413;

export interface PictureEvents {
  /** A take has begun, or there is none any more. */
  shows(something: boolean): void;
  /** The line will not do: HLS has to. */
  failed(why: 'slow' | 'line' | 'player'): void;
}

export function mediaSourceClass(view: Window & typeof globalThis = window): MediaSourceClass | null {
  const managed = (view as unknown as { ManagedMediaSource?: MediaSourceClass }).ManagedMediaSource;
  return managed ?? ('MediaSource' in view ? view.MediaSource : null);
}

export class LinePicture {
  private socket: WebSocket | null = null;
  private source: MediaSource | null = null;
  private buffer: SourceBuffer | null = null;
  private waiting: Uint8Array[] = [];
  private pacer = new Pacer();
  private tries = 0;
  private failures = 0;
  private retry = 0;
  private timer = 0;
  private ended = false;
  private placed = false;
  private newest: PictureFrame | null = null;
  private url = '';

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly path: string,
    private readonly events: PictureEvents,
  ) {}

  open(): void {
    this.video.addEventListener('waiting', this.stalled);
    window.addEventListener('online', this.again);
    this.timer = window.setInterval(this.look, LOOK_MS);
    this.connect();
  }

  close(): void {
    this.ended = true;
    window.clearInterval(this.timer);
    window.clearTimeout(this.retry);
    window.removeEventListener('online', this.again);
    this.video.removeEventListener('waiting', this.stalled);
    this.socket?.close();
    this.drop();
  }

  /** Seconds between the server's having it and its being seen; null while nothing is shown. */
  delay(serverNow: number): number | null {
    if (this.newest === null || !this.placed) return null;
    const shownAt = this.newest.atMs + (this.video.currentTime - this.newest.start - 0.1) * 1000;
    return Math.max(0, (serverNow - shownAt) / 1000);
  }

  private readonly stalled = (): void => {
    if (this.placed) this.pacer.stalled(performance.now());
  };

  private readonly again = (): void => {
    if (this.socket !== null && this.socket.readyState <= WebSocket.OPEN) return;
    window.clearTimeout(this.retry);
    this.connect();
  };

  private connect(): void {
    const socket = new WebSocket(socketAddress(this.path));
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    socket.addEventListener('message', (event) => {
      if (socket !== this.socket) return;
      this.failures = this.tries = 0;
      const frame = readFrame(event.data as ArrayBuffer);
      if (frame !== null) this.take(frame);
    });
    socket.addEventListener('close', (event) => {
      if (socket === this.socket) this.broken(event.code);
    });
  }

  private broken(code: number): void {
    this.socket = null;
    if (this.ended) return;
    this.failures += 1;
    if (code === TOO_SLOW || this.failures >= MOST_FAILURES) {
      this.events.failed(code === TOO_SLOW ? 'slow' : 'line');
      return;
    }
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.tries);
    this.tries += 1;
    this.retry = window.setTimeout(
      () => {
        this.connect();
      },
      wait * (0.5 + Math.random()),
    );
  }

  private take(frame: PictureFrame): void {
    if (frame.kind === BEGIN) {
      const { codecs, init } = readBeginning(frame.content);
      this.begin(codecs, init);
    } else if (frame.kind === END) {
      this.events.shows(false);
    } else if (frame.kind === FRAGMENT && this.source !== null) {
      this.newest = frame;
      this.waiting.push(frame.content);
      this.feed();
    }
  }

  private begin(codecs: string, init: Uint8Array): void {
    this.drop();
    const make = mediaSourceClass();
    const hasPicture = codecs.includes('avc1');
    const type = `${hasPicture ? 'video' : 'audio'}/mp4; codecs="${codecs}"`;
    if (make === null || !make.isTypeSupported(type)) {
      this.events.failed('player');
      return;
    }
    const source = new make();
    this.source = source;
    this.waiting = [init];
    source.addEventListener('sourceopen', () => {
      if (source !== this.source) return;
      const buffer = source.addSourceBuffer(type);
      buffer.addEventListener('updateend', () => {
        this.feed();
      });
      buffer.addEventListener('error', () => {
        if (source === this.source) this.events.failed('player');
      });
      this.buffer = buffer;
      this.feed();
    });
    this.video.disableRemotePlayback = true;
    this.url = URL.createObjectURL(source);
    this.video.src = this.url;
    this.events.shows(true);
  }

  private drop(): void {
    this.source = this.buffer = this.newest = null;
    this.waiting = [];
    this.placed = false;
    if (this.url !== '') URL.revokeObjectURL(this.url);
    this.url = '';
    this.video.removeAttribute('src');
    this.video.load();
  }

  private feed(): void {
    const { buffer, source } = this;
    if (buffer === null || source?.readyState !== 'open' || buffer.updating) return;
    if (this.waiting.length === 0) return;
    const size = this.waiting.reduce((sum, each) => sum + each.byteLength, 0);
    const joined = new Uint8Array(size);
    let at = 0;
    for (const each of this.waiting) {
      joined.set(each, at);
      at += each.byteLength;
    }
    this.waiting = [];
    try {
      buffer.appendBuffer(joined);
    } catch {
      this.events.failed('player');
    }
  }

  private readonly look = (): void => {
    const { buffer, video } = this;
    if (buffer === null || this.source?.readyState !== 'open') return;
    const ranges = buffer.buffered;
    if (ranges.length === 0) return;
    const end = ranges.end(ranges.length - 1);
    if (!this.placed) {
      this.placed = true;
      video.currentTime = Math.max(ranges.start(ranges.length - 1), end - this.pacer.target);
      return;
    }
    const pace = this.pacer.next(end - video.currentTime, performance.now());
    // Behind a hole nothing would ever come again: go on in the newest range.
    const isStuck = video.currentTime < ranges.start(ranges.length - 1) && end - video.currentTime > 1;
    if (pace.jumpTo !== null || isStuck) {
      const start = ranges.start(ranges.length - 1);
      video.currentTime = Math.max(start, end - this.pacer.target);
    }
    if (video.playbackRate !== pace.rate) video.playbackRate = pace.rate;
    if (!buffer.updating && video.currentTime - ranges.start(0) > 2 * KEPT_SECONDS) {
      buffer.remove(0, video.currentTime - KEPT_SECONDS);
    }
  };
}
