/** The picture as segments: hls.js where MediaSource is, else the engine's own player. */
import type Hls from 'hls.js';
import { SignedFolder } from '../player/playlist';

const RETRY_MS = 2000;
const RENEW_MS = 300_000;

export interface SegmentEvents {
  shows(something: boolean): void;
  /** The addresses ran out, or soon will: a fresh playlist, or '' if there is none. */
  fresh(): Promise<string>;
}

async function loaded(): Promise<typeof Hls | null> {
  try {
    return (await import('hls.js/light')).default;
  } catch {
    return null;
  }
}

export class SegmentPicture {
  private hls: Hls | null = null;
  private folder: SignedFolder;
  private timer = 0;
  private ended = false;

  constructor(
    private readonly video: HTMLVideoElement,
    private playlist: string,
    private readonly isLive: boolean,
    private readonly events: SegmentEvents,
  ) {
    this.folder = new SignedFolder(playlist, location.href);
  }

  async open(): Promise<void> {
    window.clearInterval(this.timer);
    this.timer = window.setInterval(() => void this.renew(), RENEW_MS);
    if ('MediaSource' in window && !('ManagedMediaSource' in window)) {
      const library = await loaded();
      if (this.ended) return;
      if (library === null) {
        // Without a line there is no player to be had either: it is tried again.
        window.setTimeout(() => {
          if (!this.ended) void this.open();
        }, RETRY_MS);
        return;
      }
      if (library.isSupported()) {
        this.attach(library);
        return;
      }
    }
    this.video.src = this.playlist;
    this.video.onerror = () => {
      window.setTimeout(() => {
        if (!this.ended) void this.renew().then(() => (this.video.src = this.playlist));
      }, RETRY_MS);
    };
    this.events.shows(true);
  }

  close(): void {
    this.ended = true;
    window.clearInterval(this.timer);
    this.video.onerror = null;
    this.hls?.destroy();
    this.hls = null;
    this.video.removeAttribute('src');
    this.video.load();
  }

  /** Seconds between the newest there is and what is seen. */
  delay(serverNow: number): number | null {
    const date = this.hls?.playingDate ?? null;
    return date === null ? null : Math.max(0, (serverNow - date.getTime()) / 1000);
  }

  private async renew(): Promise<void> {
    const fresh = await this.events.fresh();
    if (fresh === '' || this.ended) return;
    this.playlist = fresh;
    this.folder.renew(fresh);
  }

  private attach(library: typeof Hls): void {
    const hls = new library({
      ...(this.isLive ? { liveSyncDuration: 1.6, liveMaxLatencyDuration: 8, maxLiveSyncPlaybackRate: 1.15 } : {}),
      backBufferLength: 30,
      enableWorker: false,
      xhrSetup: (xhr, address) => {
        xhr.open('GET', this.folder.current(address), true);
      },
    });
    this.hls = hls;
    hls.on(library.Events.FRAG_BUFFERED, () => {
      this.events.shows(true);
    });
    hls.on(library.Events.ERROR, (_event, data) => {
      if (!data.fatal || this.ended) return;
      if (data.type === library.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
      else {
        window.setTimeout(() => {
          if (this.hls !== hls) return;
          void this.renew().then(() => {
            hls.loadSource(this.folder.current(new URL(this.playlist, location.href).href));
          });
        }, RETRY_MS);
      }
    });
    hls.loadSource(this.playlist);
    hls.attachMedia(this.video);
  }
}
