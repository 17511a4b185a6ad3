/** What a person is told when playing cannot go on, and the button that leads on from there. */
import { ServerError } from './api';
import type { PlayerView } from './view';

/** The lecture shows another content than the page was made for. */
export class ReplacedError extends Error {}

export function tellReplaced(view: PlayerView): void {
  view.video.pause();
  view.wait(false);
  view.notice(view.text('replaced'), view.text('reload'), () => {
    location.reload();
  });
}

export function explain(view: PlayerView, error: unknown, again: () => void): void {
  if (error instanceof ReplacedError) tellReplaced(view);
  else if (error instanceof ServerError && error.signedOut) {
    view.notice(view.text('signed_out'), view.text('sign_in'), () => {
      location.assign(`/sign-in/?next=${encodeURIComponent(location.pathname)}`);
    });
  } else if (error instanceof DOMException && error.name === 'NotAllowedError') {
    view.start.hidden = false;
  } else if (!(error instanceof DOMException && error.name === 'AbortError')) {
    const said = error instanceof ServerError ? error.message : '';
    view.notice(said || view.text('unreachable'), view.text('again'), again);
  }
}
