/**
 * <lms-bell>: how much is new, asked at most once a minute and when the page has time. Nobody is
 * called away from a lesson, an exam or a class.
 */
import { make } from '../contest/elements';

const FRESH_MS = 60_000;
const KEY = 'lms-bell';
const AT_WORK = 'lms-player, lms-exam, lms-exam-wait, lms-live, lms-studio, lms-contest, lms-upload, lms-replay';
const ABOUT = /^\/notices\//;

interface Known {
  at: number;
  count: number;
}

export function isFresh(known: Known | null, now: number): known is Known {
  return known !== null && now - known.at >= 0 && now - known.at < FRESH_MS;
}

export class LmsBell extends HTMLElement {
  connectedCallback(): void {
    if (document.querySelector(AT_WORK) !== null) return;
    const known = ABOUT.test(location.pathname) ? null : read();
    if (isFresh(known, Date.now())) {
      this.show(known.count);
      return;
    }
    window.setTimeout(() => void this.ask(), 300);
  }

  private async ask(): Promise<void> {
    try {
      const answer = await fetch(this.dataset['count'] ?? '', { cache: 'no-store' });
      if (!answer.ok || answer.redirected) return;
      const { count } = (await answer.json()) as { count: number };
      keep({ at: Date.now(), count });
      this.show(count);
    } catch {
      // It is asked again on the next page.
    }
  }

  private show(count: number): void {
    if (count === 0) {
      this.replaceChildren();
      return;
    }
    const badge = make('span', 'badge badge--attention', count > 99 ? '99+' : String(count));
    badge.prepend(make('span', 'sr-only', `${this.dataset['words'] ?? ''} `));
    this.replaceChildren(badge);
  }
}

function read(): Known | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Known | null;
  } catch {
    return null;
  }
}

function keep(known: Known): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(known));
  } catch {
    // Full or forbidden: it is asked again.
  }
}

customElements.define('lms-bell', LmsBell);
