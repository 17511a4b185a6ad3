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
  /** The sizes there are, by the short side, and whether the sound can be had alone. */
  levels(sizes: number[], soundAlone: boolean): void;
}

const RETRY_MS = 3000;
/** Chosen instead of a size: no picture is fetched. */
export const SOUND_ALONE = -1;
/** The sound's own playlist, in the folder of the run that made it, as the master names it. */
const SOUND_PLAYLIST = /(?:[0-9a-f]{8}\/)?sound\/index\.m3u8$/m;

const shortSide = ({ width = 0, height = 0 }: { width?: number; height?: number }): number =>
  Math.min(width, height);

export class Engine {
  private hls: Hls | null = null;
  private library: Promise<HlsClass> | null = null;
  private readonly folder: SignedFolder;
  private recovered = false;
  private soundPlaylist = '';
  private askedAt = -Infinity;
  private listening = false;

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
    this.video.src = this.source;
    if (!this.listening) void this.lookForSound();
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

  /** A size, 0 for whatever the line carries, or SOUND_ALONE. */
  async choose(size: number): Promise<void> {
    const listening = size === SOUND_ALONE;
    if (listening !== this.listening) {
      this.listening = listening;
      await this.reopen();
    }
    if (this.hls === null || listening) return;
    this.hls.nextLevel = size === 0 ? -1 : this.hls.levels.findIndex((level) => shortSide(level) === size);
  }

  private get source(): string {
    const playlist = this.folder.current(new URL(this.playlist, location.href).href);
    return this.listening ? new URL(this.soundPlaylist, playlist).href : playlist;
  }

  /** Whether one of these texts ends in the sound's playlist; where it lies is remembered. */
  private hasSoundAlone(texts: readonly string[]): boolean {
    const found = texts.map((text) => SOUND_PLAYLIST.exec(text)?.[0] ?? '').find((path) => path !== '');
    this.soundPlaylist = found ?? '';
    return found !== undefined;
  }

  /** The other stream at the same moment, playing if it played. */
  private async reopen(): Promise<void> {
    const { currentTime, paused, playbackRate } = this.video;
    this.close();
    await this.open(currentTime * 1000);
    this.video.playbackRate = playbackRate;
    if (!paused) await this.video.play();
  }

  /** Where the browser plays HLS itself, nothing but the playlist says what there is. */
  private async lookForSound(): Promise<void> {
    const answer = await fetch(this.source);
    if (answer.ok) this.events.levels([], this.hasSoundAlone([await answer.text()]));
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
    // As the playlist has them: of what is parsed the library leaves the sound out.
    hls.on(library.Events.MANIFEST_LOADED, (_event, { levels }) => {
      if (this.listening) return;
      this.events.levels(levels.map(shortSide), this.hasSoundAlone(levels.map(({ url }) => url)));
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
          if (hls.levels.length === 0) hls.loadSource(this.source);
          else hls.startLoad();
        }, RETRY_MS);
      } else if (data.type === library.ErrorTypes.MEDIA_ERROR && !this.recovered) {
        this.recovered = true;
        hls.recoverMediaError();
      } else {
        this.events.failed();
      }
    });
    hls.loadSource(this.source);
    hls.attachMedia(this.video);
  }

  private askForFresh(): void {
    const now = performance.now();
    if (now - this.askedAt < RETRY_MS) return;
    this.askedAt = now;
    this.events.expired();
  }
}
