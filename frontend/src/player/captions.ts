/**
 * Captions over the picture: on or off and in which language, remembered on this device.
 * Drawn by us, so that their size follows the page's; by the engine only in its own full screen.
 */
import type { CaptionSource } from './config';
import type { EngineKind } from './engine';
import type { PlayerView } from './view';

const KEY = 'lms-captions';

export interface CaptionChoice {
  on: boolean;
  lang: string;
}

/** What was chosen before, as far as this lecture has it; at first on, in the page's language. */
export function chosenCaptions(kept: string | null, offered: readonly string[], pageLang: string): CaptionChoice {
  const [state = 'on', wanted = ''] = (kept ?? '').split(':');
  const lang = [wanted, pageLang].find((one) => offered.includes(one)) ?? offered[0] ?? '';
  return { on: state !== 'off', lang };
}

export class Captions {
  private choice: CaptionChoice;
  private opened = false;
  private inOwnFullscreen = false;

  constructor(
    private readonly view: PlayerView,
    private readonly offered: readonly CaptionSource[],
    kind: EngineKind,
    private readonly storage: Storage | undefined,
  ) {
    const { video } = view;
    this.choice = chosenCaptions(
      storage?.getItem(KEY) ?? null,
      offered.map((one) => one.lang),
      document.documentElement.lang,
    );
    // An engine that plays HLS itself finds them in the playlist; twice would be two lines of each.
    if (kind === 'native') for (const element of this.elements()) element.remove();
    const apply = (): void => {
      this.apply();
    };
    video.textTracks.addEventListener('addtrack', apply);
    video.textTracks.addEventListener('change', apply);
    for (const [event, inside] of [['webkitbeginfullscreen', true], ['webkitendfullscreen', false]] as const) {
      video.addEventListener(event, () => {
        this.inOwnFullscreen = false;
        this.apply(inside ? 'showing' : 'hidden');
        this.inOwnFullscreen = inside;
      });
    }
    view.languages?.addEventListener('change', () => {
      this.choose({ on: true, lang: view.languages?.value ?? '' });
    });
    view.show('captions', offered.length > 0);
    this.apply();
  }

  /** The lecture is being shown: fetch what was chosen, from `current` addresses. */
  open(current: (address: string) => string): void {
    for (const element of this.elements()) {
      const address = current(element.src);
      if (address !== element.src) element.src = address;
    }
    this.opened = true;
    this.apply();
  }

  toggle(): void {
    this.choose({ on: !this.choice.on, lang: this.choice.lang });
  }

  private elements(): HTMLTrackElement[] {
    return Array.from(this.view.video.querySelectorAll<HTMLTrackElement>('track:not([kind="chapters"])'));
  }

  private choose(choice: CaptionChoice): void {
    this.choice = choice;
    try {
      this.storage?.setItem(KEY, `${choice.on ? 'on' : 'off'}:${choice.lang}`);
    } catch {
      // A full or forbidden store forgets; the choice holds for this page.
    }
    this.apply();
  }

  private apply(shown: TextTrackMode = 'hidden'): void {
    // There the reader chooses in the engine's own menu.
    if (this.inOwnFullscreen) return;
    for (const track of Array.from(this.view.video.textTracks)) {
      if (track.kind === 'chapters') continue;
      const isWanted = this.opened && this.choice.on && track.language === this.choice.lang;
      const mode = isWanted ? shown : 'disabled';
      if (track.mode !== mode) track.mode = mode;
      track.oncuechange = isWanted ? (): void => { this.draw(track); } : null;
      if (isWanted) this.draw(track);
    }
    if (!this.choice.on) this.view.captions('');
    this.view.pressed('captions', this.choice.on && this.offered.length > 0);
    if (this.view.languages !== null) this.view.languages.value = this.choice.lang;
  }

  private draw(track: TextTrack): void {
    const cues = track.mode === 'hidden' ? Array.from(track.activeCues ?? []) : [];
    this.view.captions(cues.map(textOf).join('\n'));
  }
}

/** A cue's `text` is still markup: a sign written as `&lt;` is read back as the sign. */
function textOf(cue: TextTrackCue): string {
  return 'getCueAsHTML' in cue ? (cue as VTTCue).getCueAsHTML().textContent : '';
}
