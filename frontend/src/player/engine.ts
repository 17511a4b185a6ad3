/**
 * How the picture gets to the screen: hls.js light where MediaSource is, else the engine's own HLS.
 * Not asked by canPlayType first: Chromium answers "maybe" for HLS and then fails on real streams.
 */
import type Hls from 'hls.js';
import { SignedFolder } from './playlist';

type HlsClass = typeof Hls;
export type EngineKind = 'hls' | 'native' | 'none';

export function engineKind(view: Window & typeof globalThis, video: HTMLVideoElement): EngineKind {
  if ('MediaSource' in view && !('ManagedMediaSource' in view)) return 'hls';
  if (video.canPlayType('application/vnd.apple.mpegurl') !== '') return 'native';
  return 'none';
}

export interface EngineEvents {
  /** Signed addresses ran out: fetch a fresh playlist, then call `renew`. */
  expired(): void;
  waiting(retrying: boolean): void;
  failed(): void;
  levels(heights: number[]): void;
}

const RETRY_MS = 3000;

export class Engine {
  private hls: Hls | null = null;
  private library: Promise<HlsClass> | null = null;
  private readonly folder: SignedFolder;
  private recovered = false;
  private askedAt = -Infinity;

  constructor(
    readonly kind: EngineKind,
    private readonly video: HTMLVideoElement,
    private playlist: string,
    private readonly events: EngineEvents,
  ) {
    this.folder = new SignedFolder(playlist, location.href);
  }

  /** Fetch the library ahead of need; the stream itself is not touched. */
  prepare(): Promise<unknown> {
    if (this.kind !== 'hls') return Promise.resolve();
    this.library ??= import('hls.js/light').then((module) => module.default);
    return this.library;
  }

  async open(positionMs: number): Promise<void> {
    if (this.kind === 'hls') {
      await this.prepare();
      const library = await this.library;
      if (library?.isSupported() === true) {
        this.attach(library, positionMs / 1000);
        return;
      }
    }
    this.video.src = this.playlist;
    const seek = (): void => {
      this.video.currentTime = positionMs / 1000;
    };
    if (positionMs > 0) this.video.addEventListener('loadedmetadata', seek, { once: true });
    this.video.onerror = () => {
      this.askForFresh();
    };
  }

  renew(playlist: string): void {
    this.playlist = playlist;
    this.folder.renew(playlist);
    if (this.hls !== null) {
      this.hls.startLoad();
    } else if (this.video.error !== null) {
      const position = this.video.currentTime * 1000;
      void this.open(position).then(() => this.video.play());
    }
  }

  /** The address to ask for now, of one that was signed with an earlier playlist. */
  current = (address: string): string => this.folder.current(address);

  choose(height: number): void {
    if (this.hls === null) return;
    this.hls.nextLevel = this.hls.levels.findIndex((level) => level.height === height);
  }

  close(): void {
    this.hls?.destroy();
    this.hls = null;
  }

  private attach(library: HlsClass, startSeconds: number): void {
    const hls = new library({
      startPosition: startSeconds > 0 ? startSeconds : -1,
      capLevelToPlayerSize: true,
      abrEwmaDefaultEstimate: 400_000,
      maxBufferLength: 30,
      backBufferLength: 60,
      enableWorker: false,
      xhrSetup: (xhr, address) => {
        xhr.open('GET', this.folder.current(address), true);
      },
    });
    this.hls = hls;
    hls.on(library.Events.MANIFEST_PARSED, () => {
      this.events.levels(hls.levels.map((level) => level.height));
    });
    hls.on(library.Events.FRAG_LOADED, () => {
      this.events.waiting(false);
    });
    hls.on(library.Events.ERROR, (_event, data) => {
      const code = data.response?.code ?? 0;
      if (code === 403 || code === 410) {
        this.askForFresh();
        return;
      }
      if (!data.fatal) return;
      if (data.type === library.ErrorTypes.NETWORK_ERROR) {
        this.events.waiting(true);
        window.setTimeout(() => {
          if (this.hls !== hls) return;
          if (hls.levels.length === 0) hls.loadSource(this.playlist);
          else hls.startLoad();
        }, RETRY_MS);
      } else if (data.type === library.ErrorTypes.MEDIA_ERROR && !this.recovered) {
        this.recovered = true;
        hls.recoverMediaError();
      } else {
        this.events.failed();
      }
    });
    hls.loadSource(this.folder.current(new URL(this.playlist, location.href).href));
    hls.attachMedia(this.video);
  }

  private askForFresh(): void {
    const now = performance.now();
    if (now - this.askedAt < RETRY_MS) return;
    this.askedAt = now;
    this.events.expired();
  }
}
