/** Where there is sound and no picture: a card in the picture's place, instead of a black box. */
import { make } from '../contest/elements';

/** The server puts a speck of this size where there is no picture; a lecture of sound has none. */
const SPECK = 16;

/** Follows the video: there while what it plays has no picture. `told` hears of each change. */
export function soundCard(
  video: HTMLVideoElement,
  words: string,
  told: (isSoundAlone: boolean) => void = () => undefined,
): HTMLElement {
  const bars = make('span', 'live-sound__bars', make('i'), make('i'), make('i'), make('i'), make('i'));
  bars.setAttribute('aria-hidden', 'true');
  const card = make('div', 'live-sound', bars, make('p', 'live-sound__words', words));
  card.hidden = true;
  const look = (): void => {
    const isSoundAlone = video.readyState >= HTMLMediaElement.HAVE_METADATA && video.videoWidth <= SPECK;
    if (card.hidden !== isSoundAlone) return;
    card.hidden = !isSoundAlone;
    told(isSoundAlone);
  };
  for (const name of ['loadedmetadata', 'loadeddata', 'resize', 'emptied']) video.addEventListener(name, look);
  for (const name of ['playing', 'pause', 'waiting', 'ended', 'emptied']) {
    video.addEventListener(name, () => {
      card.classList.toggle('is-still', video.paused || name === 'waiting');
    });
  }
  return card;
}
